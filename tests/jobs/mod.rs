mod accounts;
mod licence_photos;
mod locks;
mod schedules;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use das_tern_application::{Error, Job};
use tokio::sync::{Notify, Semaphore};

/// How often a job ran.
#[derive(Clone, Default)]
struct Runs(Arc<AtomicU64>);

impl Runs {
    fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// A job that counts its runs, and then does as it is told.
    fn job(
        &self,
        name: &'static str,
        every_s: u32,
        outcome: impl Fn() -> Result<u64, Error> + Clone + Send + Sync + 'static,
    ) -> Job {
        let runs = self.clone();
        Job::new(name, every_s, move |_| {
            runs.0.fetch_add(1, Ordering::SeqCst);
            let outcome = outcome.clone();
            async move { outcome() }
        })
    }
}

/// A job that says that it has begun, and then waits to be let go on.
struct Held {
    job: Job,
    begun: Arc<Notify>,
    leave: Arc<Semaphore>,
}

impl Held {
    fn new(name: &'static str) -> Self {
        let (begun, leave) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
        let job = {
            let (begun, leave) = (begun.clone(), leave.clone());
            Job::new(name, 60, move |_| {
                let (begun, leave) = (begun.clone(), leave.clone());
                async move {
                    begun.notify_one();
                    drop(leave.acquire().await);
                    Ok(1)
                }
            })
        };
        Self { job, begun, leave }
    }
}
