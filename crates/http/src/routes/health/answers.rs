use das_tern_application::{Check, Health, WorkerCheck};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::FailureBody;

/// How the product is doing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Health)]
pub(crate) struct HealthBody<'a> {
    status: Status,
    /// Whether requests should be sent here.
    ready: bool,
    /// Whether the process is shutting down.
    closing: bool,
    database: CheckBody<'a>,
    redis: CheckBody<'a>,
    migrations: CheckBody<'a>,
    /// What runs the jobs; null where this process does not.
    worker: Option<WorkerBody>,
}

/// All of it in one word.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = HealthStatus)]
enum Status {
    /// Everything is well.
    Up,
    /// Something that can be done without is away.
    Degraded,
    /// Requests should not be sent here.
    Down,
}

/// How one thing that is needed is doing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HealthCheck)]
struct CheckBody<'a> {
    healthy: bool,
    /// How long it took to answer, in milliseconds.
    #[schema(example = 0.42)]
    latency_ms: Option<f64>,
    /// What is wrong with it.
    problem: Option<&'a str>,
}

/// How the worker of this process is doing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HealthOfWorker)]
struct WorkerBody {
    healthy: bool,
    /// How long ago it showed that it is alive, in milliseconds.
    age_ms: u64,
    /// What is wrong with it.
    problem: Option<&'static str>,
}

/// The process is alive.
#[derive(Serialize, ToSchema)]
#[schema(as = Live)]
pub(crate) struct LiveBody {
    status: Status,
}

/// The product is not ready: why, and the failure that this is.
#[derive(Serialize, ToSchema)]
#[schema(as = NotReady)]
pub(crate) struct NotReadyBody<'a> {
    #[serde(flatten)]
    failure: FailureBody<'a>,
    #[serde(flatten)]
    health: HealthBody<'a>,
}

impl<'a> NotReadyBody<'a> {
    pub(crate) fn new(failure: FailureBody<'a>, health: HealthBody<'a>) -> Self {
        Self { failure, health }
    }
}

impl Default for LiveBody {
    fn default() -> Self {
        Self { status: Status::Up }
    }
}

impl<'a> From<&'a Health> for HealthBody<'a> {
    fn from(health: &'a Health) -> Self {
        let status = match (health.ready, health.redis.healthy) {
            (true, true) => Status::Up,
            (true, false) => Status::Degraded,
            (false, _) => Status::Down,
        };
        Self {
            status,
            ready: health.ready,
            closing: health.closing,
            database: (&health.database).into(),
            redis: (&health.redis).into(),
            migrations: (&health.migrations).into(),
            worker: health.worker.map(WorkerBody::from),
        }
    }
}

impl<'a> From<&'a Check> for CheckBody<'a> {
    fn from(check: &'a Check) -> Self {
        Self {
            healthy: check.healthy,
            latency_ms: check.latency_ms,
            problem: check.problem.as_deref(),
        }
    }
}

impl From<WorkerCheck> for WorkerBody {
    fn from(check: WorkerCheck) -> Self {
        Self {
            healthy: check.healthy,
            age_ms: u64::try_from(check.age.as_millis()).unwrap_or(u64::MAX),
            problem: (!check.healthy).then_some("shows no sign of life; no jobs run"),
        }
    }
}
