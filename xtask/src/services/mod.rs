//! Real PostgreSQL and Redis servers on free loopback ports.

mod environment;
mod folder;
mod postgres;
mod process;
mod redis;
mod tools;

pub use environment::Services;
pub(crate) use environment::given;
pub use folder::Folder;
pub(crate) use folder::checkout;
pub use nix::sys::signal::Signal;
pub(crate) use postgres::serves;
pub use postgres::{Postgres, PostgresOptions};
pub use process::signal;
pub(crate) use process::{end, free_port, run};
pub use redis::{Redis, RedisOptions};
pub use tools::Tools;
