//! What holds for every answer.

pub(crate) mod coverage;
mod documented;
mod headers;
mod health;
mod limits;
mod shapes;
