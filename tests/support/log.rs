//! What a test's own thread logs.

use std::io;
use std::sync::{Arc, Mutex};

use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;

/// The lines that were logged so far.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

/// Logging goes here until this is dropped.
pub struct Capture {
    _guard: DefaultGuard,
    /// While it knows of one subscriber only, tracing lets the thread that comes by first decide whether anybody listens.
    _second: Dispatch,
}

/// Captures what this thread logs from now on.
pub fn capture() -> (Lines, Capture) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let capture = Capture {
        _second: Dispatch::new(tracing_subscriber::registry()),
        _guard: tracing::subscriber::set_default(subscriber),
    };
    (lines, capture)
}

impl Lines {
    /// Those with this text in them.
    pub fn with(&self, text: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let lines = String::from_utf8_lossy(&lines).into_owned();
        lines
            .lines()
            .filter(|line| line.contains(text))
            .map(str::to_owned)
            .collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
