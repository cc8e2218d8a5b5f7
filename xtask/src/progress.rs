//! Lines that tell a person at the terminal what is going on.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::interrupt;

/// A step that takes a while.
pub(crate) struct Step {
    name: String,
    started: Instant,
}

impl Step {
    /// Says that a step begins.
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        eprintln!("  … {name}");
        Self {
            name,
            started: Instant::now(),
        }
    }

    /// Says that it is done, and how long it took.
    pub(crate) fn done(self) {
        eprintln!("  ✓ {} ({:.1} s)", self.name, self.started.elapsed().as_secs_f64());
    }
}

/// Says something beside the steps.
pub(crate) fn say(line: impl AsRef<str>) {
    eprintln!("  · {}", line.as_ref());
}

/// Runs a command to its end as a step, unless somebody wants us to stop.
pub(crate) fn finish(what: &str, command: &mut Command) -> Result<()> {
    ensure!(!interrupt::came(), "stopped");
    run(what, command)
}

/// Runs a command to its end as a step, whether or not somebody wants us to stop.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<()> {
    let step = Step::begin(what);
    let program = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    ensure!(status.success(), "{what} failed ({status})");
    step.done();
    Ok(())
}
