use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::{consume, id_of, look, notifications};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

async fn invite(patient: &Person, method: &str, contact: Option<&str>) -> Answer {
    let body = json!({ "method": method, "contact": contact, "permissionLevel": "ALLOWED" });
    patient.client.post("/connections/invitations", &body).await
}

async fn accept(by: &Person, invitation: &Value) -> Answer {
    let body = json!({ "invitationToken": invitation["invitationToken"] });
    by.client.post("/connections/invitations/accept", &body).await
}

#[tokio::test]
async fn an_invitation_by_sms_reaches_the_phone_and_is_for_whoever_has_it() {
    let app = TestApp::start().await;
    let (patient, daughter, other) = (app.patient().await, app.family().await, app.family().await);
    app.execute(
        "UPDATE users SET language = 'ENGLISH' WHERE id = $1",
        [daughter.id.into()],
    )
    .await;
    let invitation = invite(&patient, "PHONE", Some(&daughter.account.phone))
        .await
        .expect(201);
    assert_eq!(
        (&invitation["method"], &invitation["permissionLevel"]),
        (&json!("PHONE"), &json!("ALLOWED"))
    );
    assert_eq!(invitation["expiresAt"], "2026-03-13T09:00:00.000+07:00");
    let shown = invitation["contact"].as_str().unwrap();
    assert!(
        shown.ends_with(&daughter.account.phone[9..]) && !shown.contains(&daughter.account.phone),
        "{shown}"
    );
    let token = invitation["invitationToken"].as_str().unwrap();
    assert!(token.len() >= 22, "128 bits and more: {token}");
    assert!(
        invitation["qrCode"]
            .as_str()
            .unwrap()
            .starts_with("data:image/svg+xml;base64,")
    );
    let sent = app.outbox.message(&daughter.account.phone, 1).await;
    assert!(
        sent.text.contains(token) && sent.text.contains("invites you"),
        "{}",
        sent.text
    );

    accept(&other, &invitation).await.refused(403, "FORBIDDEN");
    consume(&other, token).await.refused(403, "FORBIDDEN");
    let connection = accept(&daughter, &invitation).await.expect(201);
    assert_eq!(connection["status"], "ACCEPTED");
    look(&daughter, &patient).await.ok();
    assert_eq!(notifications(&app, &patient).await[0]["data"]["change"], "ACCEPTED");
    accept(&daughter, &invitation).await.refused(400, "CODE_USED");
    assert_eq!(patient.client.get("/connections/invitations").await.ok(), json!([]));
}

#[tokio::test]
async fn an_invitation_by_mail_is_for_the_address_in_any_case_and_speaks_the_patients_language_to_strangers() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let invitation = invite(&patient, "EMAIL", Some(&daughter.account.email.to_uppercase()))
        .await
        .expect(201);
    accept(&daughter, &invitation).await.expect(201);
    invite(&patient, "EMAIL", Some("nobody@example.com")).await.expect(201);
    let sent = app.outbox.message("nobody@example.com", 1).await;
    assert!(sent.text.contains("ចង់ភ្ជាប់ជាមួយអ្នក"), "{}", sent.text);
}

#[tokio::test]
async fn a_picture_is_for_whoever_scans_it() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let invitation = invite(&patient, "QR_CODE", None).await.expect(201);
    assert_eq!(invitation["contact"], Value::Null);
    let token = invitation["invitationToken"].as_str().unwrap();
    let check = doctor
        .client
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await
        .ok();
    assert_eq!(check["valid"], true);
    consume(&doctor, token).await.expect(201);
}

