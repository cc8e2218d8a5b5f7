//! Who reads which audit entries (rules §10).

use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

async fn entries(person: &Person, query: &str) -> Vec<Value> {
    person
        .client
        .get(&format!("/audit-logs{query}"))
        .await
        .ok()
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn patients_read_what_concerns_them_and_others_what_they_did() {
    let app = TestApp::start().await;
    let (patient, other) = (app.patient().await, app.patient().await);
    let doctor = app.doctor().await;
    app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    doctor
        .client
        .get(&format!("/doses/schedule?patientId={}", patient.id))
        .await
        .ok();
    let dose = app.dose(&patient, MORNING).await;
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();

    let actions = |list: Vec<Value>| list.iter().map(|entry| entry["actionType"].clone()).collect::<Vec<_>>();
    assert_eq!(
        actions(entries(&patient, "").await),
        [json!("DOSE_TAKEN"), json!("DATA_ACCESS")]
    );
    assert_eq!(actions(entries(&doctor, "").await), [json!("DATA_ACCESS")]);
    assert!(entries(&other, "").await.is_empty());
}

#[tokio::test]
async fn an_entry_tells_who_did_what_when_and_from_where() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    patient
        .client
        .patch(&format!("/doses/{}/skipped", dose.id), &json!({ "reason": "ឈឺពោះ" }))
        .await
        .ok();
    let entry = entries(&patient, "").await.remove(0);
    assert_eq!(entry["actorId"], json!(patient.id));
    assert_eq!(entry["actorName"], "សុខ សំណាង");
    assert_eq!(entry["actorRole"], "PATIENT");
    assert_eq!(
        (&entry["resourceType"], &entry["resourceId"]),
        (&json!("DoseEvent"), &json!(dose.id))
    );
    assert_eq!(entry["ipAddress"], "127.0.0.1");
    assert_eq!(entry["createdAt"], "2026-03-06T09:00:00.000+07:00");
    assert!(!entry.to_string().contains("ឈឺពោះ"));
}

#[tokio::test]
async fn entries_are_filtered_and_paged_newest_first() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    for _ in 0..3 {
        doctor
            .client
            .get(&format!("/doses/schedule?patientId={}", patient.id))
            .await
            .ok();
    }
    app.clock.advance(Duration::days(1));
    let patient = app.sign_in(&patient.account).await;
    let dose = app.dose(&patient, MORNING + Duration::days(1)).await;
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();

    let count = |query: &'static str| async { entries(&patient, query).await.len() };
    assert_eq!(count("?startDate=2026-03-07").await, 1);
    assert_eq!(count("?endDate=2026-03-06").await, 3);
    assert_eq!(count("?startDate=2026-03-06&endDate=2026-03-07").await, 4);
    assert_eq!(count("?actionType=DOSE_TAKEN").await, 1);
    assert_eq!(count("?resourceType=User").await, 3);
    assert_eq!(entries(&patient, &format!("?actorId={}", doctor.id)).await.len(), 3);

    let whole = entries(&patient, "").await;
    let first = patient.client.get("/audit-logs?limit=3").await;
    let link = first.header("link");
    let path = &link[link.find("/audit-logs").unwrap()..link.find('>').unwrap()];
    let second = patient.client.get(path).await.ok();
    let paged: Vec<_> = [
        first.ok().as_array().unwrap().clone(),
        second.as_array().unwrap().clone(),
    ]
    .concat();
    assert_eq!(paged, whole);
}

#[tokio::test]
async fn nonsense_in_the_filters_is_named() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let path = "/audit-logs?startDate=x&endDate=y&actionType=EATING&actorId=me";
    let fields: Vec<_> = patient
        .client
        .get(path)
        .await
        .invalid_fields()
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["startDate", "endDate", "actionType", "actorId"]);
}
