use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::dev::{Notes, is_server};
use crate::progress::{Step, say};
use crate::services::{Folder, signal};

/// How long something may take to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Stops what an `up` left running.
///
/// # Errors
/// When the notes of `up` cannot be removed.
pub fn down() -> Result<()> {
    let folder = Folder::of_checkout()?;
    stop(&Notes::read(&folder));
    say("nothing of ours is running; the data is kept");
    Ok(())
}

/// Stops what an `up` left running and deletes its data.
///
/// # Errors
/// When the data cannot be deleted.
pub fn reset() -> Result<()> {
    let folder = Folder::of_checkout()?;
    stop(&Notes::read(&folder));
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

/// Stops an `up` that still runs, which stops its services itself, and then what is left.
fn stop(notes: &Notes) {
    end(notes.number("UP_PID"), "TERM");
    stop_leftovers(notes);
}

/// Stops the services of an `up` that was killed.
pub(super) fn stop_leftovers(notes: &Notes) {
    end(notes.number("REDIS_PID"), "TERM");
    end(notes.number("POSTGRES_PID"), "INT");
}

fn end(pid: Option<u32>, how: &str) {
    let Some(pid) = pid.filter(|pid| is_server(*pid) && *pid != std::process::id()) else {
        return;
    };
    if signal(how, pid).is_err() {
        return;
    }
    let asked = Instant::now();
    while signal("0", pid).is_ok() && is_server(pid) && asked.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
}
