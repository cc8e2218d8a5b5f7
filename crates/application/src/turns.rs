//! Heavy work off the async threads, little at once, so that a crowd of it leaves the other requests alone.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::Error;

/// The work was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undone {
    /// Its turn did not come in time.
    #[error("too much work at once")]
    Crowded,
    /// It failed in a way that nobody foresaw.
    #[error("the work ended in a panic")]
    Panicked,
}

impl From<Undone> for Error {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Crowded => Self::unavailable(undone),
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

    /// Does the work, once its turn has come. Work that has begun is finished, also when nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Undone> {
        let waiting = Arc::clone(&self.turns).acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout(self.patience, waiting).await else {
            return Err(Undone::Crowded);
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|_| Undone::Panicked)
    }
}

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
