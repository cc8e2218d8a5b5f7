//! What administrators do, and that nobody else can.

mod doctors;
mod key;
