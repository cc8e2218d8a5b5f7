use std::sync::atomic::{AtomicU64, Ordering};

/// How a cached read went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Hit,
    Miss,
    /// Redis was away or failed, which the caller sees as a miss.
    Error,
}

/// How the cached reads of this process went so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheCounts {
    /// Answered from the cache.
    pub hits: u64,
    /// Not in the cache.
    pub misses: u64,
    /// Not asked, because Redis was away or failed.
    pub errors: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    errors: AtomicU64,
}

impl Counters {
    pub(crate) fn count(&self, namespace: &'static str, outcome: Outcome) {
        let (counter, name) = match outcome {
            Outcome::Hit => (&self.hits, "hit"),
            Outcome::Miss => (&self.misses, "miss"),
            Outcome::Error => (&self.errors, "error"),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("cache_requests_total", "namespace" => namespace, "outcome" => name).increment(1);
    }

    pub(crate) fn read(&self) -> CacheCounts {
        CacheCounts {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn every_outcome_is_counted_by_namespace() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let counters = Counters::default();
        metrics::with_local_recorder(&recorder, || {
            for outcome in [Outcome::Hit, Outcome::Hit, Outcome::Miss, Outcome::Error] {
                counters.count("user:profile", outcome);
            }
        });
        let shown = recorder.handle().render();
        for (outcome, count) in [("hit", 2), ("miss", 1), ("error", 1)] {
            let line = format!("cache_requests_total{{namespace=\"user:profile\",outcome=\"{outcome}\"}} {count}");
            assert!(shown.contains(&line), "{shown}");
        }
        assert_eq!(
            counters.read(),
            CacheCounts {
                hits: 2,
                misses: 1,
                errors: 1
            }
        );
    }
}
