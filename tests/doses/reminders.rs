use serde_json::json;
use time::macros::datetime;

use crate::support::TestApp;

#[tokio::test]
async fn a_reminder_moves_without_the_dose() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 21:00 +7)).await;
    let path = format!("/doses/{}/reminder-time", dose.id);
    let moved = patient
        .client
        .patch(&path, &json!({ "reminderTime": "20:45" }))
        .await
        .ok();
    assert_eq!(moved["reminderTime"], "2026-03-06T20:45:00.000+07:00");
    assert_eq!(moved["reminderClock"], "20:45");
    assert_eq!(moved["scheduledTime"], "2026-03-06T21:00:00.000+07:00");
    assert_eq!(patient.client.get("/doses/schedule").await.ok()["doses"][0], moved);
    assert_eq!(
        patient
            .client
            .patch(&path, &json!({ "reminderTime": "20:45" }))
            .await
            .ok(),
        moved
    );
    let entry = "resource_id = $1 AND action_type = 'PRESCRIPTION_UPDATE'";
    assert_eq!(app.count("audit_logs", entry, [dose.id.into()]).await, 1);
}

#[tokio::test]
async fn a_reminder_is_a_time_on_the_clock() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 21:00 +7)).await;
    let path = format!("/doses/{}/reminder-time", dose.id);
    for (body, code) in [
        (json!({}), "REQUIRED"),
        (json!({ "reminderTime": "" }), "REQUIRED"),
        (json!({ "reminderTime": "24:00" }), "INVALID"),
        (json!({ "reminderTime": "9:00" }), "INVALID"),
        (json!({ "reminderTime": "២០:៤៥" }), "INVALID"),
    ] {
        let fields = patient.client.patch(&path, &body).await.invalid_fields();
        assert_eq!(fields, [("reminderTime".to_owned(), code.to_owned())], "{body}");
    }
}

#[tokio::test]
async fn only_a_due_dose_of_ones_own_reminds() {
    let app = TestApp::start().await;
    let (patient, stranger) = (app.patient().await, app.patient().await);
    let dose = app.dose(&patient, datetime!(2026-03-06 09:00 +7)).await;
    let path = format!("/doses/{}/reminder-time", dose.id);
    let body = json!({ "reminderTime": "08:45" });
    stranger.client.patch(&path, &body).await.refused(404, "NOT_FOUND");
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();
    let refused = patient.client.patch(&path, &body).await.refused(409, "INVALID_STATE");
    assert_eq!(
        refused["details"],
        json!({ "from": "TAKEN_ON_TIME", "allowed": ["DUE"] })
    );
}
