//! Ctrl-C, SIGTERM and SIGHUP: remembered, so that whoever waits can stop what it started, in order.

use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::SigSet;

use crate::services::{Signal, signal};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How often a waiting command looks around.
const GLANCE: Duration = Duration::from_millis(50);

/// From here on Ctrl-C, SIGTERM and SIGHUP do not end the process but are remembered.
pub(crate) fn remember() -> Result<()> {
    let ctrl_c = SigSet::from(Signal::SIGINT);
    // The thread that remembers is born with Ctrl-C blocked, so that it is this thread's alone to block it later.
    ctrl_c.thread_block()?;
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::Relaxed))?;
    Ok(ctrl_c.thread_unblock()?)
}

/// From here on Ctrl-C is not for us: the terminal sends it to the child that runs there as well, and what it means to that
/// is the child's business. A child inherits this, so it is for after its start, by the thread that called [`remember`].
pub(crate) fn leave_to_child() -> Result<()> {
    Ok(SigSet::from(Signal::SIGINT).thread_block()?)
}

/// Whether somebody wants us to stop.
pub(crate) fn came() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Waits for a child. When somebody wants us to stop, it is ended as by [`end`].
pub(crate) fn wait(child: &mut Child, patience: Duration) -> Result<ExitStatus> {
    while !came() {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(GLANCE);
    }
    end(child, patience)
}

/// Asks a child to end, if it has not already, and after `patience` makes it.
pub(crate) fn end(child: &mut Child, patience: Duration) -> Result<ExitStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    signal(Signal::SIGTERM, child.id())?;
    let asked = Instant::now();
    while asked.elapsed() <= patience {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(GLANCE);
    }
    child.kill()?;
    Ok(child.wait()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    use super::*;

    /// A shell that has got as far as to run its loop.
    fn shell(script: &str) -> Child {
        let script = format!("{script} echo; while :; do sleep 0.1; done");
        let mut command = Command::new("sh");
        let mut child = command.args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        child
    }

    #[test]
    fn a_child_is_asked_to_end_and_made_to_where_it_does_not() {
        let minute = Duration::from_mins(1);
        let asked = end(&mut shell(""), minute).unwrap();
        assert_eq!(asked.signal(), Some(Signal::SIGTERM as i32));
        let made = end(&mut shell("trap '' TERM;"), Duration::ZERO).unwrap();
        assert_eq!(made.signal(), Some(Signal::SIGKILL as i32));
    }

    #[test]
    fn a_child_that_has_ended_is_not_asked() {
        let mut child = Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(end(&mut child, Duration::ZERO).unwrap().success());
    }
}
