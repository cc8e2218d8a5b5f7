use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When the worker of this process last showed that it is alive, by the machine's own clock: nobody moves that.
#[derive(Default)]
pub(crate) struct Heartbeat(Mutex<Option<Instant>>);

impl Heartbeat {
    pub(crate) fn beat(&self) {
        self.set(Some(Instant::now()));
    }

    /// From here on there is no worker.
    pub(crate) fn end(&self) {
        self.set(None);
    }

    /// How long ago it was; `None` where no worker runs.
    pub(crate) fn age(&self) -> Option<Duration> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.map(|last| last.elapsed())
    }

    fn set(&self, last: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = last;
    }
}
