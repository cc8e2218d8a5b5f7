use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::compose;
use super::dev::{Claim, Claimed, Notes};
use crate::progress::{Step, say};
use crate::services::{self, Folder, Signal, serves, signal};

/// How long something may take to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// Stops an `up` that runs, and what one left running.
///
/// # Errors
/// When something does not stop.
pub fn down() -> Result<()> {
    let folder = Folder::of_checkout()?;
    let _claim = stop(&folder)?;
    say("nothing of ours is running; the data is kept");
    Ok(())
}

/// Stops it and deletes its data.
///
/// # Errors
/// When something does not stop, or the data cannot be deleted.
pub fn reset() -> Result<()> {
    let folder = Folder::of_checkout()?;
    let _claim = stop(&folder)?;
    if Notes::read(&folder).get(compose::NOTE).is_some() {
        compose::delete()?;
    }
    let step = Step::begin("deleting the data");
    for name in ["postgres", "redis", "objects", "env", "postgres.log"] {
        let path = folder.path().join(name);
        let deleted = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match deleted {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot delete {}", path.display()));
            }
            _ => {}
        }
    }
    step.done();
    Ok(())
}

/// Stops a command that has the services, which stops them itself, and then what is left. Nobody else gets them while the
/// claim is held.
fn stop(folder: &Folder) -> Result<Claim> {
    let asked = Instant::now();
    let mut told = None;
    let claim = loop {
        match Claim::attempt(folder)? {
            Claimed::Ours(claim) => break claim,
            Claimed::Theirs(Some(pid)) if told != Some(pid) => {
                signal(Signal::SIGTERM, pid)?;
                told = Some(pid);
            }
            Claimed::Theirs(_) if asked.elapsed() > PATIENCE => {
                bail!("another `cargo xtask` has the services of this checkout and does not stop")
            }
            Claimed::Theirs(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let notes = Notes::read(folder);
    stop_leftovers(folder, &notes);
    if notes.get(compose::NOTE).is_some() {
        compose::stop()?;
    }
    Ok(claim)
}

/// Stops the services of a command that was killed. A number that was noted may be another process's by now, which is left
/// alone.
pub(super) fn stop_leftovers(folder: &Folder, notes: &Notes) {
    let port: Option<u16> = notes.number("REDIS_PORT");
    let is_redis = |command: &str| {
        let named = command.contains("redis-server") || command.contains("valkey-server");
        // It shows the address that it listens on in place of its arguments.
        named && port.is_some_and(|port| command.contains(&format!("127.0.0.1:{port}")))
    };
    let data = folder.path().join("postgres");
    end(notes.number("REDIS_PID"), Signal::SIGTERM, is_redis);
    end(notes.number("POSTGRES_PID"), Signal::SIGINT, |command| {
        serves(command, &data)
    });
}

/// What does not stop is told, and keeps nothing else from being stopped.
fn end(pid: Option<u32>, how: Signal, is_it: impl Fn(&str) -> bool) {
    let Some(pid) = pid else { return };
    if let Err(error) = services::end(pid, how, PATIENCE, is_it) {
        say(format!("{error:#}"));
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A number from the notes may be anybody's after the machine has been started anew.
    #[test]
    fn a_process_that_is_no_server_of_ours_is_left_alone() {
        let folder = Folder::temporary("leftovers").unwrap();
        let mut stranger = Command::new("sleep").arg("1000").spawn().unwrap();
        let pid = stranger.id();
        let noted = format!("POSTGRES_PID={pid}\nREDIS_PID={pid}\nREDIS_PORT=6379\nUP_PID={pid}\n");
        fs::write(folder.path().join("env"), noted).unwrap();
        drop(stop(&folder).unwrap());
        assert!(stranger.try_wait().unwrap().is_none());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
