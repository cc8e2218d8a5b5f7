//! Whether the product is well enough to be asked.

use std::time::{Duration, Instant};

use das_tern_persistence::migrations;

use crate::Application;

/// How one thing that we need is doing.
#[derive(Debug, Clone)]
pub struct Check {
    /// Whether it is well.
    pub healthy: bool,
    /// How long it took to answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// How the product is doing.
#[derive(Debug, Clone)]
pub struct Health {
    /// Whether requests should be sent to it.
    pub ready: bool,
    /// Whether it is shutting down.
    pub closing: bool,
    /// PostgreSQL.
    pub database: Check,
    /// Redis. The product is slower without it, but ready.
    pub redis: Check,
    /// Whether the schema is the one that this program was built for.
    pub migrations: Check,
    /// What runs the jobs, where this process does.
    pub worker: Option<WorkerCheck>,
}

/// How the worker of this process is doing.
#[derive(Debug, Clone, Copy)]
pub struct WorkerCheck {
    /// Whether it is well.
    pub healthy: bool,
    /// How long ago it showed that it is alive.
    pub age: Duration,
}

impl Application {
    /// Asks everything that we need how it is doing.
    pub async fn health(&self) -> Health {
        let (database, redis, migrations) =
            tokio::join!(self.check_database(), self.check_redis(), self.check_schema());
        let closing = self.is_closing();
        let worker = self.check_worker();
        let works = worker.is_none_or(|worker| worker.healthy);
        let ready = database.healthy && migrations.healthy && works && !closing;
        Health {
            ready,
            closing,
            database,
            redis,
            migrations,
            worker,
        }
    }

    fn check_worker(&self) -> Option<WorkerCheck> {
        let patience = Duration::from_secs(self.settings().jobs.heartbeat_timeout_s.into());
        let age = self.heartbeat().age()?;
        Some(WorkerCheck {
            healthy: age <= patience,
            age,
        })
    }

    async fn check_database(&self) -> Check {
        let started = Instant::now();
        let answer = self.database().ping().await;
        check(answer.map(|()| started.elapsed()), "does not answer")
    }

    async fn check_redis(&self) -> Check {
        check(
            self.redis().ping().await,
            "does not answer; limits and caches run without it",
        )
    }

    async fn check_schema(&self) -> Check {
        let started = Instant::now();
        match migrations::applied(self.database().connection()).await {
            Ok(applied) => {
                let pending = self.migrations().iter().filter(|name| !applied.contains(name)).count();
                Check {
                    healthy: pending == 0,
                    latency_ms: Some(milliseconds(started.elapsed())),
                    problem: (pending > 0).then(|| format!("{pending} pending")),
                }
            }
            Err(error) => check(Err(error), "unknown"),
        }
    }
}

fn check<E: std::fmt::Display>(answer: Result<Duration, E>, problem: &str) -> Check {
    match answer {
        Ok(latency) => Check {
            healthy: true,
            latency_ms: Some(milliseconds(latency)),
            problem: None,
        },
        Err(error) => {
            tracing::debug!(%error, problem, "health check");
            Check {
                healthy: false,
                latency_ms: None,
                problem: Some(problem.to_owned()),
            }
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}
