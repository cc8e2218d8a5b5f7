//! Requests that the document of the API allows, and such that it forbids, made up by a tester, which compares every answer
//! with the document: no failure of the server, no status or shape that the document does not tell of, nothing accepted that it
//! forbids.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::bench::{Caller, is_signed_in, sign_in};
use super::server;
use super::up::build;
use crate::interrupt;
use crate::progress::{Step, say};
use crate::services::{Folder, Services, run};

/// The tester, a package of `PyPI`.
const TESTER: &str = "schemathesis==4.32.5";
const RUN_TESTER: &str = "from schemathesis.cli import schemathesis; schemathesis()";
const SETTINGS: &str = include_str!("contract.toml");
/// A patient, a doctor and a family member of the demonstration data.
const CALLERS: [&str; 3] = ["+85512345678", "+85512345680", "+85512345681"];
/// What would end the session of whoever asks, and what is for others than users.
const LEFT_OUT: &str = "/auth/(logout|sessions|change-password|refresh|google)|/admin/|/metrics";
/// What would end the account of whoever asks.
const LEAVE: &str = "leave";
/// How long the tester may take to end when somebody wants us to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tests the document against a server with demonstration data, for so many seconds as each kind of user.
///
/// # Errors
/// When an answer is not as the document says, the tester cannot be fetched, or something does not start.
pub fn contract(seconds: u64) -> Result<()> {
    interrupt::remember()?;
    let kept = Folder::of_checkout()?;
    let folder = Folder::temporary("contract")?;
    let tester = fetch(&kept)?;
    let binary = build(false)?;
    let mut services = Services::throwaway(&kept, &folder, false)?;
    let result = server::with_seeded(&binary, &services, &folder, &[], |address, _| {
        test_all(address, seconds, &tester, &folder)
    });
    services.stop();
    result
}

/// The folder of the tester, from an earlier fetch or a new one.
fn fetch(kept: &Folder) -> Result<PathBuf> {
    let home = kept.path().join("tools").join(TESTER);
    if !home.join("schemathesis").exists() {
        let step = Step::begin(format!("fetching {TESTER}"));
        let pip = ["-m", "pip", "install", "--quiet", "--target"];
        run(Command::new("python3").args(pip).arg(&home).arg(TESTER))?;
        step.done();
    }
    Ok(home)
}

fn test_all(address: SocketAddr, seconds: u64, tester: &Path, folder: &Folder) -> Result<()> {
    let callers = sign_in(address, &CALLERS.map(str::to_owned))?;
    for (phone, caller) in CALLERS.iter().zip(&callers) {
        say(format!("as {phone}"));
        test_as(caller, address, seconds, tester, folder)?;
    }
    Ok(())
}

fn test_as(caller: &Caller, address: SocketAddr, seconds: u64, tester: &Path, folder: &Folder) -> Result<()> {
    let settings = folder.path().join("contract.toml");
    std::fs::write(&settings, SETTINGS)?;
    let mut command = Command::new("python3");
    command
        .args(["-c", RUN_TESTER, "--config-file"])
        .arg(&settings)
        .args([
            "run",
            &format!("http://{address}/openapi.json"),
            "--continue-on-failure",
        ])
        .args(["--header", &format!("Authorization: Bearer {}", caller.token())])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "20"])
        .args(["--max-time", &seconds.to_string()])
        // What is made up names nobody and nothing that is there, and so is mostly refused.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args(["--exclude-path-regex", LEFT_OUT, "--exclude-operation-id", LEAVE])
        .env("PYTHONPATH", tester)
        .current_dir(folder.path());
    let status = interrupt::wait(&mut command.spawn()?, PATIENCE)?;
    ensure!(status.success(), "there are answers that are not as the document says");
    ensure!(
        is_signed_in(address, caller),
        "the tester has ended its own session, and was refused everything since"
    );
    Ok(())
}
