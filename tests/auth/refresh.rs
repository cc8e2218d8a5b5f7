use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::client::Answer;

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.client
        .post("/auth/refresh", &json!({ "refreshToken": token }))
        .await
}

fn token(session: &Value, name: &str) -> String {
    session[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_goes_on_with_each_refresh() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let first = refresh(&app, &person.refresh_token).await.ok();
    assert_ne!(token(&first, "refreshToken"), person.refresh_token);
    let second = refresh(&app, &token(&first, "refreshToken")).await.ok();
    let client = app.client.with_token(&token(&second, "accessToken"));
    assert_eq!(client.get("/auth/me").await.ok(), first["user"]);
}

#[tokio::test]
async fn parallel_refreshes_with_one_token_go_on_with_one_session() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let answers = futures_util::future::join_all((0..20).map(|_| refresh(&app, &person.refresh_token))).await;
    let next: Vec<_> = answers
        .iter()
        .map(|answer| token(&answer.ok(), "refreshToken"))
        .collect();
    assert!(next.iter().all(|token| *token == next[0]));
    refresh(&app, &next[0]).await.ok();
}

#[tokio::test]
async fn a_token_used_again_too_late_ends_the_session_and_tells_its_owner() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let next = refresh(&app, &person.refresh_token).await.ok();
    app.clock.advance(time::Duration::seconds(31));
    refresh(&app, &person.refresh_token).await.refused(401, "TOKEN_REVOKED");
    refresh(&app, &token(&next, "refreshToken"))
        .await
        .refused(401, "TOKEN_REVOKED");
    app.client
        .with_token(&token(&next, "accessToken"))
        .get("/auth/me")
        .await
        .refused(401, "TOKEN_REVOKED");
    let told = "recipient_id = $1 AND type = 'FAMILY_ALERT' AND data ? 'sessionId'";
    assert_eq!(app.count("notifications", told, [person.id.into()]).await, 1);
}

#[tokio::test]
async fn a_made_up_token_ends_nothing() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let mut forged = person.refresh_token.clone().into_bytes();
    forged[70] = if forged[70] == b'A' { b'B' } else { b'A' };
    for text in [
        String::from_utf8(forged).unwrap(),
        "nonsense".to_owned(),
        person.access_token.clone(),
    ] {
        refresh(&app, &text).await.refused(401, "UNAUTHENTICATED");
    }
    refresh(&app, &person.refresh_token).await.ok();
}

#[tokio::test]
async fn a_refresh_needs_a_token() {
    let app = TestApp::start().await;
    let fields = app
        .client
        .post("/auth/refresh", &json!({ "refreshToken": null }))
        .await
        .invalid_fields();
    assert_eq!(fields, [("refreshToken".to_owned(), "REQUIRED".to_owned())]);
}

#[tokio::test]
async fn logging_out_ends_the_session_and_its_tokens() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (here, there) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let said = here
        .client
        .post("/auth/logout", &json!({ "refreshToken": here.refresh_token }))
        .await
        .ok();
    assert!(said["message"].as_str().is_some_and(|message| !message.is_empty()));
    here.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    refresh(&app, &here.refresh_token).await.refused(401, "TOKEN_REVOKED");
    there.client.get("/auth/me").await.ok();
    refresh(&app, &there.refresh_token).await.ok();
}

#[tokio::test]
async fn logging_out_needs_no_body_and_cannot_end_a_strangers_session() {
    let app = TestApp::start().await;
    let (person, stranger) = (app.patient().await, app.patient().await);
    stranger
        .client
        .post("/auth/logout", &json!({ "refreshToken": person.refresh_token }))
        .await
        .ok();
    refresh(&app, &person.refresh_token).await.ok();
    person
        .client
        .send(reqwest::Method::POST, "/auth/logout", None)
        .await
        .ok();
    person.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
}

#[tokio::test]
async fn a_late_repetition_gets_the_token_that_is_in_force() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let next = async |presented: &str| token(&refresh(&app, presented).await.ok(), "refreshToken");
    let third = next(&next(&person.refresh_token).await).await;
    let late = next(&person.refresh_token).await;
    assert_eq!(late, third);
    app.clock.advance(Duration::seconds(60));
    refresh(&app, &late).await.ok();
}

#[tokio::test]
async fn staying_signed_in_is_not_counted_with_those_who_sign_in_from_the_same_address() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 4).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let mut token = app.sign_in(&account).await.refresh_token;
    for _ in 0..8 {
        let session = refresh(&app, &token).await.ok();
        session["refreshToken"].as_str().unwrap().clone_into(&mut token);
    }
    app.sign_in(&account).await;
}
