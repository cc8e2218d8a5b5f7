use std::process::Command;

use anyhow::{Result, ensure};

use super::test::test;
use crate::progress::{Step, say};
use crate::services::checkout;

/// Everything that CI checks: format, lints, documentation, licences, tests.
///
/// # Errors
/// When one of them finds something.
pub fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(
        &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
        &[],
    )?;
    cargo(
        &["doc", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    )?;
    let has_deny = Command::new(env!("CARGO")).args(["deny", "--version"]).output();
    if has_deny.is_ok_and(|output| output.status.success()) {
        cargo(&["deny", "check", "bans", "licenses", "sources"], &[])?;
    } else {
        say("cargo-deny is not installed: licences and sources are not checked");
    }
    test(&[])
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let line = format!("cargo {}", arguments.join(" "));
    let step = Step::begin(&line);
    let status = Command::new(env!("CARGO"))
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(checkout())
        .status()?;
    ensure!(status.success(), "{line} found something");
    step.done();
    Ok(())
}
