//! What holds for every answer.

mod as_the_app;
mod connections;
pub(crate) mod coverage;
mod documented;
mod headers;
mod health;
mod limits;
mod shapes;
mod whole_tables;
