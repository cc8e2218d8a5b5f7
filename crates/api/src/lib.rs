//! The composition root of Das Tern: configuration, wiring, and the subcommands of the `das-tern` binary.
//!
//! Every other crate stands below this one and brings its own `Settings`; [`config::Config`] is all of them together. `main` and
//! the integration tests start the product in the same way:
//!
//! ```no_run
//! use das_tern_api::config;
//! use das_tern_application::{Integrations, World};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = config::for_tests("postgres://localhost/das_tern", "redis://localhost")?;
//! let running = das_tern_api::start(config, World::real(Integrations::local())).await?;
//! println!("{}/docs", running.url());
//! running.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! To add a setting: a field in the `Settings` of the crate that reads it, and a line in `config/default.toml`; a test
//! compares the two. To add a subcommand: a variant in `cli.rs` and a file under `commands/`.

mod cli;
mod commands;
pub mod config;
mod logging;
mod metrics;
mod service;

pub use commands::run;
pub use service::{Running, StartError, start};
