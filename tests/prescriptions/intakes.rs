use futures_util::future::join_all;
use serde_json::{Value, json};
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;
use crate::support::people::Person;

async fn inhaler(patient: &Person) -> (Value, String) {
    let mut row = as_needed("Salbutamol");
    row["dosageAmount"] = json!(2.0);
    let own = own(patient, &[row, at_night("Aspirin", "1")]).await;
    let medication = own["medications"][0]["id"].as_str().unwrap().to_owned();
    (own, medication)
}

#[tokio::test]
async fn what_is_taken_as_needed_is_recorded_by_hand_and_counts_for_no_progress() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (own, medication) = inhaler(&patient).await;
    assert_eq!(own["medications"][0]["frequency"], "ពេលចាំបាច់");
    let prn = format!("medication_id = '{medication}'");
    assert!(dose_rows(&app, &prn).await.is_empty());
    let intake = json!({ "medicationId": medication, "takenAt": "2026-03-06T08:30:00" });
    let dose = patient.client.post(&path(&own, "prn-doses"), &intake).await.expect(201);
    for (field, expected) in [
        ("status", json!("TAKEN_ON_TIME")),
        ("medicationId", json!(medication)),
        ("scheduledTime", json!("2026-03-06T08:30:00.000+07:00")),
        ("takenAt", json!("2026-03-06T08:30:00.000+07:00")),
        ("recordedAt", json!("2026-03-06T09:00:00.000+07:00")),
        ("timePeriod", json!("DAYTIME")),
        ("dosage", json!("2")),
        ("quantity", json!(2)),
    ] {
        assert_eq!(dose[field], expected, "{field}");
    }
    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(
        (day["doses"].as_array().unwrap().len(), &day["dailyProgress"]),
        (2, &json!(0))
    );
    let entry = "action_type = 'DOSE_TAKEN' AND resource_id = $1 AND actor_id = $2";
    assert_eq!(
        app.count("audit_logs", entry, [uuid(&dose).into(), patient.id.into()])
            .await,
        1
    );
    let now = patient
        .client
        .post(&path(&own, "prn-doses"), &json!({ "medicationId": medication }))
        .await
        .expect(201);
    assert_eq!(now["takenAt"], "2026-03-06T09:00:00.000+07:00");
}

#[tokio::test]
async fn many_reports_of_one_moment_are_one_intake() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (own, medication) = inhaler(&patient).await;
    let (route, intake) = (
        path(&own, "prn-doses"),
        json!({ "medicationId": medication, "takenAt": "2026-03-06T08:30:00" }),
    );
    let answers = join_all((0..64).map(|_| patient.client.post(&route, &intake))).await;
    let ids: Vec<_> = answers.iter().map(|answer| id(&answer.expect(201))).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    let prn = format!("medication_id = '{medication}'");
    assert_eq!(dose_rows(&app, &prn).await.len(), 1);
    assert_eq!(app.count("audit_logs", "action_type = 'DOSE_TAKEN'", []).await, 1);
}

#[tokio::test]
async fn an_intake_lies_within_a_day_and_not_ahead() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (own, medication) = inhaler(&patient).await;
    let route = path(&own, "prn-doses");
    let at = |taken_at: &str| json!({ "medicationId": medication, "takenAt": taken_at });
    let ahead = patient.client.post(&route, &at("2026-03-06T09:05:01")).await;
    assert_eq!(ahead.invalid_fields(), [("takenAt".to_owned(), "IN_FUTURE".to_owned())]);
    patient
        .client
        .post(&route, &at("2026-03-06T09:05:00"))
        .await
        .expect(201);
    // Its course began today.
    let before = patient.client.post(&route, &at("2026-03-05T23:59:59")).await;
    assert_eq!(
        before.invalid_fields(),
        [("takenAt".to_owned(), "OUT_OF_RANGE".to_owned())]
    );
    app.clock.set(datetime!(2026-03-07 00:10 +7));
    let patient = app.sign_in(&patient.account).await;
    patient
        .client
        .post(&route, &at("2026-03-06T00:10:00"))
        .await
        .expect(201);
    let closed = patient
        .client
        .post(&route, &at("2026-03-06T00:09:59"))
        .await
        .refused(400, "DOSE_WINDOW_CLOSED");
    assert_eq!(closed["details"]["closesAt"], "2026-03-07T00:09:59.000+07:00");
    let around_midnight = patient
        .client
        .post(&route, &at("2026-03-07T00:00:00"))
        .await
        .expect(201);
    assert_eq!(around_midnight["timePeriod"], "NIGHT");
}

#[tokio::test]
async fn only_what_is_taken_as_needed_and_in_force_is_recorded_so() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (own, medication) = inhaler(&patient).await;
    let route = path(&own, "prn-doses");
    let daily = json!({ "medicationId": own["medications"][1]["id"] });
    let fields = patient.client.post(&route, &daily).await.invalid_fields();
    assert_eq!(fields, [("medicationId".to_owned(), "INVALID".to_owned())]);
    let elsewhere = json!({ "medicationId": uuid::Uuid::now_v7() });
    patient.client.post(&route, &elsewhere).await.refused(404, "NOT_FOUND");
    act(&patient, &own, "pause").await;
    let intake = json!({ "medicationId": medication });
    let paused = patient.client.post(&route, &intake).await.refused(409, "INVALID_STATE");
    assert_eq!(paused["details"]["from"], "PAUSED");
    assert_eq!(app.count("dose_events", "status <> 'DUE'", []).await, 0);
}
