use serde_json::json;
use time::Duration;

use crate::support::TestApp;

#[tokio::test]
async fn an_access_token_ends_after_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    app.clock.advance(Duration::seconds(899));
    person.client.get("/auth/me").await.ok();
    app.clock.advance(Duration::seconds(1));
    let answer = person.client.get("/auth/me").await;
    answer.refused(401, "TOKEN_EXPIRED");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn whoever_signs_in_again_is_told_so_in_their_language() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    for (language, message) in [("ENGLISH", "Your sign-in has expired"), ("KHMER", "ការចូលគណនី")] {
        let change = json!({ "language": language });
        let client = app.sign_in(&person.account).await.client;
        client.patch("/users/me", &change).await.ok();
        let client = app.sign_in(&person.account).await.client;
        app.clock.advance(Duration::minutes(15));
        let refused = client.get("/auth/me").await.refused(401, "TOKEN_EXPIRED");
        let told = refused["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{told}");
    }
}

#[tokio::test]
async fn a_later_token_epoch_ends_every_token_at_once() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    app.execute(
        "UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1",
        [person.id.into()],
    )
    .await;
    person.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    let refresh = app
        .client
        .post("/auth/refresh", &json!({ "refreshToken": person.refresh_token }))
        .await;
    refresh.refused(401, "TOKEN_REVOKED");
}

#[tokio::test]
async fn a_token_of_a_removed_or_rejected_account_opens_nothing() {
    let app = TestApp::start().await;
    let (removed, rejected) = (app.patient().await, app.doctor().await);
    app.execute("DELETE FROM users WHERE id = $1", [removed.id.into()])
        .await;
    app.execute(
        "UPDATE users SET account_status = 'REJECTED' WHERE id = $1",
        [rejected.id.into()],
    )
    .await;
    removed.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    rejected.client.get("/auth/me").await.refused(403, "ACCOUNT_REJECTED");
}

#[tokio::test]
async fn only_our_own_tokens_are_read() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let parts: Vec<_> = person.access_token.split('.').collect();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    let other_signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let forged = [
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.{other_signature}", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        person.refresh_token.clone(),
        "x".repeat(8_000),
    ];
    for token in forged {
        app.client
            .with_token(&token)
            .get("/auth/me")
            .await
            .refused(401, "UNAUTHENTICATED");
    }
    app.client.get("/auth/me").await.refused(401, "UNAUTHENTICATED");
    app.client
        .with_header("authorization", "Basic c29rOnNhbw==")
        .get("/auth/me")
        .await
        .refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_of_another_installation_is_refused() {
    let app = TestApp::start().await;
    let other = TestApp::start_with(|config| config.application.auth.audience = "somebody else".to_owned()).await;
    let person = other.patient().await;
    app.client
        .with_token(&person.access_token)
        .get("/auth/me")
        .await
        .refused(401, "UNAUTHENTICATED");
}
