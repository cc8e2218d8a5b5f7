use futures_util::future::join_all;
use serde_json::json;

use super::{registration, unlimited};
use crate::support::TestApp;
use crate::support::people::PASSWORD;

#[tokio::test]
async fn one_password_tried_on_many_accounts_is_limited_by_address() {
    let app = TestApp::start().await;
    for number in 0..30 {
        let body = json!({ "identifier": format!("+855101{number:05}"), "password": PASSWORD });
        app.client
            .post("/auth/login", &body)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    let account = app.account("PATIENT", "ACTIVE").await;
    let body = json!({ "identifier": account.phone, "password": PASSWORD });
    app.client.post("/auth/login", &body).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn codes_guessed_for_somebody_do_not_keep_them_from_their_password() {
    let app = unlimited().await;
    let person = app.patient().await;
    let guess = json!({ "identifier": person.account.phone, "otp": "0000", "newPassword": "Tr4ktor rot" });
    for _ in 0..8 {
        let status = app.client.post("/auth/reset-password-otp", &guess).await.status;
        assert!(status == 400 || status == 429, "{status}");
    }
    app.sign_in(&person.account).await;
    person.client.get("/auth/me").await.ok();
}

/// Of ten thousand codes, five may be tried.
#[tokio::test]
async fn of_codes_that_are_all_tried_at_once_five_are_looked_at() {
    let app = unlimited().await;
    let body = registration(1);
    app.client.post("/auth/register/patient", &body).await.expect(201);
    let phone = body["phoneNumber"].as_str().unwrap();
    let right = app.outbox.code(phone).await;
    let wrong = (0..65)
        .map(|n| format!("{n:04}"))
        .filter(|code| *code != right)
        .take(64);
    let guesses = wrong.map(|code| {
        let body = json!({ "identifier": phone, "otp": code });
        let client = app.client.clone();
        async move { client.post("/auth/otp/verify", &body).await.status.as_u16() }
    });
    let statuses = join_all(guesses).await;
    let looked_at = statuses.iter().filter(|status| **status == 400).count();
    assert_eq!(looked_at, 5, "{statuses:?}");
    assert!(statuses.iter().all(|status| *status == 400 || *status == 429));
}
