//! What somebody may do who holds another's access token or unlocked phone.

use std::sync::Arc;

use serde_json::json;

use super::unlimited;
use crate::support::TestApp;
use crate::support::google::Google;
use crate::support::people::PASSWORD;

#[tokio::test]
async fn a_token_changes_no_password_and_no_pin() {
    let app = unlimited().await;
    let victim = app.patient().await;
    let password = json!({ "currentPassword": "a guess", "newPassword": "Tr4ktor rot" });
    let pin = json!({ "password": "a guess", "pinCode": "0007" });
    victim
        .client
        .post("/auth/change-password", &password)
        .await
        .refused(401, "INVALID_CREDENTIALS");
    victim
        .client
        .put("/auth/pin", &pin)
        .await
        .refused(401, "INVALID_CREDENTIALS");
    app.sign_in(&victim.account).await;
}

/// Guesses through a stolen token are guesses.
#[tokio::test]
async fn a_token_gives_no_more_guesses_than_a_login() {
    let app = unlimited().await;
    let victim = app.patient().await;
    let password = json!({ "currentPassword": "a guess", "newPassword": "Tr4ktor rot" });
    for _ in 0..5 {
        victim
            .client
            .post("/auth/change-password", &password)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    let right = json!({ "currentPassword": PASSWORD, "newPassword": "Tr4ktor rot" });
    victim
        .client
        .post("/auth/change-password", &right)
        .await
        .refused(403, "ACCOUNT_LOCKED");
    victim.client.get("/auth/me").await.ok();
}

/// Another address would set another password.
#[tokio::test]
async fn a_token_changes_no_address() {
    let app = unlimited().await;
    let victim = app.patient().await;
    let thief = "thief@example.com";
    let bare = json!({ "email": thief });
    let refused = victim.client.patch("/users/me", &bare).await.invalid_fields();
    assert_eq!(refused, [("currentPassword".to_owned(), "REQUIRED".to_owned())]);
    let guess = json!({ "email": thief, "currentPassword": "a guess" });
    for _ in 0..5 {
        victim
            .client
            .patch("/users/me", &guess)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    let right = json!({ "email": thief, "currentPassword": PASSWORD });
    victim
        .client
        .patch("/users/me", &right)
        .await
        .refused(403, "ACCOUNT_LOCKED");
    assert!(app.outbox.sent_to(thief).is_empty());
    let me = victim.client.get("/users/me").await.ok();
    assert_eq!(
        (&me["email"], &me["pendingEmail"]),
        (&json!(victim.account.email), &json!(null))
    );
}

/// Whoever signs in with Google alone has no password, and none is right.
#[tokio::test]
async fn a_token_of_somebody_without_a_password_changes_no_address_either() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    google.vouch("token", "g-1", "sok@example.com");
    let session = app
        .client
        .post("/auth/google", &json!({ "idToken": "token" }))
        .await
        .ok();
    let client = app.client.with_token(session["accessToken"].as_str().unwrap());
    let change = json!({ "email": "thief@example.com", "currentPassword": "a guess" });
    client
        .patch("/users/me", &change)
        .await
        .refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn whoever_deletes_anothers_account_with_a_stolen_token_is_undone_by_a_login() {
    let app = unlimited().await;
    let victim = app.patient().await;
    victim.client.delete("/users/me").await.ok();
    victim.client.delete("/users/me").await.refused(401, "TOKEN_REVOKED");
    app.sign_in(&victim.account).await;
    app.clock.advance(time::Duration::days(40));
    assert_eq!(app.application.delete_due_accounts().await.unwrap(), 0);
}

#[tokio::test]
async fn a_token_that_was_signed_out_opens_nothing_anywhere() {
    let app = unlimited().await;
    let victim = app.patient().await;
    victim.client.post("/auth/logout", &json!({})).await.ok();
    for path in [
        "/auth/me",
        "/users/me",
        "/users/export",
        "/users/storage",
        "/doses/schedule",
        "/audit-logs",
    ] {
        victim.client.get(path).await.refused(401, "TOKEN_REVOKED");
    }
    // Where no token is needed, a dead one is none.
    let send = json!({ "identifier": "somebody@example.com" });
    victim.client.post("/auth/otp/send", &send).await.ok();
}
