use serde_json::{Value, json};
use time::Duration;

use super::everywhere::is_out;
use crate::support::TestApp;
use crate::support::people::{Account, PASSWORD, Person};
use crate::support::redis::PrivateRedis;

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36";

async fn sign_in_as(app: &TestApp, account: &Account, agent: &str) -> Person {
    let body = json!({ "identifier": account.phone, "password": PASSWORD });
    let client = app.client.with_header("user-agent", agent);
    app.person(account, &client.post("/auth/login", &body).await.ok())
}

async fn sessions(person: &Person) -> Vec<Value> {
    let client = person.client.with_header("accept-language", "en");
    client.get("/auth/sessions").await.ok().as_array().unwrap().clone()
}

async fn current(person: &Person) -> String {
    let sessions = sessions(person).await;
    let current: Vec<_> = sessions.iter().filter(|session| session["current"] == true).collect();
    assert_eq!(current.len(), 1, "{sessions:?}");
    current[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_are_listed_newest_first_with_a_name_that_people_read() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let agents = ["", "Toaster", CHROME, "DasTern/1.4.0 (Android 14)"];
    for agent in agents {
        sign_in_as(&app, &account, agent).await;
        app.clock.advance(Duration::minutes(1));
    }
    let last = sign_in_as(&app, &account, "Dart/3.4 (dart:io)").await;
    let listed = sessions(&last).await;
    let names: Vec<_> = listed
        .iter()
        .map(|session| session["device"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "Das Tern",
            "Das Tern on Android",
            "Chrome on Windows",
            "Toaster",
            "Unknown device"
        ]
    );
    let current: Vec<_> = listed.iter().map(|session| session["current"] == true).collect();
    assert_eq!(current, [true, false, false, false, false]);
    assert_eq!(listed[0]["createdAt"], "2026-03-06T09:04:00.000+07:00");
    app.clock.advance(Duration::minutes(10));
    let refresh = json!({ "refreshToken": last.refresh_token });
    app.client.post("/auth/refresh", &refresh).await.ok();
    let seen = &sessions(&last).await[0];
    assert_eq!(
        (&seen["createdAt"], &seen["lastSeenAt"]),
        (
            &json!("2026-03-06T09:04:00.000+07:00"),
            &json!("2026-03-06T09:14:00.000+07:00")
        )
    );
}

#[tokio::test]
async fn a_session_is_ended_from_another_device_at_once() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let ended = format!("/auth/sessions/{}", current(&tablet).await);
    let said = phone.client.delete(&ended).await.ok();
    assert!(said["message"].as_str().is_some_and(|message| !message.is_empty()));
    is_out(&app, &tablet).await;
    assert_eq!(sessions(&phone).await.len(), 1);
    phone.client.delete(&ended).await.refused(404, "NOT_FOUND");
    let entry = "actor_id = $1 AND details->>'change' = 'SESSION_ENDED'";
    assert_eq!(app.count("audit_logs", entry, [account.id.into()]).await, 1);
}

#[tokio::test]
async fn the_current_session_may_be_ended_too() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let ended = format!("/auth/sessions/{}", current(&person).await);
    person.client.delete(&ended).await.ok();
    is_out(&app, &person).await;
}

#[tokio::test]
async fn a_strangers_session_is_none() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.patient().await, app.patient().await);
    let id = current(&person).await;
    let refused = stranger.client.delete(&format!("/auth/sessions/{id}")).await;
    assert_eq!(refused.refused(404, "NOT_FOUND")["details"]["resource"], "Session");
    for nonsense in ["0", "%00", "{00000000-0000-0000-0000-000000000000}"] {
        stranger
            .client
            .delete(&format!("/auth/sessions/{nonsense}"))
            .await
            .refused(404, "NOT_FOUND");
    }
    person.client.get("/auth/me").await.ok();
    assert_eq!(sessions(&person).await.len(), 1);
    assert!(!sessions(&stranger).await.iter().any(|session| session["id"] == id));
}

#[tokio::test]
async fn the_current_session_ends_without_redis_too() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let person = app.patient().await;
    let ended = format!("/auth/sessions/{}", current(&person).await);
    redis.kill();
    person.client.delete(&ended).await.ok();
    person.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
}
