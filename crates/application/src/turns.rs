//! Heavy work off the async threads, little at once and behind them in line for the cores, so that a crowd of it leaves the
//! other requests alone.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::Error;

/// The work was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undone {
    /// Its turn did not come in time.
    #[error("too much work at once")]
    Crowded,
    /// There is no thread for it.
    #[error("no thread for the work: {0}")]
    NoThread(#[from] std::io::Error),
    /// It failed in a way that nobody foresaw.
    #[error("the work ended in a panic")]
    Panicked,
}

impl From<Undone> for Error {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Crowded | Undone::NoThread(_) => Self::unavailable(undone),
            Undone::Panicked => Self::internal(undone),
        }
    }
}

pub(crate) struct Turns {
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Turns {
    /// So many at once; whoever waits longer than that for a turn gets none.
    pub(crate) fn new(at_once: usize, patience_ms: u32) -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            patience: Duration::from_millis(patience_ms.into()),
        }
    }

    /// Does the work, once its turn has come, in a thread of its own: one of a pool would be behind in line for good.
    /// Work that has begun is finished, also when nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Undone> {
        let waiting = Arc::clone(&self.turns).acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout(self.patience, waiting).await else {
            return Err(Undone::Crowded);
        };
        let (finish, finished) = oneshot::channel();
        thread::Builder::new().name("heavy".to_owned()).spawn(move || {
            step_back();
            let done = work();
            drop(turn);
            // Nobody may wait for it any more.
            let _ = finish.send(done);
        })?;
        finished.await.map_err(|_| Undone::Panicked)
    }
}

/// Leaves the cores to the other threads first: at 5, a third of what they get. Less, and nobody could sign in while
/// everybody reads.
#[cfg(target_os = "linux")]
fn step_back() {
    const NICE: i32 = 5;
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::debug!(%error, "heavy work is not behind in line");
    }
}

/// Elsewhere a thread has no priority of its own.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[tokio::test]
    async fn a_crowd_waits_for_its_turn_but_not_for_ever() {
        let turns = Arc::new(Turns::new(1, 10));
        let (go_on, gate) = channel();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let slow = tokio::spawn({
            let turns = turns.clone();
            async move {
                turns
                    .run(move || {
                        let _ = begun.send(());
                        gate.recv().unwrap();
                    })
                    .await
            }
        });
        has_begun.await.unwrap();
        assert!(matches!(turns.run(|| ()).await, Err(Undone::Crowded)));
        go_on.send(()).unwrap();
        slow.await.unwrap().unwrap();
        assert_eq!(turns.run(|| 7).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_panic_gives_its_turn_back() {
        let turns = Turns::new(1, 10_000);
        for _ in 0..2 {
            assert!(matches!(
                turns.run(|| panic!("unforeseen")).await,
                Err::<(), _>(Undone::Panicked)
            ));
        }
    }
}