#[tokio::test]
async fn invitations_are_listed_and_withdrawn_by_their_patient() {
    let app = TestApp::start().await;
    let (patient, other, daughter) = (app.patient().await, app.patient().await, app.family().await);
    let first = invite(&patient, "QR_CODE", None).await.expect(201);
    app.clock.advance(Duration::minutes(1));
    let second = invite(&patient, "PHONE", Some("012 345 678")).await.expect(201);
    let list = patient.client.get("/connections/invitations").await.ok();
    assert_eq!(list, json!([second, first]), "each as it was made");
    assert_eq!(other.client.get("/connections/invitations").await.ok(), json!([]));
    let path = format!("/connections/invitations/{}", id_of(&first));
    other.client.delete(&path).await.refused(404, "NOT_FOUND");
    daughter.client.delete(&path).await.refused(403, "FORBIDDEN");
    let withdrawn = patient.client.delete(&path).await.ok();
    assert!(withdrawn["message"].is_string());
    patient.client.delete(&path).await.refused(404, "NOT_FOUND");
    patient
        .client
        .delete(&format!("/connections/invitations/{}", Uuid::now_v7()))
        .await
        .refused(404, "NOT_FOUND");
    accept(&daughter, &first).await.refused(400, "CODE_INVALID");
    assert_eq!(
        patient.client.get("/connections/invitations").await.ok(),
        json!([second])
    );
    daughter
        .client
        .get("/connections/invitations")
        .await
        .refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn an_invitation_is_good_for_seven_days_to_the_millisecond() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let invitation = invite(&patient, "QR_CODE", None).await.expect(201);
    app.clock.advance(Duration::days(7));
    let daughter = app.sign_in(&daughter.account).await;
    accept(&daughter, &invitation).await.refused(400, "CODE_EXPIRED");
    app.clock.advance(-Duration::MILLISECOND);
    accept(&daughter, &invitation).await.expect(201);
}

#[tokio::test]
async fn whom_to_invite_is_checked_all_at_once_and_not_without_end() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    for (body, expected) in [
        (
            json!({}),
            vec![fault("method", "REQUIRED"), fault("permissionLevel", "REQUIRED")],
        ),
        (
            json!({ "method": "CODE", "permissionLevel": "NOT_ALLOWED" }),
            vec![fault("method", "INVALID"), fault("permissionLevel", "OUT_OF_RANGE")],
        ),
        (
            json!({ "method": "PHONE", "permissionLevel": "ALLOWED" }),
            vec![fault("contact", "REQUIRED")],
        ),
        (
            json!({ "method": "PHONE", "contact": "+33612345678", "permissionLevel": "ALLOWED" }),
            vec![fault("contact", "INVALID_PHONE")],
        ),
        (
            json!({ "method": "EMAIL", "contact": "+85512345678", "permissionLevel": "ALLOWED" }),
            vec![fault("contact", "INVALID_EMAIL")],
        ),
    ] {
        let answer = patient.client.post("/connections/invitations", &body).await;
        assert_eq!(answer.invalid_fields(), expected, "{body}");
    }
    invite(&doctor, "QR_CODE", None).await.refused(403, "FORBIDDEN");
    for _ in 0..10 {
        invite(&patient, "QR_CODE", None).await.expect(201);
    }
    invite(&patient, "QR_CODE", None).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_leaves_the_invitation() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.outbox.break_sms();
    let invitation = invite(&patient, "PHONE", Some("012345678")).await.expect(201);
    assert_eq!(
        patient.client.get("/connections/invitations").await.ok(),
        json!([invitation])
    );
}

#[tokio::test]
async fn an_invitation_that_is_asked_for_again_with_its_key_is_sent_once() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let phone = patient.client.with_header("idempotency-key", "mother");
    let body = json!({ "method": "PHONE", "contact": "012345679", "permissionLevel": "ALLOWED" });
    let first = phone.post("/connections/invitations", &body).await.expect(201);
    assert_eq!(phone.post("/connections/invitations", &body).await.expect(201), first);
    app.outbox.message("+85512345679", 1).await;
    // What is sent later is seen to be later.
    invite(&patient, "PHONE", Some("012345679")).await.expect(201);
    app.outbox.message("+85512345679", 2).await;
    assert_eq!(app.outbox.sent_to("+85512345679").len(), 2);
}
