use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use serde_json::json;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::wire::Wire;

/// Ends every connection to the database, as a restart of the server does.
const CUT: &str =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()";

async fn cut(app: &TestApp) {
    app.administer(CUT).await;
    // The test's own pool was cut too: each failing statement rids it of one broken connection.
    let mut in_a_row = 0;
    while in_a_row < 12 {
        in_a_row = if app.database().ping().await.is_ok() {
            in_a_row + 1
        } else {
            0
        };
    }
}

#[tokio::test]
async fn cut_connections_heal_without_a_lost_or_doubled_intake() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for _ in 0..5 {
        let dose = app.dose(&patient, MORNING).await;
        let path = format!("/doses/{}/taken", dose.id);
        let empty = json!({});
        let (answer, ()) = tokio::join!(patient.client.patch(&path, &empty), cut(&app));
        assert!(answer.status == 200 || answer.status == 503, "{}", answer.text);
        if answer.status != 200 {
            answer.header("retry-after");
        }
        let mut retried = patient.client.patch(&path, &empty).await;
        for _ in 0..10 {
            if retried.status == 200 {
                break;
            }
            assert_eq!(retried.status, 503, "{}", retried.text);
            retried = patient.client.patch(&path, &empty).await;
        }
        retried.ok();
        assert_eq!(app.count("audit_logs", "resource_id = $1", [dose.id.into()]).await, 1);
    }
}

#[tokio::test]
async fn a_database_that_is_away_is_answered_with_503_in_time() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.administer("ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS false")
        .await;
    app.administer(CUT).await;
    let started = Instant::now();
    let answer = patient.client.get("/auth/me").await;
    answer.refused(503, "UNAVAILABLE");
    answer.header("retry-after");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(app.client.get("/health/ready").await.status, 503);
    app.client.get("/health/live").await.ok();
    app.administer("ALTER DATABASE \"{database}\" ALLOW_CONNECTIONS true")
        .await;
    patient.client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn a_database_that_says_nothing_is_given_up_and_found_again() {
    let mut wire = None;
    let app = TestApp::start_with(|config| {
        let silent = Wire::to(config.database.url.expose_secret());
        config.database.url = silent.url().to_owned().into();
        config.database.statement_timeout_ms = 500;
        wire = Some(silent);
    })
    .await;
    let wire = wire.unwrap();
    let patient = app.patient().await;
    // Several connections are open by now, and have answered a moment ago.
    let me = || patient.client.get("/auth/me");
    tokio::join!(me(), me(), me(), me());
    wire.fall_silent();
    let started = Instant::now();
    for answer in <[_; 5]>::from(tokio::join!(me(), me(), me(), me(), me())) {
        answer.refused(503, "UNAVAILABLE");
        answer.header("retry-after");
    }
    assert_eq!(app.client.get("/health/ready").await.status, 503);
    app.client.get("/health/live").await.ok();
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    wire.carry_on();
    let healed = Instant::now();
    while me().await.status != 200 {
        assert!(healed.elapsed() < Duration::from_secs(5));
    }
}
