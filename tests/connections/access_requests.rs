use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::{change, connected, entries, id_of, look, notifications};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

async fn ask(doctor: &Person, connection: &str) -> Answer {
    let path = format!("/connections/{connection}/access-requests");
    doctor.client.post(&path, &json!({ "reason": "  ពិនិត្យសម្ពាធឈាម " })).await
}

async fn decide(by: &Person, connection: &str, request: &str, verb: &str) -> Answer {
    let path = format!("/connections/{connection}/access-requests/{request}/{verb}");
    by.client.post(&path, &json!({})).await
}

#[tokio::test]
async fn an_approval_opens_everything_for_24_hours_to_the_millisecond() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "REQUEST").await;
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    let made = ask(&doctor, &id).await.expect(201);
    assert_eq!(
        (&made["status"], &made["reason"]),
        (&json!("PENDING"), &json!("ពិនិត្យសម្ពាធឈាម"))
    );
    assert_eq!(made["expiresAt"], "2026-03-13T09:00:00.000+07:00");
    let told = &notifications(&app, &patient).await[0];
    assert!(told["message"].as_str().unwrap().ends_with("ពិនិត្យសម្ពាធឈាម"), "{told}");
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");

    let approved = decide(&patient, &id, &id_of(&made), "approve").await.ok();
    assert_eq!(
        (&approved["status"], &approved["expiresAt"]),
        (&json!("APPROVED"), &json!("2026-03-07T09:00:00.000+07:00"))
    );
    look(&doctor, &patient).await.ok();
    assert_eq!(
        notifications(&app, &doctor).await[0]["data"]["change"],
        "ACCESS_APPROVED"
    );
    let entry = &entries(&app, &patient).await[0];
    assert_eq!(
        (&entry["action"], &entry["resource_type"]),
        (&json!("PERMISSION_CHANGE"), &json!("AccessRequest"))
    );

    app.clock.advance(Duration::DAY - Duration::MILLISECOND);
    let doctor = app.sign_in(&doctor.account).await;
    look(&doctor, &patient).await.ok();
    app.clock.advance(Duration::MILLISECOND);
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    let list = doctor
        .client
        .get(&format!("/connections/{id}/access-requests"))
        .await
        .ok();
    assert_eq!(list[0]["status"], "EXPIRED");
}

#[tokio::test]
async fn a_denied_look_stays_closed_and_an_approved_one_can_be_closed() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "REQUEST").await;
    let first = id_of(&ask(&doctor, &id).await.expect(201));
    assert_eq!(decide(&patient, &id, &first, "deny").await.ok()["status"], "DENIED");
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    decide(&patient, &id, &first, "approve")
        .await
        .refused(409, "INVALID_STATE");
    app.clock.advance(Duration::minutes(1));
    let second = id_of(&ask(&doctor, &id).await.expect(201));
    decide(&patient, &id, &second, "approve").await.ok();
    look(&doctor, &patient).await.ok();
    decide(&patient, &id, &second, "deny").await.ok();
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    let list = patient
        .client
        .get(&format!("/connections/{id}/access-requests"))
        .await
        .ok();
    let seen: Vec<_> = list.as_array().unwrap().iter().map(id_of).collect();
    assert_eq!(seen, [second, first]);
}

#[tokio::test]
async fn doctors_ask_once_at_a_time_and_at_the_level_request_only() {
    let app = TestApp::start().await;
    let (patient, doctor, daughter, stranger) = (
        app.patient().await,
        app.doctor().await,
        app.family().await,
        app.doctor().await,
    );
    let id = connected(&doctor, &patient, "REQUEST").await;
    let with_daughter = connected(&daughter, &patient, "REQUEST").await;
    ask(&patient, &id).await.refused(403, "FORBIDDEN");
    ask(&daughter, &with_daughter).await.refused(403, "FORBIDDEN");
    ask(&stranger, &id).await.refused(404, "NOT_FOUND");
    let path = format!("/connections/{id}/access-requests");
    let empty = doctor.client.post(&path, &json!({ "reason": " " })).await;
    assert_eq!(empty.invalid_fields(), [("reason".into(), "REQUIRED".into())]);
    let request = id_of(&ask(&doctor, &id).await.expect(201));
    ask(&doctor, &id).await.refused(409, "INVALID_STATE");
    stranger.client.get(&path).await.refused(404, "NOT_FOUND");
    for verb in ["approve", "deny"] {
        decide(&doctor, &id, &request, verb).await.refused(403, "FORBIDDEN");
        decide(&stranger, &id, &request, verb).await.refused(404, "NOT_FOUND");
        decide(&patient, &id, &Uuid::now_v7().to_string(), verb)
            .await
            .refused(404, "NOT_FOUND");
        decide(&patient, &id, "x", verb).await.refused(404, "NOT_FOUND");
    }
    for (level, status, code) in [("NOT_ALLOWED", 403, "FORBIDDEN"), ("ALLOWED", 409, "INVALID_STATE")] {
        change(&patient, &id, "permission", &json!({ "permissionLevel": level }))
            .await
            .ok();
        ask(&doctor, &id).await.refused(status, code);
        decide(&patient, &id, &request, "approve")
            .await
            .refused(409, "INVALID_STATE");
    }
}

#[tokio::test]
async fn a_request_for_a_look_that_is_sent_again_asks_once() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "REQUEST").await;
    let phone = doctor.client.with_header("idempotency-key", "look");
    let path = format!("/connections/{id}/access-requests");
    let body = json!({ "reason": "ពិនិត្យ" });
    let first: Value = phone.post(&path, &body).await.expect(201);
    let again = phone.post(&path, &body).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("idempotency-replayed"), "true");
}
