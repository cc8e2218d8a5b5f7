//! The metrics of the process, in Prometheus' format.

use std::sync::OnceLock;

use das_tern_persistence::PoolStatus;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// The process has one recorder, however many services the tests start in it.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Upper bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// The same for durations of jobs, which nobody waits for.
const JOB_SECONDS: [f64; 7] = [0.01, 0.1, 1.0, 10.0, 60.0, 300.0, 1800.0];

/// Starts recording, once, and returns what renders the record.
pub(crate) fn recorder() -> PrometheusHandle {
    RECORDER.get_or_init(start).clone()
}

/// Records what the connections of the database are doing, which nobody has to know between two looks.
pub(crate) fn record_pool(status: PoolStatus) {
    let PoolStatus {
        active,
        idle,
        waiting,
        max,
    } = status;
    for (state, count) in [("active", active), ("idle", idle), ("waiting", waiting), ("max", max)] {
        metrics::gauge!("database_connections", "state" => state).set(f64::from(count));
    }
}

fn start() -> PrometheusHandle {
    let jobs = Matcher::Full("job_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(|builder| builder.set_buckets_for_metric(jobs, &JOB_SECONDS));
    let recorder = builder.unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("somebody else records the metrics of this process; ours stay empty");
    }
    handle
}
