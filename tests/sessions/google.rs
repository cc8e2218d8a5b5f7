use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::google::Google;
use crate::support::people::PASSWORD;

async fn app() -> (TestApp, Arc<Google>) {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |config| {
        config.application.limits.auth_per_minute_per_ip = 1_000;
    })
    .await;
    (app, google)
}

async fn sign_in(app: &TestApp, body: Value) -> Answer {
    app.client.post("/auth/google", &body).await
}

#[tokio::test]
async fn a_new_address_becomes_a_patient_who_reads_english() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "Sok.Samnang@Example.com");
    let session = sign_in(&app, json!({ "idToken": "token" })).await.ok();
    let user = &session["user"];
    for (field, value) in [
        ("role", "PATIENT"),
        ("language", "ENGLISH"),
        ("subscriptionTier", "FREEMIUM"),
        ("accountStatus", "ACTIVE"),
        ("email", "Sok.Samnang@Example.com"),
        ("firstName", "Sok"),
        ("lastName", "Samnang"),
    ] {
        assert_eq!(user[field], value, "{field}");
    }
    let id: uuid::Uuid = user["id"].as_str().unwrap().parse().unwrap();
    let free = "user_id = $1 AND tier = 'FREEMIUM' AND storage_quota = 5368709120";
    assert_eq!(app.count("subscriptions", free, [id.into()]).await, 1);
    let entry = "actor_id = $1 AND action_type = 'SUBSCRIPTION_CHANGE'";
    assert_eq!(app.count("audit_logs", entry, [id.into()]).await, 1);
    let token = session["accessToken"].as_str().unwrap();
    assert_eq!(app.client.with_token(token).get("/auth/me").await.ok(), *user);
    let refresh = json!({ "refreshToken": session["refreshToken"] });
    app.client.post("/auth/refresh", &refresh).await.ok();
}

#[tokio::test]
async fn the_second_sign_in_leads_to_the_same_account_whatever_the_address_is_by_then() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "sok@example.com");
    let first = sign_in(&app, json!({ "idToken": "token" })).await.ok();
    let other = app.account("PATIENT", "ACTIVE").await;
    google.vouch("token", "g-1", &other.email);
    let second = sign_in(&app, json!({ "idToken": "token", "userRole": "DOCTOR" }))
        .await
        .ok();
    assert_eq!(second["user"], first["user"]);
    assert_eq!(app.count("users", "google_account_id IS NOT NULL", []).await, 1);
}

#[tokio::test]
async fn a_known_address_is_linked_in_any_case_and_keeps_its_password() {
    let (app, google) = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    google.vouch("token", "g-1", &account.email.to_uppercase());
    for _ in 0..2 {
        let session = sign_in(&app, json!({ "idToken": "token", "userRole": "DOCTOR" }))
            .await
            .ok();
        assert_eq!(session["user"]["id"], account.id.to_string());
        assert_eq!(session["user"]["role"], "PATIENT");
        assert_eq!(session["user"]["phoneNumber"], account.phone);
    }
    app.sign_in(&account).await;
    assert_eq!(app.count("users", "true", []).await, 1);
    let told = "recipient_id = $1 AND data->>'change' = 'GOOGLE_LINKED'";
    assert_eq!(app.count("notifications", told, [account.id.into()]).await, 1);
    let entry = "actor_id = $1 AND action_type = 'PERMISSION_CHANGE' AND details->>'change' = 'GOOGLE_LINKED'";
    assert_eq!(app.count("audit_logs", entry, [account.id.into()]).await, 1);
}

#[tokio::test]
async fn another_google_account_with_the_same_address_is_refused() {
    let (app, google) = app().await;
    google.vouch("first", "g-1", "sok@example.com");
    google.vouch("second", "g-2", "SOK@example.com");
    sign_in(&app, json!({ "idToken": "first" })).await.ok();
    sign_in(&app, json!({ "idToken": "second" }))
        .await
        .refused(409, "DUPLICATE_EMAIL");
    sign_in(&app, json!({ "idToken": "first" })).await.ok();
    assert_eq!(app.count("users", "google_account_id = 'g-1'", []).await, 1);
}

