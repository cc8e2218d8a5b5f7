//! What the binary does, one file per subcommand.

mod admin;
mod check;
mod healthcheck;
mod migrate;
mod openapi;
mod seed;
mod serve;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use das_tern_persistence::Database;

use crate::cli::{Admin, Cli, Command};
use crate::config::{Config, Effective, Sources};
use crate::logging;

/// The configuration is wrong, or the command line: clap ends with the same code.
const MISUSE: u8 = 2;

/// Does what the command line of the process says. The exit code is 0 when it is done, 1 when it failed, and 2 when the
/// command line or the configuration is wrong.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Openapi { output } => openapi::run(output.as_deref()),
        Command::Admin { admin: Admin::Key } => admin::make_key(),
        command => {
            let sources = Sources {
                file: cli.config.as_deref(),
                variables: variables(),
            };
            match Config::load(&sources) {
                Ok((config, effective)) => configured(command, config, &effective),
                Err(problems) => {
                    eprintln!("das-tern: {problems}");
                    // Container engines keep 2 for themselves.
                    let code = if matches!(command, Command::Healthcheck) {
                        1
                    } else {
                        MISUSE
                    };
                    return ExitCode::from(code);
                }
            }
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("das-tern: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn configured(command: Command, config: Config, effective: &Effective) -> anyhow::Result<()> {
    if matches!(command, Command::Healthcheck) {
        return healthcheck::run(&config.server);
    }
    logging::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime")?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(config).await,
            Command::Worker => serve::work(config).await,
            Command::Migrate { direction } => migrate::run(&config, direction).await,
            Command::Seed(seed) => seed::run(&config, seed).await,
            Command::Admin { admin } => admin::run(config, admin).await,
            Command::Check { offline } => check::run(&config, effective, offline).await,
            Command::Openapi { .. } | Command::Healthcheck => Ok(()),
        }
    })
}

/// The variables of the process; one that is no Unicode is read as well as it can be, and then refused where it matters.
fn variables() -> BTreeMap<String, String> {
    let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

async fn connect(config: &Config) -> anyhow::Result<Database> {
    Database::connect(&config.database)
        .await
        .with_context(|| format!("no database at {}", config.database_place()))
}

/// Writes to standard output; whoever reads it may have seen enough already.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot write"),
        _ => Ok(()),
    }
}
