use serde_json::{Value, json};

use crate::prescriptions::arranging::{aspirin, at_night, confirmed, couple, id, own, path, prescribed};
use crate::support::TestApp;
use crate::support::people::Person;

async fn ids(doctor: &Person, query: &str) -> Vec<String> {
    let written = doctor.client.get(&format!("/doctor/prescriptions{query}")).await.ok();
    written.as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_doctor_sees_what_they_wrote_newest_first_with_the_number_of_versions() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let colleague = app.doctor().await;
    app.connect(&colleague, &patient, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    let first = confirmed(&doctor, &patient, &[aspirin()]).await;
    prescribed(&colleague, &patient, &[aspirin()]).await;
    own(&patient, &[aspirin()]).await;
    app.clock.advance(time::Duration::SECOND);
    let second = prescribed(&doctor, &patient, &[at_night("Zinc", "1")]).await;
    let change = json!({ "medications": [at_night("Zinc", "2")], "changeReason": "x" });
    doctor.client.patch(&path(&first, ""), &change).await.ok();

    assert_eq!(ids(&doctor, "").await, [id(&second), id(&first)]);
    let written = doctor.client.get("/doctor/prescriptions").await.ok();
    assert_eq!(
        (&written[0]["versionCount"], &written[1]["versionCount"]),
        (&json!(1), &json!(2))
    );
    let shown = doctor.client.get(&path(&first, "")).await.ok();
    let mut listed = written[1].clone();
    listed.as_object_mut().unwrap().remove("versionCount");
    assert_eq!(listed, shown);

    let page = doctor.client.get("/doctor/prescriptions?limit=1").await;
    assert_eq!(page.ok().as_array().unwrap().len(), 1);
    let next = page.header("link");
    let next = next.split(['<', '>']).nth(1).unwrap().strip_prefix("/api/v1").unwrap();
    assert_eq!(id(&doctor.client.get(next).await.ok()[0]), id(&first));
    // A cursor of one list leads nowhere in another.
    let cursor = next.rsplit_once("cursor=").unwrap().1;
    let elsewhere = doctor.client.get(&format!("/prescriptions?cursor={cursor}")).await;
    assert_eq!(
        elsewhere.invalid_fields(),
        [("cursor".to_owned(), "INVALID".to_owned())]
    );
}

#[tokio::test]
async fn what_was_written_is_seen_as_long_as_the_patient_opens_it() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let written = confirmed(&doctor, &patient, &[aspirin()]).await;
    let (_, other) = couple(&app).await;
    let of_patient = format!("?patientId={}", patient.id);
    assert_eq!(ids(&doctor, &of_patient).await, [id(&written)]);
    let of_other = format!("/doctor/prescriptions?patientId={}", other.id);
    doctor.client.get(&of_other).await.refused(404, "NOT_FOUND");

    app.execute("UPDATE connections SET permission_level = 'NOT_ALLOWED'", [])
        .await;
    let refused = doctor.client.get(&format!("/doctor/prescriptions{of_patient}")).await;
    refused.refused(403, "FORBIDDEN");
    assert!(ids(&doctor, "").await.is_empty());
    for person in [&patient, &app.family().await] {
        person
            .client
            .get("/doctor/prescriptions")
            .await
            .refused(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_look_at_what_was_written_is_in_each_patients_trail() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    confirmed(&doctor, &patient, &[aspirin()]).await;
    confirmed(&doctor, &patient, &[aspirin()]).await;
    ids(&doctor, "").await;
    let trail = patient.client.get("/audit-logs?actionType=DATA_ACCESS").await.ok();
    let looks: Vec<&Value> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["details"])
        .collect();
    assert_eq!(looks, [&json!({ "data": "PRESCRIPTIONS", "outcome": "SHOWN" })]);
}

#[tokio::test]
async fn the_details_of_a_patient_have_their_prescriptions() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let written = confirmed(&doctor, &patient, &[aspirin()]).await;
    let colleague = app.doctor().await;
    app.connect(&colleague, &patient, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    prescribed(&colleague, &patient, &[aspirin()]).await;
    let details = doctor
        .client
        .get(&format!("/doctor/patients/{}/details", patient.id))
        .await
        .ok();
    let shown = details["prescriptions"].as_array().unwrap();
    assert_eq!(
        shown.iter().map(id).collect::<Vec<_>>(),
        [id(&written)],
        "a draft is its writer's"
    );
    assert_eq!(shown[0], doctor.client.get(&path(&written, "")).await.ok());
}
