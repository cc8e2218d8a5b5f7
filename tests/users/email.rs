use std::sync::Arc;

use futures_util::future::join;
use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::client::{Answer, Client};
use crate::support::google::Google;
use crate::support::people::{PASSWORD, Person};

const NEW: &str = "New.Address@example.com";

async fn ask(person: &Person, email: &str) -> Answer {
    let change = json!({ "email": email, "currentPassword": PASSWORD });
    person.client.patch("/users/me", &change).await
}

async fn verify(client: &Client, email: &str, code: &str) -> Answer {
    let body = json!({ "identifier": email, "otp": code });
    client.post("/auth/otp/verify", &body).await
}

async fn addresses(person: &Person) -> (Value, Value) {
    let me = person.client.get("/users/me").await.ok();
    (me["email"].clone(), me["pendingEmail"].clone())
}

#[tokio::test]
async fn another_address_takes_its_place_once_its_code_came_back() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let old = patient.account.email.clone();
    let before = patient.client.get("/users/me").await.header("etag");

    let me = ask(&patient, NEW).await.ok();

    assert_eq!((&me["email"], &me["pendingEmail"]), (&json!(old), &json!(NEW)));
    let code = app.outbox.code(NEW).await;
    assert!(app.outbox.sent_to(&old).is_empty() && app.outbox.sent_to(&patient.account.phone).is_empty());
    let answer = verify(&patient.client, &NEW.to_lowercase(), &code).await.ok();
    let shown: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(shown, ["message"], "no session for whoever has a token already");
    assert_eq!(
        addresses(&patient).await,
        (json!(NEW), Value::Null),
        "the session before goes on"
    );
    assert_ne!(patient.client.get("/users/me").await.header("etag"), before);
    let told = app.outbox.message(&old, 1).await;
    assert!(!told.text.contains(NEW), "{}", told.text);
    for (identifier, status) in [(NEW, 200), (&*old, 401)] {
        let login = json!({ "identifier": identifier, "password": PASSWORD });
        assert_eq!(
            app.client.post("/auth/login", &login).await.status,
            status,
            "{identifier}"
        );
    }
    let changed = "actor_id = $1 AND details->>'change' = 'EMAIL_CHANGED'";
    assert_eq!(app.count("audit_logs", changed, [patient.id.into()]).await, 1);
    assert_eq!(
        app.count("notifications", "recipient_id = $1", [patient.id.into()])
            .await,
        1
    );
}

#[tokio::test]
async fn the_code_is_worth_nothing_to_whoever_reads_a_mistyped_address() {
    let app = TestApp::start().await;
    let (patient, stranger) = (app.patient().await, app.patient().await);
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    for client in [&app.client, &stranger.client] {
        verify(client, NEW, &code).await.refused(400, "OTP_INVALID");
    }
    let reset = json!({ "identifier": NEW, "otp": code, "newPassword": "Tr4ktor rot" });
    app.client
        .post("/auth/reset-password-otp", &reset)
        .await
        .refused(400, "OTP_INVALID");
    verify(&patient.client, NEW, &code).await.ok();
    verify(&patient.client, NEW, &code).await.refused(400, "OTP_INVALID");
}

#[tokio::test]
async fn what_belongs_to_somebody_else_is_refused_and_nothing_is_changed() {
    let app = TestApp::start().await;
    let (patient, other) = (app.patient().await, app.patient().await);
    let change = json!({
        "email": other.account.email.to_uppercase(), "firstName": "ដារ៉ា", "currentPassword": PASSWORD,
    });
    patient
        .client
        .patch("/users/me", &change)
        .await
        .refused(409, "DUPLICATE_EMAIL");
    let change = json!({ "email": "nobody", "theme": "BLUE" });
    let fields = patient.client.patch("/users/me", &change).await.invalid_fields();
    let named: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(named, ["theme", "email"]);
    let me = patient.client.get("/users/me").await.ok();
    assert_eq!((&me["firstName"], &me["pendingEmail"]), (&json!("សុខ"), &Value::Null));
    assert!(app.outbox.sent_to(&other.account.email).is_empty());
}

#[tokio::test]
async fn an_address_that_somebody_else_confirmed_meanwhile_is_a_conflict() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    let other = app.account("PATIENT", "ACTIVE").await;
    let sql = "UPDATE users SET email = lower($2) WHERE id = $1";
    app.execute(sql, [other.id.into(), NEW.into()]).await;
    verify(&patient.client, NEW, &code)
        .await
        .refused(409, "DUPLICATE_EMAIL");
    assert_eq!(addresses(&patient).await.0, patient.account.email);
}

