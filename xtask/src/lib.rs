//! The developers' commands of Das Tern, and the private services that they and the integration tests run on.
//!
//! The library starts real PostgreSQL and Redis servers on free loopback ports, from whatever the machine has or can
//! fetch. It depends on no other crate of the workspace, so that it is compiled in seconds. To add a command: one file
//! in `commands`, one variant in `main.rs`.
//!
//! ```no_run
//! use xtask::services::{Folder, Postgres, PostgresOptions, Tools};
//!
//! # fn main() -> anyhow::Result<()> {
//! let folder = Folder::temporary("example")?;
//! let tools = Tools::find(&folder)?;
//! let postgres = Postgres::start(&tools, &folder, &PostgresOptions::throwaway())?;
//! println!("{}", postgres.url("postgres"));
//! # Ok(())
//! # }
//! ```

#![expect(
    clippy::disallowed_methods,
    reason = "the developers' commands read their environment themselves"
)]

pub mod commands;
mod interrupt;
mod progress;
pub mod services;
