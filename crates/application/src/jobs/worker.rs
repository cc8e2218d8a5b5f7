use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::MissedTickBehavior;

use super::plan::Plan;
use super::{Job, JobOutcome};
use crate::Application;

/// How often the worker looks whether a job is due, and shows that it is alive.
const BEAT: Duration = Duration::from_secs(1);

/// What runs the jobs in this process, on a thread of its own: no request waits for a job's thinking. Dropped, it breaks
/// off what it runs.
pub struct Worker {
    end: Option<oneshot::Sender<Duration>>,
    ended: oneshot::Receiver<()>,
    /// The thread goes with this, and not before: connections that were opened on it are heard by it alone.
    _life: oneshot::Sender<()>,
}

impl Worker {
    /// Runs these jobs from now on, each when it is due, side by side.
    ///
    /// # Errors
    /// When the machine has no thread to spare.
    pub fn start(app: Application, jobs: Vec<Job>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let jobs: Vec<_> = jobs.into_iter().map(|job| Planned::new(&app, job)).collect();
        let (end, ending) = oneshot::channel();
        let (tell, ended) = oneshot::channel();
        let (life, living) = oneshot::channel::<()>();
        app.heartbeat().beat();
        let thread = std::thread::Builder::new().name("jobs".to_owned());
        thread.spawn(move || {
            on_this_thread(&runtime, async {
                work(&app, jobs, ending).await;
                app.heartbeat().end();
                if tell.send(()).is_ok() {
                    living.await.ok();
                }
            });
        })?;
        Ok(Self {
            end: Some(end),
            ended,
            _life: life,
        })
    }

    /// Starts nothing more and waits for what runs, which sees that the product is closing and stops at the next safe
    /// point. What still runs after `patience` is broken off: the statement under way is undone by the database.
    pub async fn stop(&mut self, patience: Duration) {
        if self.end.take().is_none_or(|end| end.send(patience).is_err()) {
            return;
        }
        // A job that never lets go of its thread can only be left behind.
        if tokio::time::timeout(patience + BEAT, &mut self.ended).await.is_err() {
            tracing::warn!("a job holds its thread, and is left behind");
        }
    }
}

fn on_this_thread(runtime: &Runtime, work: impl Future<Output = ()>) {
    LocalSet::new().block_on(runtime, work);
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
            running.spawn_local(async move {
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
