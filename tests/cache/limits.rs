use std::time::{Duration, Instant};

use das_tern_cache::{Admission, Limiter, Rule, SessionStore, Settings};
use das_tern_domain::{SessionId, UserId};
use uuid::Uuid;

use crate::support::app::redis_url;
use crate::support::redis::{PrivateRedis, connect, eventually, raw, run, settings};

const MINUTE: Duration = Duration::from_mins(1);

fn rule(key: &str, limit: u32, window: Duration) -> Rule {
    Rule {
        key: key.to_owned(),
        limit,
        window,
    }
}

fn is_admitted(admission: Admission) -> bool {
    admission.retry_after_seconds.is_none()
}

/// How many of 64 requests at once are admitted.
async fn admitted_at_once(limiter: &Limiter, rule: &Rule) -> usize {
    let requests: Vec<_> = (0..64)
        .map(|_| {
            let (limiter, rules) = (limiter.clone(), [rule.clone()]);
            tokio::spawn(async move { is_admitted(limiter.admit(&rules, None).await) })
        })
        .collect();
    let answers = futures_util::future::join_all(requests).await;
    answers
        .into_iter()
        .map(Result::unwrap)
        .filter(|is_admitted| *is_admitted)
        .count()
}

#[tokio::test]
async fn a_limit_is_exact_and_says_what_is_left() {
    let limiter = Limiter::new(connect(&settings()));
    let rules = [rule("a", 3, MINUTE)];
    for remaining in [2, 1, 0] {
        let admission = limiter.admit(&rules, None).await;
        assert_eq!(
            (admission.limit, admission.remaining, admission.reset_seconds),
            (3, remaining, 60)
        );
        assert!(is_admitted(admission));
    }
    for _ in 0..3 {
        let refusal = limiter.admit(&rules, None).await;
        assert_eq!(refusal.remaining, 0);
        assert!(
            refusal
                .retry_after_seconds
                .is_some_and(|seconds| (50..=60).contains(&seconds)),
            "{refusal:?}"
        );
    }
    assert!(is_admitted(limiter.admit(&[rule("b", 3, MINUTE)], None).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_at_once_are_admitted_up_to_the_limit() {
    let settings = settings();
    let limiter = Limiter::new(connect(&settings));
    assert_eq!(admitted_at_once(&limiter, &rule("a", 10, MINUTE)).await, 10);
    let other_process = Limiter::new(connect(&settings));
    assert_eq!(admitted_at_once(&other_process, &rule("a", 15, MINUTE)).await, 5);
}

#[tokio::test]
async fn a_window_slides_by_the_time_of_each_request() {
    let limiter = Limiter::new(connect(&settings()));
    let window = Duration::from_millis(600);
    let rules = [rule("a", 2, window)];
    let first = Instant::now();
    assert!(is_admitted(limiter.admit(&rules, None).await));
    tokio::time::sleep(window / 2).await;
    let second = Instant::now();
    assert!(is_admitted(limiter.admit(&rules, None).await));
    eventually("the first leaves the window", async || {
        is_admitted(limiter.admit(&rules, None).await)
    })
    .await;
    assert!(
        first.elapsed() + Duration::from_millis(2) >= window,
        "{:?}",
        first.elapsed()
    );
    let refusal = limiter.admit(&rules, None).await;
    assert!(
        !is_admitted(refusal) || second.elapsed() >= window,
        "the second had not left it yet"
    );
}

#[tokio::test]
async fn a_refused_request_counts_nowhere() {
    let limiter = Limiter::new(connect(&settings()));
    let wide = rule("wide", 10, MINUTE);
    let tight = rule("tight", 1, MINUTE);
    let first = limiter.admit(&[wide.clone(), tight.clone()], None).await;
    assert_eq!((first.limit, first.remaining), (1, 0));
    for _ in 0..5 {
        let refusal = limiter.admit(&[wide.clone(), tight.clone()], None).await;
        assert!(!is_admitted(refusal));
        assert_eq!(refusal.limit, 1);
    }
    assert_eq!(limiter.admit(&[wide], None).await.remaining, 8);
}

/// Fills a window with requests that were admitted so many milliseconds ago, oldest first.
async fn admitted_before(settings: &Settings, key: &str, ages: impl Iterator<Item = i64>) -> String {
    let mut raw = raw(&redis_url()).await;
    let name = format!("{}limit:{key}", settings.key_prefix);
    let (seconds, microseconds): (i64, i64) = run(&mut raw, &["TIME"]).await.unwrap();
    let now = seconds * 1000 + microseconds / 1000;
    let times: Vec<i64> = ages.map(|age| now - age).collect();
    let () = redis::cmd("RPUSH")
        .arg(&name)
        .arg(times)
        .query_async(&mut raw)
        .await
        .unwrap();
    name
}

#[tokio::test]
async fn what_has_left_a_large_window_is_cut_off_exactly() {
    let settings = settings();
    let limiter = Limiter::new(connect(&settings));
    let ages = (62_000..65_000).rev().chain((30_000..30_500).rev());
    let name = admitted_before(&settings, "a", ages).await;
    assert_eq!(limiter.admit(&[rule("a", 6_000, MINUTE)], None).await.remaining, 5_499);
    let mut raw = raw(&redis_url()).await;
    assert_eq!(run::<u64>(&mut raw, &["LLEN", &name]).await, Ok(501));
    assert!(run::<i64>(&mut raw, &["PTTL", &name]).await.unwrap() > 0);
}

#[tokio::test]
async fn a_lowered_limit_waits_until_there_is_room_under_it() {
    let settings = settings();
    let limiter = Limiter::new(connect(&settings));
    admitted_before(&settings, "a", [50_000, 30_000, 10_000].into_iter()).await;
    let refusal = limiter.admit(&[rule("a", 2, MINUTE)], None).await;
    assert_eq!((refusal.limit, refusal.remaining), (2, 0));
    assert!(
        refusal
            .retry_after_seconds
            .is_some_and(|seconds| (25..=30).contains(&seconds)),
        "{refusal:?}"
    );
    assert!(refusal.reset_seconds > 45, "{refusal:?}");
}

#[tokio::test]
async fn a_limit_of_zero_admits_nobody() {
    let server = PrivateRedis::start().await;
    let limiter = Limiter::new(connect(&server.settings()));
    let mut raw = server.raw().await;
    for _ in 0..2 {
        // From the second time on Redis knows the script, and whatever fails in it is seen.
        run::<()>(&mut raw, &["CONFIG", "RESETSTAT"]).await.unwrap();
        let refusal = limiter.admit(&[rule("a", 0, MINUTE)], None).await;
        assert_eq!(
            (refusal.limit, refusal.remaining, refusal.retry_after_seconds),
            (0, 0, Some(60))
        );
    }
    let commands: String = run(&mut raw, &["INFO", "commandstats"]).await.unwrap();
    let admitted = commands.lines().find(|line| line.starts_with("cmdstat_evalsha"));
    let admitted = admitted.expect("the stand-in has answered");
    assert!(
        admitted.contains("calls=1,") && admitted.contains("failed_calls=0"),
        "{admitted}"
    );
}

#[tokio::test]
async fn an_ended_session_is_told_in_the_same_answer() {
    let redis = connect(&settings());
    let (limiter, sessions) = (Limiter::new(redis.clone()), SessionStore::new(redis));
    let (session, other) = (SessionId(Uuid::now_v7()), SessionId(Uuid::now_v7()));
    sessions.revoke(session, UserId(Uuid::now_v7()), MINUTE).await.unwrap();
    let rules = [rule("a", 3, MINUTE), rule("b", 3, MINUTE)];
    for _ in 0..4 {
        assert!(limiter.admit(&rules, Some(session)).await.session_revoked);
    }
    assert!(limiter.admit(&[], Some(session)).await.session_revoked);
    let admitted = limiter.admit(&rules, Some(other)).await;
    assert!(!admitted.session_revoked);
    assert_eq!(admitted.remaining, 2, "an ended session uses up nothing");
    assert!(!limiter.admit(&rules, None).await.session_revoked);
}

#[tokio::test]
async fn scripts_that_redis_forgot_are_sent_again() {
    let server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let limiter = Limiter::new(redis.clone());
    let mut raw = server.raw().await;
    for remaining in [2, 1, 0] {
        let () = run(&mut raw, &["SCRIPT", "FLUSH"]).await.unwrap();
        assert_eq!(limiter.admit(&[rule("a", 3, MINUTE)], None).await.remaining, remaining);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_a_stand_in_holds_the_limits() {
    let mut server = PrivateRedis::start().await;
    let redis = connect(&server.settings());
    let limiter = Limiter::new(redis.clone());
    redis.ping().await.unwrap();
    server.kill();
    eventually("the outage is noticed", async || redis.ping().await.is_err()).await;
    assert_eq!(admitted_at_once(&limiter, &rule("a", 10, MINUTE)).await, 10);
    let refusal = limiter
        .admit(&[rule("a", 10, MINUTE)], Some(SessionId(Uuid::now_v7())))
        .await;
    assert_eq!(
        (refusal.limit, refusal.remaining, refusal.retry_after_seconds),
        (10, 0, Some(60))
    );
    assert!(!refusal.session_revoked);
    server.restart().await;
    eventually("the connection is back", async || redis.ping().await.is_ok()).await;
    assert!(is_admitted(limiter.admit(&[rule("a", 10, MINUTE)], None).await));
}
