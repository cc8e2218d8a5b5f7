//! Real PostgreSQL and Redis servers on free loopback ports.

mod environment;
mod folder;
mod postgres;
mod process;
mod redis;
mod tools;

pub use environment::Services;
pub use folder::Folder;
pub(crate) use folder::checkout;
pub use postgres::{Postgres, PostgresOptions};
pub(crate) use process::{free_port, signal};
pub use redis::{Redis, RedisOptions};
pub use tools::Tools;
