//! A server of its own, with data of its own, for a tool that sends more than anybody would.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::up::is_ready;
use crate::progress::{finish, say};
use crate::services::{Folder, Services, Signal, free_port, signal};

/// Migrates and seeds the empty database of `services`, and has a server on it for as long as `task` takes, which is told
/// its address and its process. Its files are in `folder`, and its limits out of the way.
pub(super) fn with_seeded(
    binary: &Path,
    services: &Services,
    folder: &Folder,
    seed: &[&str],
    task: impl FnOnce(SocketAddr, u32) -> Result<()>,
) -> Result<()> {
    let das_tern = |arguments: &[&str]| {
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .envs(services.environment())
            .env("APP_ENV", "development")
            .env("RUST_BACKTRACE", "0")
            .current_dir(folder.path());
        command
    };
    finish("migrating", &mut das_tern(&["migrate", "up"]))?;
    finish("seeding", &mut das_tern(&[&["seed"], seed].concat()))?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port(None)?));
    let started = Instant::now();
    let mut server = unlimited(&mut das_tern(&["serve"]), address).spawn()?;
    let result = wait_until_ready(address, started).and_then(|()| task(address, server.id()));
    signal(Signal::SIGTERM, server.id())?;
    server.wait()?;
    result
}

fn unlimited(command: &mut Command, address: SocketAddr) -> &mut Command {
    let plenty = "100000000";
    let limits = [
        "AUTH_PER_MINUTE",
        "AUTH_PER_MINUTE_PER_IP",
        "GENERAL_PER_MINUTE",
        "ANONYMOUS_PER_MINUTE_PER_IP",
    ];
    command
        .envs(limits.map(|name| (format!("DASTERN__LIMITS__{name}"), plenty)))
        // Fifty logins at once wait for each other, and none is to be sent away.
        .env("DASTERN__AUTH__HASH_TIMEOUT_MS", "60000")
        // Nobody who signed in at the beginning is to be refused before the end.
        .env("DASTERN__AUTH__ACCESS_TTL_S", "86400")
        .env("HOST", address.ip().to_string())
        .env("PORT", address.port().to_string())
        .env("DASTERN__LOG__LEVEL", "warn")
        .process_group(0)
}

fn wait_until_ready(address: SocketAddr, started: Instant) -> Result<()> {
    while !is_ready(address) {
        ensure!(
            started.elapsed() < Duration::from_secs(30),
            "the server is not ready after half a minute"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    say(format!("ready {} ms after its start", started.elapsed().as_millis()));
    Ok(())
}
