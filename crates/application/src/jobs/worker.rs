use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;

use super::plan::Plan;
use super::{Job, JobOutcome};
use crate::Application;

/// How often the worker looks whether a job is due, and shows that it is alive.
const BEAT: Duration = Duration::from_secs(1);

/// What runs the jobs in this process. Dropped, it breaks off what it runs.
pub struct Worker {
    end: oneshot::Sender<Duration>,
    working: JoinHandle<()>,
}

impl Worker {
    /// Runs these jobs from now on, each when it is due, side by side.
    #[must_use]
    pub fn start(app: Application, jobs: Vec<Job>) -> Self {
        app.heartbeat().beat();
        let jobs = jobs.into_iter().map(|job| Planned::new(&app, job)).collect();
        let (end, ending) = oneshot::channel();
        let working = tokio::spawn(async move {
            work(&app, jobs, ending).await;
            app.heartbeat().end();
        });
        Self { end, working }
    }

    /// Starts nothing more and waits for what runs, which sees that the product is closing and stops at the next safe
    /// point. What still runs after `patience` is broken off: the statement under way is undone by the database.
    pub async fn stop(self, patience: Duration) {
        if self.end.send(patience).is_ok()
            && let Err(error) = self.working.await
        {
            tracing::error!(%error, "the worker ended badly");
        }
    }
}

/// A job, and when it runs next.
struct Planned {
    job: Job,
    plan: Plan,
}

async fn work(app: &Application, mut jobs: Vec<Planned>, mut ending: oneshot::Receiver<Duration>) {
    let mut running = JoinSet::new();
    let mut ticks = tokio::time::interval(BEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let patience = loop {
        tokio::select! {
            patience = &mut ending => break patience.unwrap_or_default(),
            _ = ticks.tick() => {
                app.heartbeat().beat();
                start_due(app, &mut jobs, &mut running);
            }
            Some(ended) = running.join_next() => {
                if let Ok((index, is_done)) = ended
                    && let Some(planned) = jobs.get_mut(index)
                {
                    planned.plan.ended(app.now(), is_done);
                }
            }
        }
    };
    let all_ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(patience, all_ended).await.is_err() {
        tracing::warn!(jobs = running.len(), "jobs did not stop in time and are broken off");
    }
    running.shutdown().await;
}

fn start_due(app: &Application, jobs: &mut [Planned], running: &mut JoinSet<(usize, bool)>) {
    let now = app.now();
    for (index, planned) in jobs.iter_mut().enumerate() {
        if planned.plan.starts(now) {
            let (app, job) = (app.clone(), planned.job.clone());
            running.spawn(async move {
                let outcome = app.perform(&job).await;
                (index, matches!(outcome, Ok(JobOutcome::Done(_))))
            });
        }
    }
}

impl Planned {
    fn new(app: &Application, job: Job) -> Self {
        let plan = Plan::new(job.every, app.now() + jitter(app, job.jitter));
        Self { job, plan }
    }
}

/// A part of `most`, another in each process and for each job.
fn jitter(app: &Application, most: time::Duration) -> time::Duration {
    // The last half of an id is random.
    let (_, random) = app.ids().next_id().as_u64_pair();
    most * f64::from((random & 0xffff) as u16) / f64::from(u16::MAX)
}
