use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::interrupt;
use crate::progress::say;
use crate::services::{Folder, Services, checkout};

/// How long the tests may take to end when somebody wants us to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the tests on private services: the whole suite, or what `arguments` choose.
///
/// # Errors
/// When a test fails, or the services do not start.
pub fn test(arguments: &[String]) -> Result<()> {
    interrupt::remember()?;
    let folder = Folder::temporary("test")?;
    let kept = Folder::of_checkout()?;
    let mut services = Services::throwaway(&kept, &folder)?;
    let result = run_all(&services, arguments);
    services.stop();
    result
}

fn run_all(services: &Services, arguments: &[String]) -> Result<()> {
    let has_nextest = Command::new(env!("CARGO")).args(["nextest", "--version"]).output();
    if has_nextest.is_ok_and(|output| output.status.success()) {
        run(services, &["nextest", "run", "--workspace"], arguments)?;
        if arguments.is_empty() {
            run(services, &["test", "--workspace", "--doc"], &[])?;
        }
        return Ok(());
    }
    run(services, &["test", "--workspace"], arguments)
}

fn run(services: &Services, cargo: &[&str], arguments: &[String]) -> Result<()> {
    say(format!("cargo {} {}", cargo.join(" "), arguments.join(" ")));
    let mut child = Command::new(env!("CARGO"))
        .args(cargo)
        .args(arguments)
        .envs(services.environment())
        .env("APP_ENV", "test")
        .current_dir(checkout())
        .spawn()?;
    let status = interrupt::wait(&mut child, PATIENCE)?;
    if !status.success() {
        bail!("the tests failed ({status})");
    }
    Ok(())
}
