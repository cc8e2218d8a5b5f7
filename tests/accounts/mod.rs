//! Registering, confirming, and forgetting one's password.

mod as_the_app;
mod codes;
mod confirm;
mod doctors;
mod outage;
mod register;
mod reset;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Answer;

pub const PHONE: &str = "+85512345678";
pub const EMAIL: &str = "sok.samnang@example.com";
pub const PASSWORD: &str = "correct horse";

/// An app that lets a test ask more often a minute than the limit would.
async fn app() -> TestApp {
    TestApp::start_with(|config| {
        config.application.limits.auth_per_minute = 1_000;
        config.application.limits.auth_per_minute_per_ip = 1_000;
    })
    .await
}

/// What a patient tells, with some of it changed; what is changed to null is left out.
fn patient(changes: &Value) -> Value {
    let mut body = json!({
        "firstName": "សំណាង", "lastName": "សុខ", "gender": "MALE", "dateOfBirth": "1961-04-14",
        "phoneNumber": PHONE, "password": PASSWORD,
    });
    change(&mut body, changes);
    body
}

/// The same for a doctor.
fn doctor(changes: &Value) -> Value {
    let mut body = json!({ "fullName": "លី សុភា", "phoneNumber": PHONE, "password": PASSWORD });
    change(&mut body, changes);
    body
}

fn change(body: &mut Value, changes: &Value) {
    let body = body.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        body.insert(name.clone(), value.clone());
    }
    body.retain(|_, value| !value.is_null());
}

async fn register(app: &TestApp, changes: Value) -> Answer {
    app.client.post("/auth/register/patient", &patient(&changes)).await
}

async fn verify(app: &TestApp, identifier: &str, code: &str) -> Answer {
    let body = json!({ "identifier": identifier, "otp": code });
    app.client.post("/auth/otp/verify", &body).await
}

async fn send(app: &TestApp, identifier: &str) -> Answer {
    app.client
        .post("/auth/otp/send", &json!({ "identifier": identifier }))
        .await
}

async fn forgot(app: &TestApp, identifier: &str) -> Answer {
    app.client
        .post("/auth/forgot-password", &json!({ "identifier": identifier }))
        .await
}

async fn login(app: &TestApp, identifier: &str, password: &str) -> Answer {
    let body = json!({ "identifier": identifier, "password": password });
    app.client.post("/auth/login", &body).await
}

/// A patient who has registered and confirmed; their session.
async fn confirmed(app: &TestApp, changes: Value) -> Value {
    let body = patient(&changes);
    let identifier = body["phoneNumber"].as_str().or(body["email"].as_str()).unwrap();
    register(app, changes).await.expect(201);
    let code = app.outbox.code(identifier).await;
    verify(app, identifier, &code).await.ok()
}

/// Another code than the one that was sent.
fn other_than(code: &str) -> String {
    format!("{:04}", (code.parse::<u32>().unwrap() + 1) % 10_000)
}
