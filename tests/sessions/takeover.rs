//! Somebody sets up an account with an address that is not theirs, and waits for its owner to sign in with Google.

use std::sync::Arc;

use rstest::rstest;
use serde_json::json;

use crate::support::TestApp;
use crate::support::google::Google;
use crate::support::people::{Account, PASSWORD};

/// An account that was never confirmed, with a password and a PIN.
async fn squat(app: &TestApp, role: &str) -> Account {
    let squatted = app.account(role, "PENDING_VERIFICATION").await;
    let unconfirmed = "UPDATE users SET pin_code_hash = password_hash, contact_confirmed_at = NULL WHERE id = $1";
    app.execute(unconfirmed, [squatted.id.into()]).await;
    squatted
}

#[rstest]
#[case("PATIENT", false)]
#[case("FAMILY_MEMBER", false)]
#[case("DOCTOR", false)]
#[case("PATIENT", true)]
#[tokio::test]
async fn nothing_that_a_squatter_set_up_opens_the_owners_account(#[case] role: &str, #[case] locked: bool) {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    let squatted = squat(&app, role).await;
    if locked {
        let lock = "UPDATE users SET account_status = 'LOCKED', status_before_lock = 'PENDING_VERIFICATION', \
                    failed_login_attempts = 5, locked_until = '2026-03-07' WHERE id = $1";
        app.execute(lock, [squatted.id.into()]).await;
    }
    google.vouch("token", "g-1", &squatted.email);
    let session = app
        .client
        .post("/auth/google", &json!({ "idToken": "token" }))
        .await
        .ok();
    assert_eq!(
        (&session["user"]["role"], &session["user"]["accountStatus"]),
        (&json!("PATIENT"), &json!("ACTIVE"))
    );
    for field in ["phoneNumber", "gender", "dateOfBirth"] {
        assert!(session["user"][field].is_null(), "{field} is the squatter's");
    }
    for identifier in [&squatted.email, &squatted.phone] {
        let body = json!({ "identifier": identifier, "password": PASSWORD });
        app.client
            .post("/auth/login", &body)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    assert_eq!(app.count("users", "id = $1", [squatted.id.into()]).await, 0);
    let owner = session["user"]["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let registered = "actor_id = $1 AND details ->> 'change' = 'REGISTERED'";
    assert_eq!(app.count("audit_logs", registered, [owner.into()]).await, 1);
    let free = "user_id = $1 AND tier = 'FREEMIUM'";
    assert_eq!(app.count("subscriptions", free, [owner.into()]).await, 1);
}

/// A code by SMS shows nothing about a mailbox.
#[tokio::test]
async fn somebodys_address_beside_a_strangers_phone_leads_to_no_account() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    let (phone, email) = ("+85512000001", "victim@example.com");
    let form = json!({
        "firstName": "A", "lastName": "B", "gender": "OTHER", "dateOfBirth": "1990-01-01", "password": PASSWORD,
        "phoneNumber": phone, "email": email,
    });
    app.client.post("/auth/register/patient", &form).await.expect(201);
    let code = app.outbox.code(phone).await;
    let body = json!({ "identifier": email, "otp": code });
    let stranger = app.client.post("/auth/otp/verify", &body).await.ok();

    google.vouch("token", "g-1", email);
    let owner = app
        .client
        .post("/auth/google", &json!({ "idToken": "token" }))
        .await
        .ok();
    assert_ne!(owner["user"]["id"], stranger["user"]["id"]);
    assert_eq!(owner["user"]["email"], email);
    let linked = "phone_number = $1 AND (google_account_id IS NOT NULL OR email IS NOT NULL)";
    assert_eq!(app.count("users", linked, [phone.into()]).await, 0);
    for identifier in [phone, email] {
        let body = json!({ "identifier": identifier, "password": PASSWORD });
        let status = if identifier == phone { 200 } else { 401 };
        assert_eq!(app.client.post("/auth/login", &body).await.status, status);
    }
}

/// And a code by e-mail nothing about a phone.
#[tokio::test]
async fn somebodys_phone_beside_a_strangers_address_stays_free() {
    let app = TestApp::start().await;
    app.outbox.break_sms();
    let (phone, email) = ("+85512000001", "stranger@example.com");
    let form = json!({
        "firstName": "A", "lastName": "B", "gender": "OTHER", "dateOfBirth": "1990-01-01", "password": PASSWORD,
        "phoneNumber": phone, "email": email,
    });
    app.client.post("/auth/register/patient", &form).await.expect(201);
    let code = app.outbox.code(email).await;
    let body = json!({ "identifier": phone, "otp": code });
    app.client.post("/auth/otp/verify", &body).await.ok();
    app.clock.advance(time::Duration::minutes(1));
    let own = json!({
        "firstName": "C", "lastName": "D", "gender": "OTHER", "dateOfBirth": "1980-01-01", "password": "another horse",
        "phoneNumber": phone,
    });
    app.client.post("/auth/register/patient", &own).await.expect(201);
}

#[tokio::test]
async fn a_doctor_who_waits_is_not_promoted_by_google() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    let doctor = app.account("DOCTOR", "PENDING_VERIFICATION").await;
    google.vouch("token", "g-1", &doctor.email);
    app.client
        .post("/auth/google", &json!({ "idToken": "token", "userRole": "PATIENT" }))
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    let waiting = "id = $1 AND role = 'DOCTOR' AND account_status = 'PENDING_VERIFICATION'";
    assert_eq!(app.count("users", waiting, [doctor.id.into()]).await, 1);
}

#[tokio::test]
async fn a_doctor_whose_address_was_squatted_waits_with_an_account_of_their_own() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    let squatted = squat(&app, "DOCTOR").await;
    google.vouch("token", "g-1", &squatted.email);
    app.client
        .post("/auth/google", &json!({ "idToken": "token", "userRole": "DOCTOR" }))
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    let body = json!({ "identifier": squatted.email, "password": PASSWORD });
    app.client
        .post("/auth/login", &body)
        .await
        .refused(401, "INVALID_CREDENTIALS");
    let waiting = "id <> $1 AND email = $2 AND account_status = 'PENDING_VERIFICATION' AND phone_number IS NULL";
    let values = [squatted.id.into(), squatted.email.clone().into()];
    assert_eq!(app.count("users", waiting, values).await, 1);
}
