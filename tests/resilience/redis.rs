use serde_json::json;
use time::Duration;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::PASSWORD;
use crate::support::redis::{PrivateRedis, eventually};

async fn app_on(redis: &PrivateRedis) -> TestApp {
    let settings = redis.settings();
    TestApp::start_with(|config| config.redis = settings).await
}

#[tokio::test]
async fn without_redis_everything_still_answers_and_recovers() {
    let mut redis = PrivateRedis::start().await;
    let app = app_on(&redis).await;
    let patient = app.patient().await;
    let doses = [
        app.dose(&patient, MORNING).await,
        app.dose(&patient, MORNING).await,
        app.dose(&patient, MORNING).await,
    ];
    patient.client.get("/doses/schedule").await.ok();
    redis.kill();

    let login = json!({ "identifier": patient.account.phone, "password": PASSWORD });
    let session = app.client.post("/auth/login", &login).await.ok();
    let again = app.person(&patient.account, &session);
    again.client.get("/auth/me").await.ok();
    again
        .client
        .patch(&format!("/doses/{}/taken", doses[0].id), &json!({}))
        .await
        .ok();
    again
        .client
        .patch(&format!("/doses/{}/skipped", doses[1].id), &json!({}))
        .await
        .ok();
    let reminder = json!({ "reminderTime": "08:30" });
    again
        .client
        .patch(&format!("/doses/{}/reminder-time", doses[2].id), &reminder)
        .await
        .ok();
    let day = again.client.get("/doses/schedule").await.ok();
    assert_eq!(day["doses"][0]["status"], "TAKEN_ON_TIME");
    again.client.get("/doses/history").await.ok();
    again.client.get("/audit-logs").await.ok();
    let refresh = app
        .client
        .post("/auth/refresh", &json!({ "refreshToken": patient.refresh_token }))
        .await;
    refresh.refused(503, "UNAVAILABLE");
    refresh.header("retry-after");
    let ready = app.client.get("/health/ready").await.ok();
    assert_eq!(ready["redis"]["healthy"], false);

    redis.restart().await;
    eventually("Redis is used again", async || {
        app.client.get("/health/ready").await.ok()["redis"]["healthy"] == true
    })
    .await;
    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(
        day["doses"][0]["status"], "TAKEN_ON_TIME",
        "nothing from before the outage is believed"
    );
}

#[tokio::test]
async fn limits_hold_without_redis() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| {
        config.redis = settings;
        config.application.limits.general_per_minute = 5;
    })
    .await;
    let patient = app.patient().await;
    redis.kill();
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(patient.client.get("/auth/me").await.status.as_u16());
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        3,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn signing_out_without_redis_ends_every_session_rather_than_none() {
    let mut redis = PrivateRedis::start().await;
    let app = app_on(&redis).await;
    let patient = app.patient().await;
    redis.kill();
    patient.client.post("/auth/logout", &json!({})).await.ok();
    patient.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    redis.restart().await;
    let refresh = app
        .client
        .post("/auth/refresh", &json!({ "refreshToken": patient.refresh_token }))
        .await;
    assert_eq!(refresh.status, 401);
}

#[tokio::test]
async fn a_hanging_redis_costs_a_request_little_and_only_at_first() {
    let redis = PrivateRedis::start().await;
    let mut settings = redis.settings();
    settings.command_timeout_ms = 250;
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let patient = app.patient().await;
    redis.hang();
    let started = std::time::Instant::now();
    for _ in 0..10 {
        patient.client.get("/doses/schedule").await.ok();
    }
    let elapsed = started.elapsed();
    redis.go_on();
    assert!(elapsed < std::time::Duration::from_secs(2), "{elapsed:?}");
}

#[tokio::test]
async fn an_emptied_redis_costs_sessions_but_no_answers() {
    let redis = PrivateRedis::start().await;
    let app = app_on(&redis).await;
    let patient = app.patient().await;
    let (): () = crate::support::redis::run(&mut redis.raw().await, &["FLUSHALL"])
        .await
        .unwrap();
    patient.client.get("/doses/schedule").await.ok();
    let refresh = app
        .client
        .post("/auth/refresh", &json!({ "refreshToken": patient.refresh_token }))
        .await;
    refresh.refused(401, "TOKEN_REVOKED");
    app.clock.advance(Duration::minutes(1));
    app.sign_in(&patient.account).await;
}
