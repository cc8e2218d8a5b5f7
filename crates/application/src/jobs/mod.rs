//! What happens without being asked: jobs, each of which runs once in a while, in any process that has a [`Worker`].
//!
//! A run may break off at any point and come again: a process is killed, the database goes away, two processes begin at
//! once. So a job looks for what is to be done, does it in pieces that each stand alone, and finds nothing more to do when
//! it comes again. Between two pieces it asks whether the product is closing.
//!
//! To add a job: a line in [`Application::all_jobs`], a function for it to call, and, in `[jobs]`, how often it runs.

mod heartbeat;
mod plan;
mod worker;

use std::error::Error as StdError;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use das_tern_persistence::JobLock;
use futures_util::FutureExt;
use time::{Duration, OffsetDateTime};

use crate::{Application, Error, JobSettings, Kind};

pub(crate) use heartbeat::Heartbeat;
pub use worker::Worker;

/// How much later than its process a job may start, so that what was started together does not work in step.
const JITTER: Duration = Duration::seconds(5);

/// Stays on its thread, so that a use case needs not say that it could leave it.
type Run = Pin<Box<dyn Future<Output = Result<u64, Error>>>>;

/// Something that is done once in a while.
#[derive(Clone)]
pub struct Job {
    name: &'static str,
    every: Duration,
    jitter: Duration,
    is_alone: bool,
    run: Arc<dyn Fn(Application) -> Run + Send + Sync>,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobOutcome {
    /// It did something about so many things.
    Done(u64),
    /// Another process was at it.
    Elsewhere,
}

impl Job {
    /// A job of this name, as the log and the metrics call it. The next run starts `every_s` seconds after the start of the
    /// one before, or once that has ended. `run` says about how many things it did something.
    pub fn new<R>(name: &'static str, every_s: u32, run: impl Fn(Application) -> R + Send + Sync + 'static) -> Self
    where
        R: Future<Output = Result<u64, Error>> + 'static,
    {
        let every = Duration::seconds(every_s.into());
        Self {
            name,
            every,
            jitter: JITTER.min(every / 10),
            is_alone: false,
            run: Arc::new(move |app| Box::pin(run(app))),
        }
    }

    /// The same, run by one process at a time: for work that is right, but done twice, when two are at it.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { is_alone: true, ..self }
    }
}

impl Application {
    /// Every job there is.
    pub(crate) fn all_jobs(every: &JobSettings) -> Vec<Job> {
        vec![
            Job::new("schedules", every.schedules_every_s, async |app| {
                Ok(app.top_up_schedules().await?.doses)
            })
            .alone(),
            Job::new("lapsed-courses", every.lapsed_courses_every_s, async |app| {
                app.end_lapsed_prescriptions().await
            })
            .alone(),
            Job::new("accounts-to-delete", every.accounts_to_delete_every_s, async |app| {
                Ok(app.delete_due_accounts().await? as u64)
            })
            .alone(),
            Job::new("licence-photos", every.licence_photos_every_s, async |app| {
                app.sweep_licence_photos().await
            })
            .alone(),
        ]
    }

    /// Runs the job of this name once, now, whether it is due or not.
    ///
    /// # Errors
    /// Why the job failed; `INTERNAL` when there is no such job.
    pub async fn run_job(&self, name: &str) -> Result<JobOutcome, Error> {
        let jobs = self.jobs();
        let job = jobs.iter().find(|job| job.name == name);
        let job = job.ok_or_else(|| Error::internal(format!("there is no job {name}")))?;
        self.perform(job).await
    }

    /// Runs a job once, now, and says how it went: to the log when it failed, and to the metrics. One that panics has
    /// failed, and takes nobody along.
    ///
    /// # Errors
    /// Why the job failed.
    pub async fn perform(&self, job: &Job) -> Result<JobOutcome, Error> {
        let started = Instant::now();
        let outcome = AssertUnwindSafe(self.attempt(job)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|_| Err(Error::internal("it panicked")));
        record(job.name, started, self.now(), &outcome);
        outcome
    }

    async fn attempt(&self, job: &Job) -> Result<JobOutcome, Error> {
        if !job.is_alone {
            return (job.run)(self.clone()).await.map(JobOutcome::Done);
        }
        // One at a time in a process, or their locks could take up all the connections that their work needs.
        let _turn = self.lone_jobs().lock().await;
        let Some(lock) = JobLock::try_take(self.database(), job.name).await? else {
            return Ok(JobOutcome::Elsewhere);
        };
        let done = tokio::select! {
            done = (job.run)(self.clone()) => done?,
            error = lock.keep() => return Err(error.into()),
        };
        lock.release().await?;
        Ok(JobOutcome::Done(done))
    }
}

fn record(job: &'static str, started: Instant, now: OffsetDateTime, outcome: &Result<JobOutcome, Error>) {
    let label = match outcome {
        Ok(JobOutcome::Done(count)) => {
            tracing::debug!(job, count, "a job is done");
            #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
            metrics::gauge!("job_last_success_timestamp_seconds", "job" => job).set(now.unix_timestamp() as f64);
            "done"
        }
        Ok(JobOutcome::Elsewhere) => "elsewhere",
        Err(error) => {
            log(job, error);
            "failed"
        }
    };
    metrics::counter!("job_runs_total", "job" => job, "outcome" => label).increment(1);
    metrics::histogram!("job_duration_seconds", "job" => job).record(started.elapsed().as_secs_f64());
}

fn log(job: &'static str, error: &Error) {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    let cause = sources.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match error.code().kind() {
        Kind::Unavailable => tracing::warn!(job, cause, "a job failed, and is tried again"),
        _ => tracing::error!(
            job,
            code = error.code().label(),
            cause,
            "a job failed, and is tried again"
        ),
    }
}
