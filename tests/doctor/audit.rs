use serde_json::{Value, json};
use time::Duration;

use super::{decided, list, patient_of};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

/// What a patient reads of looks at their data, newest first.
async fn looks(patient: &Person) -> Vec<(Value, Value)> {
    let trail = patient.client.get("/audit-logs?actionType=DATA_ACCESS").await.ok();
    let entries = trail.as_array().unwrap().iter();
    entries
        .map(|entry| (entry["actorId"].clone(), entry["details"].clone()))
        .collect()
}

#[tokio::test]
async fn every_patient_who_is_shown_finds_the_look_in_their_trail() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let (first, second) = (patient_of(&app, &doctor).await, patient_of(&app, &doctor).await);
    list(&doctor, "?limit=1&page=1").await;
    let shown = json!({ "data": "PATIENT_LIST", "outcome": "SHOWN" });
    let expected = vec![(json!(doctor.id), shown)];
    let (of_first, of_second) = (looks(&first).await, looks(&second).await);
    assert!(
        (of_first == expected && of_second.is_empty()) || (of_second == expected && of_first.is_empty()),
        "whoever is on the page, and nobody else: {of_first:?}, {of_second:?}"
    );
    list(&doctor, "").await;
    assert_eq!(looks(&first).await.len() + looks(&second).await.len(), 3);
}

#[tokio::test]
async fn a_patient_of_whom_nothing_is_shown_was_not_looked_at() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    for level in ["NOT_ALLOWED", "REQUEST"] {
        let patient = app.patient().await;
        app.connect(&doctor, &patient, "ACCEPTED", level, json!({})).await;
        let medicine = app.medication(&patient, false).await;
        decided(&app, &patient, medicine, MORNING - Duration::HOUR, "TAKEN_ON_TIME").await;
        let answer = list(&doctor, "").await;
        let listed = super::find(&answer, &patient);
        assert_eq!(
            (
                &listed["symptoms"],
                &listed["activePrescriptions"],
                &listed["adherencePercentage"],
                &listed["lastActivity"]
            ),
            (&json!(""), &json!(0), &json!(0), &Value::Null),
            "{level}"
        );
        let number = (level == "REQUEST").then_some(patient.account.phone.as_str());
        assert_eq!(listed["phoneNumber"], json!(number));
        doctor.client.get("/doctor/dashboard").await.ok();
        assert_eq!(looks(&patient).await, [], "{level}");
    }
}

#[tokio::test]
async fn a_look_at_the_details_is_recorded_and_so_is_a_refused_one() {
    let app = TestApp::start().await;
    let (doctor, stranger) = (app.doctor().await, app.doctor().await);
    let patient = patient_of(&app, &doctor).await;
    let path = format!("/doctor/patients/{}/details", patient.id);
    doctor.client.get(&path).await.ok();
    stranger.client.get(&path).await.refused(404, "NOT_FOUND");
    let shown = json!({ "data": "PATIENT_DETAILS", "outcome": "SHOWN" });
    let refused = json!({ "data": "PATIENT_DETAILS", "outcome": "REFUSED", "reason": "NOT_CONNECTED" });
    assert_eq!(
        looks(&patient).await,
        [(json!(stranger.id), refused), (json!(doctor.id), shown)]
    );
}

#[tokio::test]
async fn whoever_is_named_on_the_dashboard_finds_the_look_once() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let (named, counted) = (patient_of(&app, &doctor).await, patient_of(&app, &doctor).await);
    let medicine = app.medication(&named, false).await;
    for hours in 0..3 {
        decided(&app, &named, medicine, MORNING - Duration::hours(hours), "MISSED").await;
    }
    doctor.client.get("/doctor/dashboard").await.ok();
    let shown = json!({ "data": "DASHBOARD", "outcome": "SHOWN" });
    assert_eq!(looks(&named).await, [(json!(doctor.id), shown)]);
    assert_eq!(looks(&counted).await, []);
}

#[tokio::test]
async fn a_patient_who_opens_nothing_shows_a_name_and_is_found_by_nothing_else() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let patient = app.patient().await;
    app.connect(&doctor, &patient, "ACCEPTED", "NOT_ALLOWED", json!({}))
        .await;
    let shown = list(&doctor, "").await;
    let shown = super::find(&shown, &patient);
    for hidden in ["phoneNumber", "gender", "age"] {
        assert_eq!(shown[hidden], Value::Null, "{hidden}");
    }
    let number = &patient.account.phone[4..];
    assert_eq!(list(&doctor, &format!("?search={number}")).await["total"], 0);
    app.execute("UPDATE connections SET permission_level = 'REQUEST'", [])
        .await;
    let known = list(&doctor, &format!("?search={number}")).await;
    assert_eq!(super::find(&known, &patient)["phoneNumber"], patient.account.phone);
}
