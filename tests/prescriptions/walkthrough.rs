//! A doctor prescribes, from the request to connect to the history of what was prescribed: the walk of ARCHITECTURE.md.

use serde_json::{Value, json};
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;
use crate::support::people::Person;

#[tokio::test]
async fn a_doctor_prescribes() {
    let app = TestApp::start().await;
    let (doctor, patient) = (app.doctor().await, app.patient().await);
    let body = prescription_for(&patient, &[aspirin()]);

    agree(&doctor, &patient, &body).await;

    // The doctor writes a draft, which asks for nothing yet.
    let draft = doctor.client.post("/prescriptions", &body).await.expect(201);
    assert_eq!(draft["status"], "DRAFT");
    let day = async |patient: &Person, day: &str| -> Vec<Value> {
        let schedule = patient.client.get(&format!("/doses/schedule?date={day}")).await.ok();
        schedule["doses"].as_array().unwrap().clone()
    };
    assert!(day(&patient, "2026-03-06").await.is_empty());

    // The patient confirms it, and the schedule is there.
    assert_eq!(act(&patient, &draft, "confirm").await["status"], "ACTIVE");
    let today = day(&patient, "2026-03-06").await;
    let clocks: Vec<_> = today
        .iter()
        .map(|dose| dose["reminderClock"].as_str().unwrap())
        .collect();
    assert_eq!(clocks, ["12:00", "21:00"]);
    app.clock.set(datetime!(2026-03-06 09:10 +7));
    let noon = today[0]["id"].as_str().unwrap();
    patient
        .client
        .patch(&format!("/doses/{noon}/taken"), &json!({}))
        .await
        .ok();

    // The doctor changes it urgently: at once, with a reason, and only what is still to come.
    let change = json!({ "medications": [at_night("Aspirin", "0.5")], "isUrgent": true, "urgentReason": "ហូរឈាមច្រមុះ" });
    let changed = doctor.client.patch(&path(&draft, ""), &change).await.ok();
    assert_eq!(
        (&changed["status"], &changed["currentVersion"]),
        (&json!("ACTIVE"), &json!(2))
    );
    let today = day(&patient, "2026-03-06").await;
    let taken: Vec<_> = today.iter().map(|dose| (&dose["dosage"], &dose["status"])).collect();
    assert_eq!(
        taken,
        [
            (&json!("1 គ្រាប់"), &json!("TAKEN_ON_TIME")),
            (&json!("0.5"), &json!("DUE"))
        ]
    );
    assert_eq!(day(&patient, "2026-03-07").await.len(), 1);

    // Everybody can tell what happened.
    let versions = patient.client.get(&path(&draft, "versions")).await.ok();
    let history: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            (
                &version["versionNumber"],
                &version["isUrgent"],
                version["medications"][0]["nightDosage"]["amount"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        history,
        [
            (&json!(2), &json!(true), Some("0.5")),
            (&json!(1), &json!(false), Some("1 គ្រាប់"))
        ]
    );
    assert_eq!(
        told(&app, &patient).await[1..],
        [
            "PRESCRIPTION_UPDATE PRESCRIBED",
            "URGENT_PRESCRIPTION_CHANGE CHANGED_URGENTLY"
        ]
    );
    let trail = patient.client.get("/audit-logs").await.ok();
    let actions: Vec<_> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["actionType"].as_str().unwrap())
        .filter(|action| action.starts_with("PRESCRIPTION") || action.starts_with("DOSE"))
        .collect();
    assert_eq!(
        actions,
        [
            "PRESCRIPTION_UPDATE",
            "DOSE_TAKEN",
            "PRESCRIPTION_CONFIRM",
            "PRESCRIPTION_CREATE"
        ]
    );
}

/// The doctor asks, the patient accepts, and opens everything.
async fn agree(doctor: &Person, patient: &Person, body: &Value) {
    // Until the patient agreed, there is no such patient for the doctor; below ALLOWED there is nothing to prescribe.
    doctor
        .client
        .post("/prescriptions", body)
        .await
        .refused(404, "NOT_FOUND");
    let asked = json!({ "userId": patient.id, "message": "សួស្តី" });
    let connection = doctor.client.post("/connections", &asked).await.expect(201);
    doctor
        .client
        .post("/prescriptions", body)
        .await
        .refused(404, "NOT_FOUND");
    let route = |step: &str| format!("/connections/{}/{step}", id(&connection));
    let level = json!({ "permissionLevel": "REQUEST" });
    patient.client.patch(&route("accept"), &level).await.ok();
    doctor
        .client
        .post("/prescriptions", body)
        .await
        .refused(403, "FORBIDDEN");
    let level = json!({ "permissionLevel": "ALLOWED" });
    patient.client.patch(&route("permission"), &level).await.ok();
}
