//! A server of its own for a tool that sends more than anybody would.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::up::is_ready;
use crate::progress::say;

/// Starts it on loopback and waits until it is ready. Its limits are out of the way.
pub(super) fn start(command: &mut Command, port: u16) -> Result<Child> {
    let plenty = "100000000";
    let limits = [
        "AUTH_PER_MINUTE",
        "AUTH_PER_MINUTE_PER_IP",
        "GENERAL_PER_MINUTE",
        "ANONYMOUS_PER_MINUTE_PER_IP",
    ];
    command.envs(limits.map(|name| (format!("DASTERN__LIMITS__{name}"), plenty)));
    // Fifty logins at once wait for each other, and none is to be sent away.
    command.env("DASTERN__AUTH__HASH_TIMEOUT_MS", "60000");
    command
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("DASTERN__LOG__LEVEL", "warn")
        .process_group(0);
    let started = Instant::now();
    let server = command.spawn()?;
    while !is_ready(port) {
        ensure!(
            started.elapsed() < Duration::from_secs(30),
            "the server is not ready after half a minute"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    say(format!("ready {} ms after its start", started.elapsed().as_millis()));
    Ok(server)
}
