use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::{ask, asked, change, connected, entries, id_of, look, notifications};
use crate::support::TestApp;

#[tokio::test]
async fn whoever_is_asked_is_told_and_accepts_and_then_sees() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let body =
        json!({ "userId": patient.id, "message": "  ខ្ញុំជាកូនស្រី  ", "status": "ACCEPTED", "permissionLevel": "ALLOWED" });
    let made = daughter.client.post("/connections", &body).await.expect(201);
    assert_eq!(
        (&made["status"], &made["initiatorId"]),
        (&json!("PENDING"), &json!(daughter.id.to_string()))
    );
    let told = &notifications(&app, &patient).await[0];
    assert_eq!(told["type"], "CONNECTION_REQUEST");
    assert_eq!(told["message"], "សុខ សំណាង ចង់ភ្ជាប់ជាមួយអ្នក៖ ខ្ញុំជាកូនស្រី");
    look(&daughter, &patient).await.refused(404, "NOT_FOUND");

    let id = id_of(&made);
    app.clock.advance(Duration::minutes(5));
    let accepted = change(&patient, &id, "accept", &json!({})).await.ok();
    assert_eq!(
        (&accepted["status"], &accepted["permissionLevel"]),
        (&json!("ACCEPTED"), &json!("ALLOWED"))
    );
    assert_eq!(accepted["acceptedAt"], "2026-03-06T09:05:00.000+07:00");
    assert_eq!(notifications(&app, &daughter).await[0]["data"]["change"], "ACCEPTED");
    look(&daughter, &patient).await.ok();

    let steps: Vec<_> = entries(&app, &patient)
        .await
        .iter()
        .map(|entry| entry["action"].clone())
        .collect();
    assert_eq!(steps, ["CONNECTION_ACCEPT"]);
    let request = entries(&app, &daughter).await.pop().unwrap();
    assert_eq!(
        (&request["action"], &request["resource_id"]),
        (&json!("CONNECTION_REQUEST"), &json!(id))
    );
    assert_eq!(request["patient_id"], patient.id.to_string());
    assert!(
        !request["details"].to_string().contains("កូន"),
        "what people write is not the trail's"
    );
}

#[tokio::test]
async fn only_the_one_who_was_asked_answers_and_strangers_find_nothing() {
    let app = TestApp::start().await;
    let (patient, doctor, stranger) = (app.patient().await, app.doctor().await, app.patient().await);
    let id = asked(&doctor, &patient).await;
    for step in ["accept", "decline"] {
        change(&doctor, &id, step, &json!({})).await.refused(403, "FORBIDDEN");
    }
    for step in ["accept", "decline", "revoke"] {
        change(&stranger, &id, step, &json!({})).await.refused(404, "NOT_FOUND");
    }
    for (step, body) in [
        ("permission", json!({ "permissionLevel": "ALLOWED" })),
        ("alerts", json!({ "enabled": false })),
    ] {
        change(&stranger, &id, step, &body).await.refused(404, "NOT_FOUND");
    }
    let path = format!("/connections/{id}");
    stranger.client.get(&path).await.refused(404, "NOT_FOUND");
    stranger
        .client
        .get("/connections/not-an-id")
        .await
        .refused(404, "NOT_FOUND");
    assert_eq!(doctor.client.get(&path).await.ok()["status"], "PENDING");
}

#[tokio::test]
async fn what_was_answered_is_answered() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    for step in ["accept", "decline"] {
        let refused = change(&patient, &id, step, &json!({}))
            .await
            .refused(409, "INVALID_STATE");
        assert_eq!(
            (&refused["details"]["from"], &refused["details"]["allowed"]),
            (&json!("ACCEPTED"), &json!(["PENDING"]))
        );
    }
    change(&doctor, &id, "revoke", &json!({})).await.ok();
    change(&doctor, &id, "revoke", &json!({}))
        .await
        .refused(409, "INVALID_STATE");
    change(&patient, &id, "permission", &json!({ "permissionLevel": "REQUEST" }))
        .await
        .refused(409, "INVALID_STATE");
}

