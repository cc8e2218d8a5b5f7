//! Ctrl-C and SIGTERM: remembered, so that whoever waits can stop what it started, in order.

use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::services::{Signal, signal};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How often a waiting command looks around.
const GLANCE: Duration = Duration::from_millis(50);

/// From here on Ctrl-C and SIGTERM do not end the process but are remembered.
pub(crate) fn remember() -> Result<()> {
    Ok(ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))?)
}

/// Whether somebody wants us to stop.
pub(crate) fn came() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Waits for a child. When somebody wants us to stop, the child is asked to end, and after `patience` made to.
pub(crate) fn wait(child: &mut Child, patience: Duration) -> Result<ExitStatus> {
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        match asked {
            None if came() => {
                signal(Signal::SIGTERM, child.id())?;
                asked = Some(Instant::now());
            }
            Some(since) if since.elapsed() > patience => {
                child.kill()?;
            }
            _ => std::thread::sleep(GLANCE),
        }
    }
}
