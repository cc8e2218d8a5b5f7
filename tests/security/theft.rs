//! What somebody may do who holds another's access token or unlocked phone.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::unlimited;
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::google::Google;
use crate::support::people::{PASSWORD, Person};

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

/// A request whose body is kept back until somebody wants it sent.
struct Held {
    stream: TcpStream,
    rest: String,
}

impl Held {
    async fn begin(app: &TestApp, person: &Person, request: &str, body: &Value) -> Self {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let body = body.to_string();
        let head = format!(
            "{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            person.access_token,
            body.len()
        );
        let (first, rest) = body.split_at(1);
        stream.write_all(format!("{head}{first}").as_bytes()).await.unwrap();
        Self {
            stream,
            rest: rest.to_owned(),
        }
    }

    async fn end(mut self) -> String {
        self.stream.write_all(self.rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn a_token_that_was_ended_while_the_body_was_on_its_way_does_nothing() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let dose = app.dose(&app.sign_in(&account).await, MORNING).await.id;
    let (profile, taken) = ("PATCH /api/v1/users/me", format!("PATCH /api/v1/doses/{dose}/taken"));
    for ending in ["/auth/logout", "/auth/logout-all"] {
        let thief = app.sign_in(&account).await;
        let begun = [
            Held::begin(&app, &thief, profile, &json!({ "firstName": "Thief" })).await,
            Held::begin(&app, &thief, &taken, &json!({ "offline": false })).await,
        ];
        // The heads were read: what follows is answered after them.
        thief.client.get("/auth/me").await.ok();
        tokio::time::sleep(Duration::from_millis(600)).await;
        thief.client.post(ending, &json!({})).await.ok();
        for held in begun {
            let answer = held.end().await;
            assert!(
                answer.starts_with("HTTP/1.1 401") && answer.contains("TOKEN_REVOKED"),
                "{answer}"
            );
        }
    }
    let owner = app.sign_in(&account).await;
    let slow = Held::begin(&app, &owner, profile, &json!({ "lastName": "ស៊ុន" })).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let answer = slow.end().await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let me = owner.client.get("/users/me").await.ok();
    assert_ne!(me["firstName"], "Thief");
    assert_eq!(me["lastName"], "ស៊ុន");
    assert_eq!(app.count("dose_events", "status <> 'DUE'", []).await, 0);
}