#[tokio::test]
async fn a_declined_request_can_be_made_again_on_the_same_row_from_either_end() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = asked(&doctor, &patient).await;
    let declined = change(&patient, &id, "decline", &json!({ "reason": "មិនស្គាល់" }))
        .await
        .ok();
    assert_eq!(
        (&declined["status"], &declined["acceptedAt"]),
        (&json!("REVOKED"), &Value::Null)
    );
    let told = &notifications(&app, &doctor).await[0];
    assert!(told["message"].as_str().unwrap().ends_with("មិនស្គាល់"), "{told}");
    assert_eq!(
        entries(&app, &patient).await[0]["details"],
        json!({ "change": "DECLINED", "reasonGiven": true })
    );

    app.clock.advance(Duration::minutes(1));
    let again = ask(&patient, &doctor).await.expect(201);
    assert_eq!((&again["id"], &again["status"]), (&json!(id), &json!("PENDING")));
    assert_eq!(
        (&again["initiatorId"], &again["revokedAt"]),
        (&json!(patient.id.to_string()), &Value::Null)
    );
    assert_eq!(app.count("connections", "true", []).await, 1);
    change(&doctor, &id, "accept", &json!({})).await.ok();
    look(&doctor, &patient).await.ok();
}

#[tokio::test]
async fn there_is_one_connection_for_a_pair_whoever_asks() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let id = asked(&daughter, &patient).await;
    ask(&daughter, &patient).await.refused(409, "DUPLICATE_CONNECTION");
    ask(&patient, &daughter).await.refused(409, "DUPLICATE_CONNECTION");
    change(&patient, &id, "accept", &json!({})).await.ok();
    ask(&patient, &daughter).await.refused(409, "DUPLICATE_CONNECTION");
}

#[tokio::test]
async fn some_cannot_be_connected() {
    let app = TestApp::start().await;
    let (patient, doctor, daughter) = (app.patient().await, app.doctor().await, app.family().await);
    ask(&patient, &patient).await.refused(400, "SELF_CONNECTION");
    let colleague = app.doctor().await;
    let son = app.family().await;
    for (from, to) in [(&doctor, &colleague), (&daughter, &son), (&daughter, &doctor)] {
        ask(from, to).await.refused(403, "FORBIDDEN");
    }
    let unverified = app.account("DOCTOR", "PENDING_VERIFICATION").await;
    let rejected = app.account("DOCTOR", "REJECTED").await;
    let unconfirmed = app.account("PATIENT", "ACTIVE").await;
    app.execute(
        "UPDATE users SET contact_confirmed_at = NULL WHERE id = $1",
        [unconfirmed.id.into()],
    )
    .await;
    for nobody in [unverified.id, rejected.id, unconfirmed.id, Uuid::now_v7()] {
        let body = json!({ "userId": nobody });
        let refused = daughter
            .client
            .post("/connections", &body)
            .await
            .refused(404, "NOT_FOUND");
        assert_eq!(refused["details"]["resource"], "User");
    }
    let invalid = patient
        .client
        .post("/connections", &json!({ "userId": "x", "message": "a\u{0}" }))
        .await;
    assert_eq!(
        invalid.invalid_fields(),
        [
            ("userId".into(), "INVALID".into()),
            ("message".into(), "INVALID".into())
        ]
    );
    assert_eq!(app.count("connections", "true", []).await, 0);
}

