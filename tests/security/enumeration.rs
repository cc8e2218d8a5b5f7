use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{registration, unlimited};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::PASSWORD;

/// What an answer tells, but for what is another one each time.
fn told(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = answer.json();
    if let Some(error) = body.get_mut("error") {
        error["requestId"].take();
    }
    let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort();
    (answer.status.as_u16(), body, headers)
}

/// Somebody with an account, somebody who has not confirmed it, a locked one, and nobody.
async fn identifiers(app: &TestApp) -> Vec<String> {
    let known = app.account("PATIENT", "ACTIVE").await;
    let locked = app.account("PATIENT", "ACTIVE").await;
    let lock = "UPDATE users SET account_status = 'LOCKED', status_before_lock = 'ACTIVE', failed_login_attempts = 5, \
                locked_until = '2026-03-07' WHERE id = $1";
    app.execute(lock, [locked.id.into()]).await;
    let unconfirmed = registration(1);
    app.client
        .post("/auth/register/patient", &unconfirmed)
        .await
        .expect(201);
    app.clock.advance(time::Duration::minutes(2));
    let phone = unconfirmed["phoneNumber"].as_str().unwrap().to_owned();
    vec![
        known.phone,
        known.email,
        locked.phone,
        phone,
        "+85510999999".to_owned(),
        "nobody@example.com".to_owned(),
    ]
}

#[tokio::test]
async fn asking_for_a_code_answers_the_same_for_everybody() {
    let app = unlimited().await;
    let identifiers = identifiers(&app).await;
    for path in ["/auth/otp/send", "/auth/forgot-password"] {
        let mut answers = Vec::new();
        for identifier in &identifiers {
            let body = json!({ "identifier": identifier });
            answers.push((identifier, told(&app.client.post(path, &body).await)));
        }
        for (identifier, answer) in &answers {
            assert_eq!(answer, &answers[0].1, "{path} {identifier}");
        }
        assert_eq!(answers[0].1.0, 200);
        app.clock.advance(time::Duration::minutes(2));
    }
}

#[tokio::test]
async fn a_wrong_code_answers_the_same_for_everybody() {
    let app = unlimited().await;
    let identifiers = identifiers(&app).await;
    for path in ["/auth/otp/verify", "/auth/reset-password-otp"] {
        let mut answers = Vec::new();
        for identifier in &identifiers {
            let body = json!({ "identifier": identifier, "otp": "0000", "newPassword": "Tr4ktor rot" });
            answers.push((identifier, told(&app.client.post(path, &body).await)));
        }
        for (identifier, answer) in &answers {
            assert_eq!(answer, &answers[0].1, "{path} {identifier}");
        }
    }
}

/// Nobody's code is looked up before the answer is there: not even a table that cannot be read holds it up.
#[tokio::test]
async fn asking_for_a_code_waits_for_nobodys_account() {
    let app = unlimited().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let mut holder = app.hold("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").await;
    for identifier in [account.phone.as_str(), "+85510999999"] {
        for path in ["/auth/otp/send", "/auth/forgot-password"] {
            app.client.post(path, &json!({ "identifier": identifier })).await.ok();
            app.clock.advance(time::Duration::minutes(2));
        }
    }
    holder.release().await;
    app.outbox.code(&account.phone).await;
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Both hash once. The difference would be a factor of ten and more.
#[tokio::test]
async fn a_login_takes_as_long_for_nobody_as_for_somebody() {
    assert_same_time(&unlimited().await).await;
}

/// Accounts of the time before are not found by how fast their passwords are refused either.
#[tokio::test]
async fn it_takes_as_long_where_the_hash_is_from_when_hashes_cost_less() {
    let dearer = TestApp::start_with(|config| {
        config.application.auth.bcrypt_cost = 12;
        config.application.limits.auth_per_minute = 1_000;
        config.application.limits.auth_per_minute_per_ip = 1_000;
    });
    assert_same_time(&dearer.await).await;
}

async fn assert_same_time(app: &TestApp) {
    let account = app.account("PATIENT", "ACTIVE").await;
    let time = async |identifier: &str| {
        let body = json!({ "identifier": identifier, "password": "wrong horse" });
        let started = Instant::now();
        app.client
            .post("/auth/login", &body)
            .await
            .refused(401, "INVALID_CREDENTIALS");
        started.elapsed()
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for _ in 0..11 {
        known.push(time(&account.phone).await);
        unknown.push(time("+85510999999").await);
        // A count of wrong passwords is another difference.
        app.execute("UPDATE users SET failed_login_attempts = 0", []).await;
    }
    let (known, unknown) = (median(known), median(unknown));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.4..2.5).contains(&ratio), "{known:?} {unknown:?}");
}

#[tokio::test]
async fn a_right_password_alone_tells_what_became_of_an_account() {
    let app = unlimited().await;
    for (role, status) in [
        ("PATIENT", "PENDING_VERIFICATION"),
        ("DOCTOR", "REJECTED"),
        ("DOCTOR", "PENDING_VERIFICATION"),
    ] {
        let account = app.account(role, status).await;
        let login = |password: &str| json!({ "identifier": account.phone, "password": password });
        let wrong = told(&app.client.post("/auth/login", &login("wrong")).await);
        let nobody = json!({ "identifier": "+85510999999", "password": PASSWORD });
        assert_eq!(wrong, told(&app.client.post("/auth/login", &nobody).await));
    }
}
