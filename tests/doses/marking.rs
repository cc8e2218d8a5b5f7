use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::client::Answer;
use crate::support::people::{ArrangedDose, Person};

async fn take(patient: &Person, dose: ArrangedDose, body: Value) -> Answer {
    patient.client.patch(&format!("/doses/{}/taken", dose.id), &body).await
}

async fn skip(patient: &Person, dose: ArrangedDose, body: Value) -> Answer {
    patient
        .client
        .patch(&format!("/doses/{}/skipped", dose.id), &body)
        .await
}

async fn entries(app: &TestApp, dose: ArrangedDose) -> i64 {
    app.count("audit_logs", "resource_id = $1", [dose.id.into()]).await
}

/// The dose is due, and nothing was entered about it.
async fn assert_untouched(app: &TestApp, dose: ArrangedDose) {
    let due = app.count("dose_events", "id = $1 AND status = 'DUE'", [dose.id.into()]);
    assert_eq!(due.await, 1);
    assert_eq!(entries(app, dose).await, 0);
}

#[tokio::test]
async fn a_dose_taken_now_is_stored_with_its_audit_entry() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 08:45 +7)).await;
    app.dose(&patient, datetime!(2026-03-06 12:00 +7)).await;
    let answer = take(&patient, dose, json!({})).await.ok();
    assert_eq!(answer["dailyProgress"], 50);
    assert_eq!(answer["dose"]["status"], "TAKEN_ON_TIME");
    assert_eq!(answer["dose"]["takenAt"], "2026-03-06T09:00:00.000+07:00");
    let shown = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(answer["dose"], shown["doses"][0]);

    let sql = "SELECT actor_id, actor_role::text, action_type::text, resource_type, patient_id, details FROM audit_logs \
               WHERE resource_id = $1";
    let entries = app.rows(sql, [dose.id.into()]).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["actor_id"], patient.id.to_string());
    assert_eq!(entries[0]["patient_id"], patient.id.to_string());
    assert_eq!(
        (&entries[0]["actor_role"], &entries[0]["action_type"]),
        (&json!("PATIENT"), &json!("DOSE_TAKEN"))
    );
    assert_eq!(entries[0]["details"]["status"], "TAKEN_ON_TIME");
}

#[tokio::test]
async fn a_reported_time_without_an_offset_is_phnom_penh_time_and_is_kept() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let answer = take(&patient, dose, json!({ "takenAt": "2026-03-06T07:05:12.123456" }))
        .await
        .ok();
    assert_eq!(answer["dose"]["status"], "TAKEN_ON_TIME");
    assert_eq!(answer["dose"]["takenAt"], "2026-03-06T07:05:12.123+07:00");
    assert_eq!(answer["dose"]["recordedAt"], "2026-03-06T09:00:00.000+07:00");
}

#[tokio::test]
async fn a_dose_after_its_grace_is_late_until_a_day_is_over() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let late = app.dose(&patient, MORNING - Duration::minutes(31)).await;
    let last = app.dose(&patient, MORNING - Duration::hours(24)).await;
    let over = app
        .dose(&patient, MORNING - Duration::hours(24) - Duration::milliseconds(1))
        .await;
    assert_eq!(
        take(&patient, late, json!({})).await.ok()["dose"]["status"],
        "TAKEN_LATE"
    );
    assert_eq!(
        take(&patient, last, json!({})).await.ok()["dose"]["status"],
        "TAKEN_LATE"
    );
    take(&patient, over, json!({})).await.refused(400, "DOSE_WINDOW_CLOSED");
    assert_eq!(entries(&app, over).await, 0);
}

#[tokio::test]
async fn a_closed_window_is_answered_with_its_times() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-08 07:00 +7)).await;
    for refused in [
        take(&patient, dose, json!({})).await,
        skip(&patient, dose, json!({})).await,
    ] {
        let details = refused.refused(400, "DOSE_WINDOW_CLOSED")["details"].clone();
        assert_eq!(details["opensAt"], "2026-03-08T00:00:00.000+07:00");
        assert_eq!(details["onTimeUntil"], "2026-03-08T07:30:00.000+07:00");
        assert_eq!(details["closesAt"], "2026-03-09T07:00:00.000+07:00");
    }
}

#[tokio::test]
async fn a_time_that_has_not_come_is_refused() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    let fields = take(&patient, dose, json!({ "takenAt": "2026-03-06T09:05:00.001+07:00" }))
        .await
        .invalid_fields();
    assert_eq!(fields, [("takenAt".to_owned(), "IN_FUTURE".to_owned())]);
    take(&patient, dose, json!({ "takenAt": "2026-03-06T09:05:00+07:00" }))
        .await
        .ok();
}

#[tokio::test]
async fn doing_it_again_answers_what_is_stored_and_writes_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (taken, skipped) = (app.dose(&patient, MORNING).await, app.dose(&patient, MORNING).await);
    let first = take(&patient, taken, json!({})).await.ok()["dose"].clone();
    let again = take(&patient, taken, json!({ "takenAt": "2026-03-06T08:00:00" }))
        .await
        .ok()["dose"]
        .clone();
    assert_eq!(again, first);
    let first = skip(&patient, skipped, json!({ "reason": "វិលមុខ" })).await.ok()["dose"].clone();
    assert_eq!(
        (&first["status"], &first["skipReason"]),
        (&json!("SKIPPED"), &json!("វិលមុខ"))
    );
    assert_eq!(
        skip(&patient, skipped, json!({ "reason": "another" })).await.ok()["dose"],
        first
    );
    assert_eq!((entries(&app, taken).await, entries(&app, skipped).await), (1, 1));
}