#[tokio::test]
async fn a_doctor_who_is_not_verified_neither_asks_nor_accepts_nor_sees() {
    let app = TestApp::start().await;
    let (patient, other, doctor) = (app.patient().await, app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    let waiting = asked(&other, &doctor).await;
    look(&doctor, &patient).await.ok();
    // An account that may be used, and whose verification is gone.
    app.execute(
        "UPDATE users SET account_status = 'ACTIVE' WHERE id = $1",
        [doctor.id.into()],
    )
    .await;
    look(&doctor, &patient)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    ask(&doctor, &other).await.refused(403, "ACCOUNT_PENDING_VERIFICATION");
    change(&doctor, &waiting, "accept", &json!({}))
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    let code = super::code(&other, "ALLOWED").await;
    super::consume(&doctor, &code)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    change(&doctor, &id, "revoke", &json!({})).await.ok();
}

#[tokio::test]
async fn a_patient_who_asks_a_patient_wants_to_care_for_them() {
    let app = TestApp::start().await;
    let (wife, husband) = (app.patient().await, app.patient().await);
    let id = asked(&wife, &husband).await;
    change(&wife, &id, "permission", &json!({ "permissionLevel": "REQUEST" }))
        .await
        .refused(403, "FORBIDDEN");
    change(&husband, &id, "accept", &json!({ "permissionLevel": "SELECTED" }))
        .await
        .ok();
    look(&wife, &husband).await.ok();
    look(&husband, &wife).await.refused(404, "NOT_FOUND");
    change(&wife, &id, "permission", &json!({ "permissionLevel": "ALLOWED" }))
        .await
        .refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn an_ended_connection_ends_what_is_seen_with_the_next_request_and_keeps_what_was_prescribed() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, crate::support::app::MORNING).await;
    app.execute(
        "UPDATE prescriptions SET doctor_id = $1 WHERE id = $2",
        [doctor.id.into(), dose.prescription.into()],
    )
    .await;
    look(&doctor, &patient).await.ok();
    let ended = change(&patient, &id, "revoke", &json!({})).await.ok();
    assert_eq!(
        (&ended["status"], &ended["revokedAt"]),
        (&json!("REVOKED"), &json!("2026-03-06T09:00:00.000+07:00"))
    );
    look(&doctor, &patient).await.refused(404, "NOT_FOUND");
    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(day["doses"].as_array().unwrap().len(), 1);
    assert_eq!(notifications(&app, &doctor).await[0]["data"]["change"], "REVOKED");
}

#[tokio::test]
async fn a_request_that_is_sent_again_with_its_key_asks_once() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let phone = daughter.client.with_header("idempotency-key", "one");
    let body = json!({ "userId": patient.id });
    let first = phone.post("/connections", &body).await;
    let again = phone.post("/connections", &body).await;
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = json!({ "userId": patient.id, "message": "x" });
    phone
        .post("/connections", &other)
        .await
        .refused(422, "IDEMPOTENCY_MISMATCH");
    assert_eq!(
        app.count("notifications", "recipient_id = $1", [patient.id.into()])
            .await,
        1
    );
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = asked(&doctor, &patient).await;
    let path = format!("/connections/{id}");
    let seen = patient.client.get(&path).await.header("etag");
    let with_seen = |client: &crate::support::client::Client| client.with_header("if-match", &seen);
    let unchanged = patient.client.with_header("if-none-match", &seen).get(&path).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    let accept = format!("{path}/accept");
    let accepted = with_seen(&patient.client).patch(&accept, &json!({})).await;
    assert_ne!(accepted.header("etag"), seen);
    with_seen(&patient.client)
        .patch(
            &format!("{path}/permission"),
            &json!({ "permissionLevel": "NOT_ALLOWED" }),
        )
        .await
        .refused(412, "STALE_VERSION");
    assert_eq!(patient.client.get(&path).await.ok()["permissionLevel"], "ALLOWED");
    assert_eq!(patient.client.get(&path).await.header("etag"), accepted.header("etag"));
}

#[tokio::test]
async fn alerts_are_switched_by_either_end_of_a_family_connection() {
    let app = TestApp::start().await;
    let (patient, daughter, doctor) = (app.patient().await, app.family().await, app.doctor().await);
    let id = connected(&daughter, &patient, "REQUEST").await;
    let off = change(&daughter, &id, "alerts", &json!({ "enabled": false }))
        .await
        .ok();
    assert_eq!(off["metadata"], json!({ "alertsEnabled": false, "scope": null }));
    assert_eq!(notifications(&app, &patient).await[0]["data"]["change"], "ALERTS_OFF");
    let on = change(&patient, &id, "alerts", &json!({ "enabled": true })).await.ok();
    assert_eq!(on["metadata"]["alertsEnabled"], true);
    let missing = change(&patient, &id, "alerts", &json!({})).await;
    assert_eq!(missing.invalid_fields(), [("enabled".into(), "REQUIRED".into())]);
    let with_doctor = connected(&doctor, &patient, "ALLOWED").await;
    for by in [&doctor, &patient] {
        change(by, &with_doctor, "alerts", &json!({ "enabled": false }))
            .await
            .refused(403, "FORBIDDEN");
    }
}
