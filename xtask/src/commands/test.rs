use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::interrupt;
use crate::progress::say;
use crate::services::{Folder, Services, checkout};

/// How long the tests may take to end when somebody wants us to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the tests on private services: the whole suite, or what `arguments` choose. `here` runs them on what `DATABASE_URL`
/// and `REDIS_URL` name, where they make and drop databases.
///
/// # Errors
/// When a test fails, or the services do not start.
pub fn test(arguments: &[String], here: bool) -> Result<()> {
    interrupt::remember()?;
    let folder = Folder::temporary("test")?;
    let kept = Folder::of_checkout()?;
    let mut services = Services::throwaway(&kept, &folder, here)?;
    let result = run_all(&services, arguments);
    services.stop();
    result
}

fn run_all(services: &Services, arguments: &[String]) -> Result<()> {
    let has_nextest = Command::new(env!("CARGO")).args(["nextest", "--version"]).output();
    let everywhere: &[&str] = if names_package(arguments) {
        &[]
    } else {
        &["--workspace"]
    };
    if has_nextest.is_ok_and(|output| output.status.success()) {
        run(services, &[&["nextest", "run"], everywhere].concat(), arguments)?;
        if arguments.is_empty() {
            run(services, &["test", "--workspace", "--doc"], &[])?;
        }
        return Ok(());
    }
    run(services, &[&["test"], everywhere].concat(), arguments)
}

/// Whether the arguments say which packages are meant. What comes after `--` is for the test binaries.
fn names_package(arguments: &[String]) -> bool {
    let mut own = arguments.iter().take_while(|argument| *argument != "--");
    own.any(|argument| argument.starts_with("--package") || argument.starts_with("-p"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_is_named_is_meant_alone() {
        let names = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            names_package(&arguments)
        };
        for package in [
            &["--package", "das-tern-domain"][..],
            &["-p", "xtask"],
            &["-pxtask"],
            &["doses", "--package=xtask"],
        ] {
            assert!(names(package), "{package:?}");
        }
        for other in [&[][..], &["doses"], &["--profile", "ci"], &["doses", "--", "--package"]] {
            assert!(!names(other), "{other:?}");
        }
    }
}