#[tokio::test]
async fn a_doctor_gets_an_account_that_waits_for_verification() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "doctor@example.com");
    for _ in 0..2 {
        sign_in(&app, json!({ "idToken": "token", "userRole": "DOCTOR" }))
            .await
            .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    }
    let waiting = "role = 'DOCTOR' AND account_status = 'PENDING_VERIFICATION' AND google_account_id = 'g-1'";
    assert_eq!(app.count("users", waiting, []).await, 1);
}

#[tokio::test]
async fn only_a_patient_or_a_doctor_can_be_asked_for() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "sok@example.com");
    for role in ["FAMILY_MEMBER", "ADMIN", "doctor", ""] {
        let answer = sign_in(&app, json!({ "idToken": "token", "userRole": role })).await;
        assert_eq!(answer.invalid_fields(), [("userRole".to_owned(), "INVALID".to_owned())]);
    }
    let fields = sign_in(&app, json!({ "userRole": null })).await.invalid_fields();
    assert_eq!(fields, [("idToken".to_owned(), "REQUIRED".to_owned())]);
    assert_eq!(app.count("users", "true", []).await, 0);
}

#[tokio::test]
async fn a_token_that_google_does_not_vouch_for_opens_nothing() {
    let (app, google) = app().await;
    sign_in(&app, json!({ "idToken": "forged" }))
        .await
        .refused(401, "UNAUTHENTICATED");
    google.go_away();
    let away = sign_in(&app, json!({ "idToken": "forged" })).await;
    away.refused(503, "UNAVAILABLE");
    away.header("retry-after");
    let without = TestApp::start().await;
    sign_in(&without, json!({ "idToken": "token" }))
        .await
        .refused(503, "UNAVAILABLE");
    assert_eq!(app.count("users", "true", []).await, 0);
}

#[tokio::test]
async fn sixteen_first_sign_ins_at_once_make_one_account() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "sok@example.com");
    let answers = (0..16).map(|_| sign_in(&app, json!({ "idToken": "token" })));
    let answers = futures_util::future::join_all(answers).await;
    let users: Vec<_> = answers.iter().map(|answer| answer.ok()["user"]["id"].clone()).collect();
    assert!(users.iter().all(|user| *user == users[0]), "{users:?}");
    assert_eq!(app.count("users", "true", []).await, 1);
    assert_eq!(app.count("subscriptions", "true", []).await, 1);
    assert_eq!(app.count("audit_logs", "true", []).await, 1);
}

#[tokio::test]
async fn sixteen_links_at_once_are_one() {
    let (app, google) = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    google.vouch("token", "g-1", &account.email);
    let answers = (0..16).map(|_| sign_in(&app, json!({ "idToken": "token" })));
    for answer in futures_util::future::join_all(answers).await {
        assert_eq!(answer.ok()["user"]["id"], account.id.to_string());
    }
    let entry = "details->>'change' = 'GOOGLE_LINKED'";
    assert_eq!(app.count("audit_logs", entry, []).await, 1);
}

#[tokio::test]
async fn a_locked_account_is_locked_for_google_too() {
    let (app, google) = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    google.vouch("token", "g-1", &account.email);
    app.execute(
        "UPDATE users SET account_status = 'LOCKED', status_before_lock = 'ACTIVE', failed_login_attempts = 5, \
         locked_until = $2 WHERE id = $1",
        [
            account.id.into(),
            (crate::support::app::MORNING + time::Duration::minutes(15)).into(),
        ],
    )
    .await;
    let refused = sign_in(&app, json!({ "idToken": "token" })).await;
    let refused = refused.refused(403, "ACCOUNT_LOCKED");
    assert_eq!(refused["details"]["lockedUntil"], "2026-03-06T09:15:00.000+07:00");
    app.clock.advance(time::Duration::minutes(15));
    let session = sign_in(&app, json!({ "idToken": "token" })).await.ok();
    assert_eq!(session["user"]["accountStatus"], "ACTIVE");
}

#[tokio::test]
async fn no_password_opens_an_account_that_began_with_google() {
    let (app, google) = app().await;
    google.vouch("token", "g-1", "sok@example.com");
    let session = sign_in(&app, json!({ "idToken": "token" })).await.ok();
    for password in [PASSWORD, "token", "g-1", "sok@example.com"] {
        let body = json!({ "identifier": "sok@example.com", "password": password });
        app.client
            .post("/auth/login", &body)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    let client = app.client.with_token(session["accessToken"].as_str().unwrap());
    client.get("/auth/me").await.ok();
}