#[tokio::test]
async fn a_registration_that_nobody_confirmed_does_not_keep_an_address() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let registration = json!({
        "firstName": "A", "lastName": "B", "gender": "OTHER", "dateOfBirth": "1990-01-01", "password": "correct horse",
        "phoneNumber": "+85512000001", "email": NEW,
    });
    app.client
        .post("/auth/register/patient", &registration)
        .await
        .expect(201);
    let theirs = app.outbox.code("+85512000001").await;
    app.clock.advance(Duration::minutes(2));
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    // Whoever registered got a code for this address by SMS, which shows nothing about the mailbox.
    let stranger = app.patient().await;
    let (won, lost) = join(
        verify(&patient.client, NEW, &code),
        verify(&stranger.client, NEW, &code),
    )
    .await;
    won.ok();
    assert_eq!(lost.status, 400);
    assert_ne!(theirs, "");
    assert_eq!(app.count("users", "lower(email) = lower($1)", [NEW.into()]).await, 1);
    assert_eq!(addresses(&patient).await.0, NEW);
}

#[tokio::test]
async fn of_a_registration_and_a_change_that_are_confirmed_at_once_one_gets_the_address() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let registration = json!({
        "firstName": "A", "lastName": "B", "gender": "OTHER", "dateOfBirth": "1990-01-01", "password": "correct horse",
        "email": NEW,
    });
    app.client
        .post("/auth/register/patient", &registration)
        .await
        .expect(201);
    let theirs = app.outbox.code(NEW).await;
    app.clock.advance(Duration::minutes(2));
    ask(&patient, NEW).await.ok();
    let own = app.outbox.message(NEW, 2).await.code.unwrap();
    let (changed, registered) = join(verify(&patient.client, NEW, &own), verify(&app.client, NEW, &theirs)).await;
    let has_it = addresses(&patient).await.0 == NEW;
    assert_eq!(changed.status == 200, has_it, "{}", changed.text);
    assert_ne!(registered.status == 200, has_it, "{}", registered.text);
    assert_eq!(app.count("users", "lower(email) = lower($1)", [NEW.into()]).await, 1);
}

#[tokio::test]
async fn the_address_one_has_takes_back_the_one_that_waits() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    let own = patient.account.email.to_uppercase();
    assert_eq!(ask(&patient, &own).await.ok()["pendingEmail"], Value::Null);
    verify(&patient.client, NEW, &code).await.refused(400, "OTP_INVALID");
    // An app that sends every field of a form sends an empty one for an address that is not there.
    assert_eq!(ask(&patient, "").await.ok()["email"], patient.account.email);
}

#[tokio::test]
async fn another_code_is_sent_to_whoever_is_changing_and_not_too_soon() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    ask(&patient, NEW).await.ok();
    app.outbox.code(NEW).await;
    let hasty = json!({ "email": NEW, "firstName": "ដារ៉ា", "currentPassword": PASSWORD });
    patient
        .client
        .patch("/users/me", &hasty)
        .await
        .refused(429, "OTP_COOLDOWN");
    assert_eq!(patient.client.get("/users/me").await.ok()["firstName"], "សុខ");
    app.clock.advance(Duration::minutes(1));
    let body = json!({ "identifier": NEW });
    patient.client.post("/auth/otp/send", &body).await.ok();
    let code = app.outbox.message(NEW, 2).await.code.unwrap();
    verify(&patient.client, NEW, &code).await.ok();
}

#[tokio::test]
async fn a_token_whose_time_is_over_uses_no_code_up() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.clock.advance(Duration::minutes(13));
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    app.clock.advance(Duration::minutes(3));
    verify(&patient.client, NEW, &code).await.refused(401, "TOKEN_EXPIRED");
    let body = json!({ "refreshToken": patient.refresh_token });
    let session = app.client.post("/auth/refresh", &body).await.ok();
    let fresh = app.person(&patient.account, &session);
    verify(&fresh.client, NEW, &code).await.ok();
}

#[tokio::test]
async fn one_user_cannot_have_codes_sent_to_many_addresses() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for number in 0..5 {
        ask(&patient, &format!("victim{number}@example.com")).await.ok();
    }
    ask(&patient, "victim5@example.com").await.refused(429, "RATE_LIMITED");
    assert!(app.outbox.sent_to("victim5@example.com").is_empty());
}

/// A conflict tells that somebody has the address, so that trying them out is counted.
#[tokio::test]
async fn addresses_of_others_are_counted_as_well() {
    let app = TestApp::start().await;
    let (patient, other) = (app.patient().await, app.patient().await);
    for _ in 0..5 {
        ask(&patient, &other.account.email)
            .await
            .refused(409, "DUPLICATE_EMAIL");
    }
    ask(&patient, &other.account.email).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn the_google_account_of_the_old_address_opens_nothing_any_more() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    let patient = app.patient().await;
    google.vouch("token", "g-1", &patient.account.email);
    let body = json!({ "idToken": "token" });
    app.client.post("/auth/google", &body).await.ok();
    ask(&patient, NEW).await.ok();
    let code = app.outbox.code(NEW).await;
    verify(&patient.client, NEW, &code).await.ok();
    let session = app.client.post("/auth/google", &body).await.ok();
    assert_ne!(session["user"]["id"], patient.id.to_string());
}
