use serde_json::{Value, json};
use time::Duration;

use super::{EMAIL, PASSWORD, PHONE, app, confirmed, forgot, login, other_than, register};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::PASSWORD as USUAL;

const NEW: &str = "another horse";

async fn reset(app: &TestApp, identifier: &str, code: &str, password: &str) -> Answer {
    let body = json!({ "identifier": identifier, "otp": code, "newPassword": password });
    app.client.post("/auth/reset-password-otp", &body).await
}

/// The code that comes as the `count`th message to the phone.
async fn reset_code(app: &TestApp, phone: &str, count: usize) -> String {
    forgot(app, phone).await.ok();
    app.outbox.message(phone, count).await.code.unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_every_session_ends() {
    let app = app().await;
    let person = app.patient().await;
    let phone = person.account.phone.clone();
    let code = reset_code(&app, &phone, 1).await;
    let answer = reset(&app, &phone, &code, NEW).await.ok();
    assert!(!answer["message"].as_str().unwrap().is_empty());
    person.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    let refresh = json!({ "refreshToken": person.refresh_token });
    app.client
        .post("/auth/refresh", &refresh)
        .await
        .refused(401, "TOKEN_REVOKED");
    login(&app, &phone, USUAL).await.refused(401, "INVALID_CREDENTIALS");
    login(&app, &phone, NEW).await.ok();
    reset(&app, &phone, &code, PASSWORD).await.refused(400, "OTP_INVALID");
    let audited = "actor_id = $1 AND details->>'change' = 'PASSWORD_RESET' AND ip_address IS NOT NULL";
    assert_eq!(app.count("audit_logs", audited, [person.id.into()]).await, 1);
    assert_eq!(
        app.count("notifications", "recipient_id = $1", [person.id.into()])
            .await,
        1
    );
}

#[tokio::test]
async fn a_reset_ends_a_lock_and_promotes_nobody() {
    let app = app().await;
    for (role, status, after) in [
        ("PATIENT", "ACTIVE", None),
        ("DOCTOR", "PENDING_VERIFICATION", Some("ACCOUNT_PENDING_VERIFICATION")),
    ] {
        let account = app.account(role, status).await;
        for _ in 0..5 {
            login(&app, &account.phone, "wrong")
                .await
                .refused(401, "INVALID_CREDENTIALS");
        }
        let code = reset_code(&app, &account.phone, 1).await;
        reset(&app, &account.phone, &code, NEW).await.ok();
        let unlocked = "id = $1 AND account_status::text = $2 AND failed_login_attempts = 0 AND locked_until IS NULL";
        assert_eq!(
            app.count("users", unlocked, [account.id.into(), status.into()]).await,
            1
        );
        let answer = login(&app, &account.phone, NEW).await;
        match after {
            Some(code) => drop(answer.refused(403, code)),
            None => drop(answer.ok()),
        }
    }
}

#[tokio::test]
async fn a_reset_code_confirms_an_unconfirmed_account_as_well() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    app.outbox.message(PHONE, 1).await;
    app.clock.advance(Duration::minutes(1));
    let code = reset_code(&app, PHONE, 2).await;
    reset(&app, PHONE, &code, NEW).await.ok();
    let user = login(&app, PHONE, NEW).await.ok()["user"].clone();
    assert_eq!(user["accountStatus"], "ACTIVE");
}

#[tokio::test]
async fn the_same_password_rule_holds_and_a_refused_one_costs_no_code() {
    let app = app().await;
    confirmed(&app, json!({ "email": EMAIL })).await;
    let code = reset_code(&app, PHONE, 2).await;
    for (password, expected) in [
        ("", "REQUIRED"),
        ("short", "TOO_SHORT"),
        ("password123", "COMMON_PASSWORD"),
        (PHONE, "COMMON_PASSWORD"),
    ] {
        let refused = reset(&app, PHONE, &code, password).await.invalid_fields();
        assert_eq!(refused, [("newPassword".to_owned(), expected.to_owned())]);
    }
    reset(&app, PHONE, &code, NEW).await.ok();
}

#[tokio::test]
async fn wrong_and_late_codes_change_nothing() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    let code = reset_code(&app, PHONE, 2).await;
    for _ in 0..4 {
        reset(&app, PHONE, &other_than(&code), NEW)
            .await
            .refused(400, "OTP_INVALID");
    }
    app.clock.advance(Duration::minutes(5));
    reset(&app, PHONE, &code, NEW).await.refused(400, "OTP_EXPIRED");
    login(&app, PHONE, PASSWORD).await.ok();
}

#[tokio::test]
async fn of_resets_at_once_one_succeeds() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    let code = reset_code(&app, PHONE, 2).await;
    let resets = (0..8).map(|_| reset(&app, PHONE, &code, NEW));
    let answers = futures_util::future::join_all(resets).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let epoch = app.rows("SELECT token_epoch AS epoch FROM users", []).await;
    assert_eq!(epoch, [json!({ "epoch": 1 })] as [Value; 1]);
}
