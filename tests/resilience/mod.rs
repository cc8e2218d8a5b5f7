//! What breaks, and what does not.

mod database;
mod redis;
