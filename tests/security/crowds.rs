use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::MORNING;

/// Fifty passwords are hashed one or a few at a time, on threads of their own. On the threads that answer requests, a read
/// would wait for several hashes of a tenth of a second each; without a bound, for fifty threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_logins_at_once_hardly_delay_a_look_at_the_schedule() {
    let app = TestApp::start_with(|config| {
        config.application.limits.auth_per_minute_per_ip = 1_000;
        config.application.auth.bcrypt_cost = 12;
        config.application.auth.hash_concurrency = 1;
        config.application.auth.hash_timeout_ms = 60_000;
    })
    .await;
    let patient = app.patient().await;
    app.dose(&patient, MORNING).await;
    patient.client.get("/doses/schedule").await.ok();
    let begun = Instant::now();
    let strangers = (0..50).map(|number| {
        let client = app.client.clone();
        let body = json!({ "identifier": format!("+855101{number:05}"), "password": "a guess" });
        tokio::spawn(async move {
            client
                .post("/auth/login", &body)
                .await
                .refused(401, "INVALID_CREDENTIALS");
            begun.elapsed()
        })
    });
    let logins: Vec<_> = strangers.collect();
    let mut times = Vec::new();
    while times.len() < 40 {
        let started = Instant::now();
        patient.client.get("/doses/schedule").await.ok();
        times.push(started.elapsed());
    }
    let still_hashing = logins.iter().filter(|login| !login.is_finished()).count();
    assert!(still_hashing > 10, "the logins were over before: {still_hashing}");
    times.sort();
    let median = times[times.len() / 2];
    assert!(median < Duration::from_millis(60), "{times:?}");
    // One after the other: all at once, they would all be over at about the same time.
    let mut answered: Vec<_> = join_all(logins).await.into_iter().map(Result::unwrap).collect();
    answered.sort();
    assert!(answered[0] * 5 < answered[49], "{answered:?}");
}

#[tokio::test]
async fn a_crowd_that_would_wait_too_long_is_told_to_come_back() {
    let app = TestApp::start_with(|config| {
        config.application.limits.auth_per_minute_per_ip = 1_000;
        config.application.auth.bcrypt_cost = 12;
        config.application.auth.hash_concurrency = 1;
        config.application.auth.hash_timeout_ms = 100;
    })
    .await;
    let strangers = (0..30).map(|number| {
        let client = app.client.clone();
        let body = json!({ "identifier": format!("+855101{number:05}"), "password": "a guess" });
        async move { client.post("/auth/login", &body).await }
    });
    let answers = join_all(strangers).await;
    let turned_away: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!turned_away.is_empty());
    assert!(turned_away.iter().all(|answer| answer.header("retry-after") == "2"));
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 401 || answer.status == 503)
    );
}
