use futures_util::future::join_all;
use serde_json::json;
use time::Duration;

use super::{EMAIL, PASSWORD, PHONE, app, forgot, login, other_than, register, send, verify};
use crate::support::TestApp;

#[tokio::test]
async fn of_many_confirmations_at_once_one_succeeds() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    let answers = join_all((0..16).map(|_| verify(&app, PHONE, &code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(
        answers
            .iter()
            .all(|answer| [200, 400, 429].contains(&answer.status.as_u16()))
    );
}

#[tokio::test]
async fn a_code_that_went_to_a_phone_is_known_by_the_e_mail_address_too_but_confirms_once() {
    let app = app().await;
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    assert!(app.outbox.sent_to(EMAIL).is_empty(), "one message is enough");
    verify(&app, EMAIL, &code).await.ok();
    verify(&app, PHONE, &code).await.refused(400, "OTP_INVALID");
    verify(&app, EMAIL, &code).await.refused(400, "OTP_INVALID");
}

#[tokio::test]
async fn a_code_by_sms_leaves_the_address_to_a_code_of_its_own() {
    let app = app().await;
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    let session = verify(&app, EMAIL, &code).await.ok();
    let user = &session["user"];
    assert_eq!((&user["phoneNumber"], &user["email"]), (&json!(PHONE), &json!(null)));
    login(&app, EMAIL, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    forgot(&app, EMAIL).await.ok();

    let client = app.client.with_token(session["accessToken"].as_str().unwrap());
    assert_eq!(client.get("/users/me").await.ok()["pendingEmail"], EMAIL);
    app.clock.advance(Duration::minutes(1));
    let identifier = json!({ "identifier": EMAIL });
    client.post("/auth/otp/send", &identifier).await.ok();
    let code = app.outbox.code(EMAIL).await;
    let body = json!({ "identifier": EMAIL, "otp": code });
    client.post("/auth/otp/verify", &body).await.ok();
    let me = client.get("/users/me").await.ok();
    assert_eq!((&me["email"], &me["pendingEmail"]), (&json!(EMAIL), &json!(null)));
    login(&app, EMAIL, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_code_by_mail_leaves_no_phone_that_it_did_not_reach() {
    let app = app().await;
    app.outbox.break_sms();
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(EMAIL).await;
    let user = verify(&app, PHONE, &code).await.ok()["user"].clone();
    assert_eq!((&user["phoneNumber"], &user["email"]), (&json!(null), &json!(EMAIL)));
    login(&app, PHONE, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_reset_code_confirms_only_what_it_reached_too() {
    let app = app().await;
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    app.outbox.message(PHONE, 1).await;
    app.clock.advance(Duration::minutes(1));
    forgot(&app, EMAIL).await.ok();
    let code = app.outbox.message(PHONE, 2).await.code.unwrap();
    let reset = json!({ "identifier": EMAIL, "otp": code, "newPassword": "another horse" });
    app.client.post("/auth/reset-password-otp", &reset).await.ok();
    let kept = "phone_number = $1 AND email IS NULL AND pending_email = $2";
    assert_eq!(app.count("users", kept, [PHONE.into(), EMAIL.into()]).await, 1);
}

/// An SMS may come although we heard that it did not. Its reader must not be taken for the reader of the mail.
#[tokio::test]
async fn an_sms_that_comes_after_all_shows_nothing_about_a_mailbox() {
    let app = app().await;
    app.outbox.make_sms_unclear();
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let by_mail = app.outbox.code(EMAIL).await;
    let by_sms = app.outbox.code(PHONE).await;
    verify(&app, EMAIL, &by_sms).await.refused(400, "OTP_INVALID");
    verify(&app, PHONE, &by_sms).await.refused(400, "OTP_INVALID");
    let user = verify(&app, EMAIL, &by_mail).await.ok()["user"].clone();
    assert_eq!((&user["phoneNumber"], &user["email"]), (&json!(null), &json!(EMAIL)));
}

#[tokio::test]
async fn the_code_goes_by_mail_when_the_phone_cannot_be_reached() {
    let app = TestApp::start().await;
    app.outbox.break_sms();
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(EMAIL).await;
    verify(&app, EMAIL, &code).await.ok();
}

#[tokio::test]
async fn an_account_stays_when_no_message_can_be_sent() {
    let app = app().await;
    app.outbox.break_sms();
    app.outbox.break_mail();
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    assert_eq!(app.count("users", "true", []).await, 1);
    send(&app, PHONE).await.refused(429, "OTP_COOLDOWN");
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    app.clock.advance(Duration::minutes(5));
    verify(&app, PHONE, &code).await.refused(400, "OTP_EXPIRED");
    app.clock.advance(-Duration::milliseconds(1));
    verify(&app, PHONE, &code).await.ok();
}

#[tokio::test]
async fn five_wrong_codes_lock_the_identifier_for_a_quarter_of_an_hour() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    for _ in 0..5 {
        verify(&app, PHONE, &other_than(&code))
            .await
            .refused(400, "OTP_INVALID");
    }
    let refused = verify(&app, PHONE, &code).await;
    refused.refused(429, "OTP_LOCKED");
    assert_eq!(refused.header("retry-after"), "900");
    app.clock.advance(Duration::minutes(2));
    send(&app, PHONE).await.refused(429, "OTP_LOCKED");
    app.clock.advance(Duration::minutes(13));
    send(&app, PHONE).await.ok();
    let code = app.outbox.message(PHONE, 2).await.code.unwrap();
    verify(&app, PHONE, &code).await.ok();
}

#[tokio::test]
async fn guesses_at_once_count_one_by_one() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let wrong = other_than(&app.outbox.code(PHONE).await);
    let answers = join_all((0..16).map(|_| verify(&app, PHONE, &wrong))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(400), count(429)), (5, 11));
}

#[tokio::test]
async fn a_stranger_who_locks_a_new_account_does_not_keep_its_owner_out() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    for _ in 0..5 {
        login(&app, PHONE, "wrong").await.refused(401, "INVALID_CREDENTIALS");
    }
    let code = app.outbox.code(PHONE).await;
    let user = verify(&app, PHONE, &code).await.ok()["user"].clone();
    assert_eq!(user["accountStatus"], "ACTIVE");
    login(&app, PHONE, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_code_and_its_identifier_are_nowhere_to_be_read() {
    let app = app().await;
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    let mut redis = crate::support::redis::raw(&crate::support::app::redis_url()).await;
    let keys: Vec<String> = crate::support::redis::run(&mut redis, &["KEYS", "*:code:*"])
        .await
        .unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let fields: Vec<String> = crate::support::redis::run(&mut redis, &["HGETALL", &key])
            .await
            .unwrap();
        assert!(!key.contains("12345678") && !fields.contains(&code), "{key}");
    }
}

#[tokio::test]
async fn all_invalid_fields_are_named_at_once() {
    let app = TestApp::start().await;
    let field = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    let missing = app.client.post("/auth/otp/verify", &json!({})).await.invalid_fields();
    assert_eq!(missing, [field("identifier", "REQUIRED"), field("otp", "REQUIRED")]);
    let wrong = verify(&app, "nobody", "12345").await.invalid_fields();
    assert_eq!(
        wrong,
        [field("identifier", "INVALID_IDENTIFIER"), field("otp", "INVALID")]
    );
}
