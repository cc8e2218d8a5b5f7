use serde_json::{Value, json};
use time::Duration;

use super::{PHONE, app, confirmed, forgot, register, send, verify};
use crate::support::client::Answer;

const STRANGER: &str = "+85599999999";

/// An answer without what differs between any two.
fn essence(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    if let Some(error) = body.get_mut("error") {
        error["requestId"].take();
    }
    (answer.status.as_u16(), body)
}

#[tokio::test]
async fn the_next_code_comes_after_a_minute_and_the_one_before_it_is_void() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let first = app.outbox.code(PHONE).await;
    let refused = send(&app, PHONE).await;
    refused.refused(429, "OTP_COOLDOWN");
    assert_eq!(refused.header("retry-after"), "60");
    app.clock.advance(Duration::seconds(60));
    assert_eq!(send(&app, PHONE).await.ok()["expiresIn"], 300);
    let second = app.outbox.message(PHONE, 2).await.code.unwrap();
    if first != second {
        verify(&app, PHONE, &first).await.refused(400, "OTP_INVALID");
    }
    verify(&app, PHONE, &second).await.ok();
}

#[tokio::test]
async fn three_codes_an_hour_are_sent() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    for _ in 0..2 {
        app.clock.advance(Duration::minutes(1));
        send(&app, PHONE).await.ok();
    }
    app.clock.advance(Duration::minutes(1));
    let refused = send(&app, PHONE).await;
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(refused.header("retry-after"), "3420");
    app.clock.advance(Duration::minutes(57));
    send(&app, PHONE).await.ok();
}

#[tokio::test]
async fn a_code_that_was_used_does_not_delay_the_next() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    forgot(&app, PHONE).await.ok();
    app.outbox.message(PHONE, 2).await;
}

#[tokio::test]
async fn a_code_that_is_sent_again_after_it_was_used_locks_nobody_out() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    let answers = futures_util::future::join_all((0..8).map(|_| verify(&app, PHONE, &code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(400, "OTP_INVALID");
    }
    forgot(&app, PHONE).await.ok();
}

#[tokio::test]
async fn a_code_for_the_one_is_worth_nothing_for_the_other() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    let reset = json!({ "identifier": PHONE, "otp": code, "newPassword": "another horse" });
    app.client
        .post("/auth/reset-password-otp", &reset)
        .await
        .refused(400, "OTP_INVALID");
    verify(&app, PHONE, &code).await.ok();
}

#[tokio::test]
async fn nobody_learns_from_the_answers_who_has_an_account() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    app.clock.advance(Duration::hours(2));
    for _ in 0..2 {
        let (known, unknown) = (forgot(&app, PHONE).await, forgot(&app, STRANGER).await);
        assert_eq!(essence(&known), essence(&unknown));
    }
    for _ in 0..6 {
        let (known, unknown) = (verify(&app, PHONE, "1234").await, verify(&app, STRANGER, "1234").await);
        assert_eq!(essence(&known), essence(&unknown));
    }
    app.clock.advance(Duration::hours(2));
    for _ in 0..2 {
        let (known, unknown) = (send(&app, PHONE).await, send(&app, STRANGER).await);
        assert_eq!(essence(&known), essence(&unknown));
    }
    assert!(app.outbox.sent_to(STRANGER).is_empty());
}

#[tokio::test]
async fn a_confirmed_account_is_sent_no_code_to_confirm_it_again() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    app.clock.advance(Duration::minutes(1));
    send(&app, PHONE).await.ok();
    app.clock.advance(Duration::minutes(1));
    forgot(&app, PHONE).await.ok();
    let message = app.outbox.message(PHONE, 2).await;
    assert!(message.text.contains("លេខសម្ងាត់"), "{}", message.text);
}
