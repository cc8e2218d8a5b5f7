use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{decided, patient_of, rename};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

async fn dashboard(doctor: &Person) -> Value {
    doctor.client.get("/doctor/dashboard").await.ok()
}

/// Doses of one medicine with these outcomes, an hour apart, the last one at `last`.
async fn history(app: &TestApp, patient: &Person, last: OffsetDateTime, outcomes: &[&str]) {
    let medicine = app.medication(patient, false).await;
    for (hours, status) in (0..).zip(outcomes.iter().rev()) {
        decided(app, patient, medicine, last - Duration::hours(hours), status).await;
    }
}

const TAKEN: &str = "TAKEN_ON_TIME";
const MISSED: &str = "MISSED";

#[tokio::test]
async fn a_doctor_without_patients_has_an_empty_dashboard() {
    let app = TestApp::start().await;
    let empty = json!({
        "totalPatients": 0, "patientsNeedingAttention": 0, "pendingRequests": 0, "todayAlerts": [], "recentActivity": [],
    });
    assert_eq!(dashboard(&app.doctor().await).await, empty);
}

#[tokio::test]
async fn patients_below_70_percent_need_attention_and_those_without_figures_do_not() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let outcomes = |taken: usize| -> Vec<_> { (0..10).map(|n| if n < taken { MISSED } else { TAKEN }).collect() };
    for missed in [3, 4, 10] {
        let patient = patient_of(&app, &doctor).await;
        history(&app, &patient, MORNING - Duration::days(5), &outcomes(missed)).await;
    }
    patient_of(&app, &doctor).await;
    let closed = app.patient().await;
    app.connect(&doctor, &closed, "ACCEPTED", "NOT_ALLOWED", json!({}))
        .await;
    history(&app, &closed, MORNING, &[MISSED, MISSED, MISSED]).await;
    app.connect(&app.patient().await, &doctor, "PENDING", "ALLOWED", json!({}))
        .await;
    app.connect(&doctor, &app.patient().await, "PENDING", "ALLOWED", json!({}))
        .await;
    let shown = dashboard(&doctor).await;
    assert_eq!(
        (
            &shown["totalPatients"],
            &shown["patientsNeedingAttention"],
            &shown["pendingRequests"]
        ),
        (&json!(5), &json!(2), &json!(1))
    );
    assert_eq!(shown["todayAlerts"], json!([]), "what is closed warns nobody");
}

#[tokio::test]
async fn two_misses_in_a_row_warn_three_are_critical_and_an_intake_ends_both() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let (warned, critical, recovered, skipped, once) = (
        patient_of(&app, &doctor).await,
        patient_of(&app, &doctor).await,
        patient_of(&app, &doctor).await,
        patient_of(&app, &doctor).await,
        patient_of(&app, &doctor).await,
    );
    rename(&app, &critical, "កែវ សុភា").await;
    history(&app, &warned, MORNING, &[MISSED, TAKEN, MISSED, MISSED]).await;
    history(
        &app,
        &critical,
        MORNING,
        &[TAKEN, MISSED, MISSED, MISSED, MISSED, "DUE"],
    )
    .await;
    history(&app, &recovered, MORNING, &[MISSED, MISSED, MISSED, "TAKEN_LATE"]).await;
    history(&app, &skipped, MORNING, &[MISSED, MISSED, "SKIPPED", MISSED]).await;
    history(&app, &once, MORNING, &[MISSED]).await;
    let alerts = dashboard(&doctor).await["todayAlerts"].clone();
    assert_eq!(
        alerts,
        json!([
            {
                "type": "CRITICAL", "patientId": critical.id, "patientName": "កែវ សុភា", "consecutiveMissed": 4,
                "lastMissedAt": "2026-03-06T08:00:00.000+07:00",
            },
            {
                "type": "WARNING", "patientId": warned.id, "patientName": "សុខ សំណាង", "consecutiveMissed": 2,
                "lastMissedAt": "2026-03-06T09:00:00.000+07:00",
            },
        ])
    );
}

#[tokio::test]
async fn an_alert_outlives_midnight_and_ends_when_the_dose_can_be_taken_no_more() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let patient = patient_of(&app, &doctor).await;
    history(&app, &patient, datetime!(2026-03-06 21:00 +7), &[MISSED, MISSED]).await;
    let alerts = async |now| {
        app.clock.set(now);
        let doctor = app.sign_in(&doctor.account).await;
        dashboard(&doctor).await["todayAlerts"].as_array().unwrap().len()
    };
    assert_eq!(alerts(datetime!(2026-03-06 22:00 +7)).await, 1);
    assert_eq!(alerts(datetime!(2026-03-07 00:00 +7)).await, 1);
    assert_eq!(alerts(datetime!(2026-03-07 21:00 +7)).await, 1);
    assert_eq!(alerts(datetime!(2026-03-07 21:00:00.001 +7)).await, 0);
}

#[tokio::test]
async fn the_latest_outcomes_of_all_patients_are_shown_as_far_as_they_are_open() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let (first, second, closed) = (
        patient_of(&app, &doctor).await,
        patient_of(&app, &doctor).await,
        app.patient().await,
    );
    app.connect(&doctor, &closed, "ACCEPTED", "REQUEST", json!({})).await;
    history(&app, &closed, MORNING, &[TAKEN]).await;
    history(&app, &first, MORNING, &[TAKEN, "SKIPPED", MISSED]).await;
    history(&app, &second, MORNING - Duration::minutes(30), &[TAKEN; 12]).await;
    let activity = dashboard(&doctor).await["recentActivity"].clone();
    let activity = activity.as_array().unwrap();
    let kinds: Vec<_> = activity.iter().map(|one| one["type"].as_str().unwrap()).collect();
    let (taken, skipped, missed) = ("DOSE_TAKEN", "DOSE_SKIPPED", "DOSE_MISSED");
    assert_eq!(
        kinds,
        [missed, taken, skipped, taken, taken, taken, taken, taken, taken, taken]
    );
    let latest = &activity[0];
    assert_eq!(latest["patientId"], json!(first.id));
    assert_eq!(latest["medicineName"], "Paracetamol");
    assert_eq!(latest["scheduledTime"], "2026-03-06T09:00:00.000+07:00");
    assert_eq!(
        latest["occurredAt"], "2026-03-06T09:30:00.000+07:00",
        "when its grace was over"
    );
    let times: Vec<_> = activity
        .iter()
        .map(|one| one["scheduledTime"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
}
