//! What holds for every answer.

mod connections;
mod coverage;
mod headers;
mod health;
mod limits;
mod shapes;
