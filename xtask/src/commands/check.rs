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
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ],
        &[],
    )?;
    cargo(
        &["doc", "--workspace", "--no-deps", "--locked"],
        &[("RUSTDOCFLAGS", "--deny warnings")],
    )?;
    deny()?;
    test(&[], false)
}

/// What may come into the dependency tree, where cargo-deny is installed; and what is known against it, where the list of
/// that can be fetched.
fn deny() -> Result<()> {
    let asks = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .arg("deny")
            .args(arguments)
            .current_dir(checkout())
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    if !asks(&["--version"]) {
        say("cargo-deny is not installed: licences, sources and advisories are not checked");
        return Ok(());
    }
    cargo(&["deny", "check", "bans", "licenses", "sources"], &[])?;
    if asks(&["fetch", "db"]) {
        cargo(&["deny", "check", "--disable-fetch", "advisories"], &[])
    } else {
        say("the advisories cannot be fetched: they are not checked");
        Ok(())
    }
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
