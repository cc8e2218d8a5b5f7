use std::env;
use std::ffi::OsString;
use std::io::{IsTerminal, stdin};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::dev::{Claim, Claimed, Notes, own_services};
use crate::interrupt;
use crate::services::{Folder, Tools, checkout, given};

/// How long the command may take to end when somebody wants us to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs a command with `DATABASE_URL` and `REDIS_URL`: those of the environment, else those of a running `up`, else those of
/// the same services, started for as long as the command takes. Their clients are on its PATH.
///
/// # Errors
/// When the command fails, or the services do not start.
pub fn with_services(command: &[String]) -> Result<()> {
    interrupt::remember()?;
    let folder = Folder::of_checkout()?;
    let path = path_with_clients(&folder)?;
    if let (Some(database), Some(redis)) = (given("DATABASE_URL"), given("REDIS_URL")) {
        return run(command, &path, &[("DATABASE_URL", &database), ("REDIS_URL", &redis)]);
    }
    let up = match Claim::attempt(&folder)? {
        Claimed::Ours(_claim) => {
            let mut services = own_services(&folder, &[])?;
            let result = run(command, &path, &services.environment());
            services.stop();
            return result;
        }
        Claimed::Theirs(up) => up,
    };
    let notes = Notes::read(&folder);
    let url = |name| given(name).or_else(|| notes.url(name, up).map(str::to_owned));
    let (Some(database), Some(redis)) = (url("DATABASE_URL"), url("REDIS_URL")) else {
        bail!(
            "another `cargo xtask` is starting or using the services of this checkout; try again when `up` says that it is up"
        );
    };
    run(command, &path, &[("DATABASE_URL", &database), ("REDIS_URL", &redis)])
}

/// The PATH, and behind it where psql and redis-cli are on this machine: wheels and distributions put them elsewhere.
fn path_with_clients(folder: &Folder) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(Tools::folders_at_hand(folder));
    Ok(env::join_paths(folders)?)
}

fn run(command: &[String], path: &OsString, environment: &[(&str, &str)]) -> Result<()> {
    let (program, arguments) = command.split_first().context("no command is given")?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("PATH", path)
        .envs(environment.iter().copied())
        .current_dir(checkout())
        .spawn()
        .with_context(|| format!("cannot run {program}"))?;
    // In psql, Ctrl-C ends a statement, not the session.
    if stdin().is_terminal() {
        interrupt::leave_to_child()?;
    }
    let status = interrupt::wait(&mut child, PATIENCE)?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}
