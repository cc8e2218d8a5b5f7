use serde_json::{Value, json};
use time::macros::datetime;

use crate::support::TestApp;
use crate::support::people::Person;

async fn doses_seen(viewer: &Person, patient: &Person) -> Vec<String> {
    let day = viewer
        .client
        .get(&format!("/doses/schedule?patientId={}&date=2026-03-06", patient.id))
        .await
        .ok();
    let path = format!(
        "/doses/history?patientId={}&startDate=2026-03-06&endDate=2026-03-06",
        patient.id
    );
    let history = viewer.client.get(&path).await.ok();
    let ids = |list: &Value| -> Vec<String> {
        list.as_array()
            .unwrap()
            .iter()
            .map(|dose| dose["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let seen = ids(&day["doses"]);
    let mut in_history = ids(&history);
    in_history.reverse();
    assert_eq!(in_history, seen);
    seen
}

async fn refused(viewer: &Person, patient: &Person, status: u16, code: &str) {
    for path in ["schedule", "history"] {
        viewer
            .client
            .get(&format!("/doses/{path}?patientId={}", patient.id))
            .await
            .refused(status, code);
    }
}

#[tokio::test]
async fn without_an_accepted_connection_a_patient_does_not_exist() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (stranger, asked, revoked) = (app.doctor().await, app.doctor().await, app.family().await);
    app.connect(&asked, &patient, "PENDING", "ALLOWED", json!({})).await;
    app.connect(&revoked, &patient, "REVOKED", "ALLOWED", json!({})).await;
    for viewer in [&stranger, &asked, &revoked] {
        refused(viewer, &patient, 404, "NOT_FOUND").await;
    }
}

#[tokio::test]
async fn the_level_the_patient_chose_decides_what_is_seen() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await.id.to_string();
    let (doctor, daughter) = (app.doctor().await, app.family().await);
    let with_doctor = app
        .connect(&doctor, &patient, "ACCEPTED", "NOT_ALLOWED", json!({}))
        .await;
    let with_daughter = app
        .connect(&patient, &daughter, "ACCEPTED", "NOT_ALLOWED", json!({}))
        .await;
    refused(&doctor, &patient, 403, "FORBIDDEN").await;
    refused(&daughter, &patient, 403, "FORBIDDEN").await;

    let set = "UPDATE connections SET permission_level = $2::permission_level WHERE id = $1";
    for level in ["REQUEST", "SELECTED", "ALLOWED"] {
        app.execute(set, [with_daughter.into(), level.into()]).await;
        assert_eq!(
            doses_seen(&daughter, &patient).await,
            std::slice::from_ref(&dose),
            "{level}"
        );
    }
    app.execute(set, [with_doctor.into(), "REQUEST".into()]).await;
    refused(&doctor, &patient, 403, "ACCESS_APPROVAL_REQUIRED").await;
    app.execute(set, [with_doctor.into(), "SELECTED".into()]).await;
    assert!(doses_seen(&doctor, &patient).await.is_empty());
    app.execute(set, [with_doctor.into(), "ALLOWED".into()]).await;
    assert_eq!(doses_seen(&doctor, &patient).await, [dose]);
}

#[tokio::test]
async fn an_approval_opens_for_as_long_as_the_patient_gave_it() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let grant = json!({ "grant": { "expiresAt": "2026-03-06T09:10:00+07:00" } });
    app.connect(&doctor, &patient, "ACCEPTED", "REQUEST", grant).await;
    assert_eq!(doses_seen(&doctor, &patient).await, [dose.id.to_string()]);
    app.clock.set(datetime!(2026-03-06 09:10 +7));
    refused(&doctor, &patient, 403, "ACCESS_APPROVAL_REQUIRED").await;
}

#[tokio::test]
async fn a_selection_shows_what_was_selected_and_nothing_else() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let chosen = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let other = app.dose(&patient, datetime!(2026-03-06 12:00 +7)).await;
    let both = [chosen.id.to_string(), other.id.to_string()];
    let scopes = [
        (
            json!({ "prescriptionIds": [chosen.prescription] }),
            vec![both[0].clone()],
        ),
        (json!({ "from": "2026-03-06" }), both.to_vec()),
        (json!({ "from": "2026-03-01", "to": "2026-03-05" }), vec![]),
        (
            json!({ "prescriptionIds": [chosen.prescription], "from": "2026-03-07" }),
            vec![],
        ),
        (json!({}), vec![]),
    ];
    for (scope, expected) in scopes {
        let doctor = app.doctor().await;
        app.connect(&doctor, &patient, "ACCEPTED", "SELECTED", json!({ "scope": scope }))
            .await;
        assert_eq!(doses_seen(&doctor, &patient).await, expected, "{scope}");
    }
}

#[tokio::test]
async fn every_look_and_every_refused_look_is_in_the_patients_trail() {
    let app = TestApp::start().await;
    let (patient, doctor, stranger) = (app.patient().await, app.doctor().await, app.doctor().await);
    app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    doctor
        .client
        .get(&format!("/doses/schedule?patientId={}", patient.id))
        .await
        .ok();
    stranger
        .client
        .get(&format!("/doses/history?patientId={}", patient.id))
        .await
        .refused(404, "NOT_FOUND");
    patient.client.get("/doses/schedule").await.ok();
    let trail = patient.client.get("/audit-logs?actionType=DATA_ACCESS").await.ok();
    let looks: Vec<_> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["actorId"], &entry["details"]))
        .collect();
    let refused = json!({ "data": "DOSE_HISTORY", "outcome": "REFUSED", "reason": "NOT_CONNECTED" });
    let shown = json!({ "data": "DOSE_SCHEDULE", "outcome": "SHOWN" });
    let by = |person: &Person| json!(person.id);
    assert_eq!(looks, [(&by(&stranger), &refused), (&by(&doctor), &shown)]);
}

#[tokio::test]
async fn what_a_watcher_sees_is_never_what_was_cached_for_somebody_else() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    app.connect(&doctor, &patient, "ACCEPTED", "SELECTED", json!({})).await;
    patient.client.get("/doses/schedule").await.ok();
    assert!(doses_seen(&doctor, &patient).await.is_empty());
}
