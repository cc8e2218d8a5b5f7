//! What holds for every answer.

mod connections;
pub(crate) mod coverage;
mod documented;
mod headers;
mod health;
mod limits;
mod shapes;