#[tokio::test]
async fn another_outcome_is_refused_with_the_stored_dose() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (taken, skipped) = (app.dose(&patient, MORNING).await, app.dose(&patient, MORNING).await);
    let stored = take(&patient, taken, json!({})).await.ok()["dose"].clone();
    let refused = skip(&patient, taken, json!({}))
        .await
        .refused(409, "DOSE_ALREADY_RECORDED");
    assert_eq!(refused["details"]["serverState"], stored);
    skip(&patient, skipped, json!({ "reason": "" })).await.ok();
    let refused = take(&patient, skipped, json!({}))
        .await
        .refused(409, "DOSE_ALREADY_RECORDED");
    assert_eq!(refused["details"]["serverState"]["skipReason"], json!(null));
}

#[tokio::test]
async fn a_missed_dose_can_still_be_taken_and_the_alerted_family_is_told() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    app.connect(&daughter, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    app.connect(&son, &patient, "REVOKED", "ALLOWED", json!({})).await;
    let dose = app.dose(&patient, MORNING - Duration::hours(1)).await;
    app.miss(dose).await;
    for person in [&daughter, &son] {
        let sql = "INSERT INTO notifications (id, recipient_id, type, title, message, data, created_at) \
                   VALUES ($1, $2, 'MISSED_DOSE_ALERT', 't', 'm', $3, $4)";
        let values = [
            Uuid::now_v7().into(),
            person.id.into(),
            json!({ "doseId": dose.id }).into(),
            MORNING.into(),
        ];
        app.execute(sql, values).await;
    }
    assert_eq!(
        take(&patient, dose, json!({})).await.ok()["dose"]["status"],
        "TAKEN_LATE"
    );
    let told = "recipient_id = $1 AND type = 'FAMILY_ALERT' AND data->>'doseId' = $2";
    let count = |person: Uuid| app.count("notifications", told, [person.into(), dose.id.to_string().into()]);
    assert_eq!((count(daughter.id).await, count(son.id).await), (1, 0));
    let sent = "action_type = 'NOTIFICATION_SENT' AND patient_id = $1 AND actor_id IS NULL";
    assert_eq!(app.count("audit_logs", sent, [patient.id.into()]).await, 1);
}

#[tokio::test]
async fn an_intake_recorded_offline_counts_by_its_own_time() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING - Duration::days(3)).await;
    app.miss(dose).await;
    let body = json!({ "takenAt": "2026-03-03T09:10:00", "offline": true });
    let taken = take(&patient, dose, body).await.ok()["dose"].clone();
    assert_eq!(
        (&taken["status"], &taken["wasOffline"]),
        (&json!("TAKEN_ON_TIME"), &json!(true))
    );
}

#[tokio::test]
async fn only_its_patient_marks_a_dose() {
    let app = TestApp::start().await;
    let (patient, stranger) = (app.patient().await, app.patient().await);
    let (doctor, daughter) = (app.doctor().await, app.family().await);
    for other in [&doctor, &daughter] {
        app.connect(other, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    }
    let dose = app.dose(&patient, MORNING).await;
    assert_eq!(
        take(&stranger, dose, json!({})).await.refused(404, "NOT_FOUND")["details"]["resource"],
        "DoseEvent"
    );
    skip(&stranger, dose, json!({})).await.refused(404, "NOT_FOUND");
    for other in [&doctor, &daughter] {
        take(other, dose, json!({})).await.refused(403, "FORBIDDEN");
    }
    assert_untouched(&app, dose).await;
}

#[tokio::test]
async fn a_token_of_an_earlier_epoch_marks_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    app.execute(
        "UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1",
        [patient.id.into()],
    )
    .await;
    for body in [json!({}), json!({ "takenAt": "at breakfast" })] {
        take(&patient, dose, body).await.refused(401, "TOKEN_REVOKED");
    }
    skip(&patient, dose, json!({})).await.refused(401, "TOKEN_REVOKED");
    assert_untouched(&app, dose).await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_language_of_the_account_and_not_of_the_token() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    take(&patient, dose, json!({})).await.expect(200);
    for (language, name) in [("KHMER", "km"), ("ENGLISH", "en")] {
        app.execute(
            &format!("UPDATE users SET language = '{language}' WHERE id = $1"),
            [patient.id.into()],
        )
        .await;
        let error = skip(&patient, dose, json!({}))
            .await
            .refused(409, "DOSE_ALREADY_RECORDED");
        assert_eq!(error["message"], error["messages"][name]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_changes_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    let path = format!("/doses/{}/taken", dose.id);
    let fields = take(&patient, dose, json!({ "takenAt": "ព្រឹកនេះ" }))
        .await
        .invalid_fields();
    assert_eq!(fields, [("takenAt".to_owned(), "INVALID".to_owned())]);
    let send = |body: &str| {
        patient
            .client
            .send(reqwest::Method::PATCH, &path, Some(body.to_owned()))
    };
    send("{").await.refused(400, "MALFORMED_REQUEST");
    send("[]").await.refused(400, "MALFORMED_REQUEST");
    let long = json!({ "reason": "ក".repeat(501) });
    assert_eq!(
        skip(&patient, dose, long).await.invalid_fields(),
        [("reason".to_owned(), "TOO_LONG".to_owned())]
    );
    patient
        .client
        .patch("/doses/not-an-id/taken", &json!({}))
        .await
        .refused(404, "NOT_FOUND");
    assert_untouched(&app, dose).await;
}

#[tokio::test]
async fn an_intake_needs_no_body_at_all() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    let path = format!("/doses/{}/taken", dose.id);
    patient.client.send(reqwest::Method::PATCH, &path, None).await.ok();
}
