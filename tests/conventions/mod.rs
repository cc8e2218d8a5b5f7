//! What holds for every answer.

mod coverage;
mod headers;
mod health;
mod limits;
mod shapes;
