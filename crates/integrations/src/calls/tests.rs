use std::sync::atomic::{AtomicU32, Ordering};

use metrics_exporter_prometheus::PrometheusBuilder;
use rstest::rstest;

use super::*;
use crate::fake::{MovableClock, impatient};

/// Runs attempts that all end in the same way, and counts them.
async fn attempts(calls: &Calls, effect: Effect, failure: impl Fn() -> Failure) -> (u32, Error) {
    let attempts = AtomicU32::new(0);
    let outcome = calls
        .run(effect, || {
            attempts.fetch_add(1, Ordering::Relaxed);
            let failure = failure();
            async { Err::<(), _>(failure) }
        })
        .await;
    (attempts.into_inner(), outcome.unwrap_err())
}

#[rstest]
#[case::refused(|| Failure::refused("no"), 1, 1)]
#[case::busy(|| Failure::busy("later"), 3, 3)]
#[case::undone(|| Failure::undone("away"), 3, 3)]
#[case::unclear(|| Failure::unclear("no answer"), 3, 1)]
#[tokio::test]
async fn what_may_have_been_done_is_repeated_only_where_twice_is_once(
    #[case] failure: fn() -> Failure,
    #[case] idempotent: u32,
    #[case] once: u32,
) {
    let calls = Calls::new("test", &impatient());
    assert_eq!(attempts(&calls, Effect::Idempotent, failure).await.0, idempotent);
    let calls = Calls::new("test", &impatient());
    assert_eq!(attempts(&calls, Effect::Once, failure).await.0, once);
}

#[tokio::test]
async fn a_failure_that_passes_is_not_noticed() {
    let calls = Calls::new("test", &impatient());
    let attempts = AtomicU32::new(0);
    let attempt = || async {
        match attempts.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(Failure::undone("away")),
            _ => Ok("done"),
        }
    };
    assert_eq!(calls.run(Effect::Once, attempt).await.unwrap(), "done");
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_asked_again_only_after_a_while() {
    let clock = MovableClock::default();
    let settings = ProviderSettings {
        breaker_failures: 4,
        ..impatient()
    };
    let calls = Calls::with_clock("test", &settings, clock.now());
    assert_eq!(attempts(&calls, Effect::Once, || Failure::undone("away")).await.0, 3);
    // The fourth failure opens the breaker, and ends the repeating too.
    let (count, error) = attempts(&calls, Effect::Once, || Failure::undone("away")).await;
    assert_eq!(count, 1);
    assert!(matches!(&error, Error::Unavailable(why) if why == "away"), "{error}");
    assert_eq!(attempts(&calls, Effect::Once, || Failure::undone("away")).await.0, 0);
    clock.advance(Duration::from_secs(settings.breaker_pause_s.into()));
    calls.run(Effect::Once, || async { Ok(()) }).await.unwrap();
    calls.run(Effect::Once, || async { Ok(()) }).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_refuses_or_is_busy_is_well() {
    let calls = Calls::new("test", &impatient());
    for failure in [|| Failure::refused("no"), || Failure::busy("later")] {
        for _ in 0..10 {
            assert_ne!(attempts(&calls, Effect::Once, failure).await.0, 0);
        }
    }
}

#[test]
fn each_pause_is_longer_but_not_for_ever_and_not_the_same_for_all() {
    let settings = ProviderSettings {
        attempts: 10,
        backoff_min_ms: 100,
        backoff_max_ms: 400,
        ..impatient()
    };
    let calls = Calls::new("test", &settings);
    for (attempts, whole) in [(1, 100), (2, 200), (3, 400), (4, 400), (9, 400)] {
        let pauses: Vec<_> = (0..100)
            .filter_map(|_| calls.pause(&Failure::undone("away"), attempts))
            .collect();
        assert_eq!(pauses.len(), 100);
        let bounds = Duration::from_millis(whole / 2)..=Duration::from_millis(whole);
        assert!(pauses.iter().all(|pause| bounds.contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
    assert_eq!(calls.pause(&Failure::undone("away"), 10), None);
}

#[test]
fn who_asks_for_patience_gets_it_within_bounds() {
    let settings = ProviderSettings {
        retry_after_max_ms: 5_000,
        ..impatient()
    };
    let calls = Calls::new("test", &settings);
    let pause = |wait| calls.pause(&Failure::busy("later").after(Some(Duration::from_secs(wait))), 1);
    assert_eq!(pause(5), Some(Duration::from_secs(5)));
    assert_eq!(pause(6), None);
    assert!(pause(0).is_some());
}

#[test]
fn calls_and_the_breaker_are_measured() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let settings = ProviderSettings {
                breaker_failures: 3,
                ..impatient()
            };
            let calls = Calls::new("fax", &settings);
            calls.run(Effect::Once, || async { Ok(()) }).await.unwrap();
            for failure in [
                || Failure::refused("no"),
                || Failure::undone("away"),
                || Failure::undone("away"),
            ] {
                attempts(&calls, Effect::Once, failure).await;
            }
        });
    });
    let shown = recorder.handle().render();
    for (outcome, count) in [("ok", 1), ("refused", 1), ("failed", 3), ("left_alone", 1)] {
        let line = format!("provider_calls_total{{provider=\"fax\",outcome=\"{outcome}\"}} {count}\n");
        assert!(shown.contains(&line), "{shown}");
    }
    assert!(
        shown.contains("provider_breaker_state{provider=\"fax\"} 2\n"),
        "{shown}"
    );
}
