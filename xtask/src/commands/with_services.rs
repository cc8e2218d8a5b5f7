use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::dev::{DATABASE, Notes};
use crate::interrupt;
use crate::services::{Folder, PostgresOptions, RedisOptions, Services, checkout};

/// How long the command may take to end when somebody wants us to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a command with `DATABASE_URL` and `REDIS_URL` of the development services: those of a running `up`, or the same
/// ones started for as long as the command takes.
///
/// # Errors
/// When the command fails, or the services do not start.
pub fn with_services(command: &[String]) -> Result<()> {
    interrupt::remember()?;
    let folder = Folder::of_checkout()?;
    let notes = Notes::read(&folder);
    if notes.services_answer()
        && let (Some(database), Some(redis)) = (notes.get("DATABASE_URL"), notes.get("REDIS_URL"))
    {
        return run(command, &[("DATABASE_URL", database), ("REDIS_URL", redis)]);
    }
    let postgres = PostgresOptions {
        port: notes.number("POSTGRES_PORT"),
        ..PostgresOptions::kept()
    };
    let redis = RedisOptions {
        port: notes.number("REDIS_PORT"),
        durable: true,
        ..RedisOptions::default()
    };
    let mut services = Services::start(&folder, &postgres, &redis, DATABASE)?;
    let result = run(command, &services.environment());
    services.stop();
    result
}

fn run(command: &[String], environment: &[(&str, &str)]) -> Result<()> {
    let (program, arguments) = command.split_first().context("no command is given")?;
    let mut child = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(checkout())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    let status = interrupt::wait(&mut child, PATIENCE)?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}
