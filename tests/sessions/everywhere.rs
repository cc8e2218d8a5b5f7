use serde_json::json;

use crate::support::TestApp;
use crate::support::people::Person;
use crate::support::redis::{PrivateRedis, run};

/// Whether a person's tokens, both of them, open nothing any more.
#[track_caller]
fn assert_out(access: &crate::support::client::Answer, refresh: &crate::support::client::Answer) {
    access.refused(401, "TOKEN_REVOKED");
    refresh.refused(401, "TOKEN_REVOKED");
}

pub async fn is_out(app: &TestApp, person: &Person) {
    let access = person.client.get("/auth/me").await;
    let refresh = json!({ "refreshToken": person.refresh_token });
    let refresh = app.client.post("/auth/refresh", &refresh).await;
    assert_out(&access, &refresh);
}

#[tokio::test]
async fn logging_out_everywhere_ends_every_device_and_nobody_elses() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let stranger = app.patient().await;
    let said = phone
        .client
        .post("/auth/logout-all", &json!({ "refreshToken": phone.refresh_token }))
        .await
        .ok();
    assert!(said["message"].as_str().is_some_and(|message| !message.is_empty()));
    is_out(&app, &phone).await;
    is_out(&app, &tablet).await;
    stranger.client.get("/auth/me").await.ok();
    let entry = "actor_id = $1 AND action_type = 'PERMISSION_CHANGE' AND details->>'change' = 'ALL_SESSIONS_ENDED'";
    assert_eq!(app.count("audit_logs", entry, [account.id.into()]).await, 1);
    let again = app.sign_in(&account).await;
    let sessions = again.client.get("/auth/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_that_redis_forgets_brings_a_session_back() {
    let redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    phone.client.post("/auth/logout-all", &json!({})).await.ok();
    let (): () = run(&mut redis.raw().await, &["FLUSHALL"]).await.unwrap();
    is_out(&app, &phone).await;
    is_out(&app, &tablet).await;
}

#[tokio::test]
async fn without_redis_everything_ends_just_the_same_and_is_not_listed_when_it_is_back() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let mut raw = redis.raw().await;
    let (): () = run(&mut raw, &["SAVE"]).await.unwrap();
    redis.kill();
    phone.client.get("/auth/sessions").await.refused(503, "UNAVAILABLE");
    let other = format!("/auth/sessions/{}", uuid::Uuid::now_v7());
    phone.client.delete(&other).await.refused(503, "UNAVAILABLE");
    phone.client.post("/auth/logout-all", &json!({})).await.ok();
    tablet.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    redis.restart().await;
    crate::support::redis::eventually("Redis is used again", async || {
        app.client.get("/health/ready").await.ok()["redis"]["healthy"] == true
    })
    .await;
    let again = app.sign_in(&account).await;
    let sessions = again.client.get("/auth/sessions").await.ok();
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{sessions}");
    is_out(&app, &tablet).await;
}
