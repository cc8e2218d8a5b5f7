use serde_json::{Value, json};

use super::arranging::*;
use crate::support::TestApp;

#[tokio::test]
async fn a_patient_writes_one_that_holds_at_once() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[aspirin()]).await;
    assert_eq!(
        (&own["status"], &own["doctorId"], &own["doctor"]),
        (&json!("ACTIVE"), &Value::Null, &Value::Null)
    );
    // Today's morning is over; the rest of the 30 days is not.
    let doses = doses(&app, &own).await;
    assert_eq!(doses.len(), 89);
    assert_eq!(doses[0], "2026-03-06 12:00 DUE");
    assert_eq!(doses[88], "2026-04-04 21:00 DUE");
    assert!(told(&app, &patient).await.is_empty());
}

#[tokio::test]
async fn the_form_with_a_title_is_read_as_well() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let body = json!({
        "title": "ថ្នាំផ្តាសាយ",
        "startDate": "2026-03-05T00:00:00.000",
        "doctorName": "វេជ្ជបណ្ឌិត ចាន់",
        "diagnosis": "ផ្តាសាយ",
        "notes": "ផឹកទឹកឱ្យច្រើន",
        "medicines": [{ "medicineNameKhmer": "ប៉ារ៉ាសេតាម៉ុល", "dosageAmount": 0.5, "night": true, "durationDays": 3 }],
    });
    let own = patient.client.post("/prescriptions/patient", &body).await.expect(201);
    for (field, expected) in [
        ("symptoms", json!("ថ្នាំផ្តាសាយ")),
        ("diagnosis", json!("ផ្តាសាយ")),
        ("notes", json!("ផឹកទឹកឱ្យច្រើន")),
        ("startDate", json!("2026-03-05")),
        ("endDate", json!("2026-03-07")),
        ("doctorId", Value::Null),
    ] {
        assert_eq!(own[field], expected, "{field}");
    }
    assert_eq!(
        (&own["doctor"]["id"], &own["doctor"]["fullName"]),
        (&Value::Null, &json!("វេជ្ជបណ្ឌិត ចាន់"))
    );
    let row = &own["medications"][0];
    assert_eq!(
        (&row["medicineName"], &row["nightDosage"]["amount"]),
        (&json!("ប៉ារ៉ាសេតាម៉ុល"), &json!("0.5"))
    );
    assert_eq!(
        doses(&app, &own).await,
        ["2026-03-06 21:00 DUE", "2026-03-07 21:00 DUE"]
    );

    let mut wrong = body.clone();
    wrong["startDate"] = json!("2026-02-26");
    wrong["medicines"][0]["medicineType"] = json!("PILL");
    let fields = patient
        .client
        .post("/prescriptions/patient", &wrong)
        .await
        .invalid_fields();
    let names: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["medicines[0].medicineType", "startDate"]);
}

#[tokio::test]
async fn a_draft_of_ones_own_is_confirmed_or_deleted() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let body = json!({ "symptoms": "x", "medications": [aspirin()], "draft": true });
    let draft = async || patient.client.post("/prescriptions/patient", &body).await.expect(201);
    let (kept, thrown_away) = (draft().await, draft().await);
    assert_eq!(kept["status"], "DRAFT");
    patient
        .client
        .post(&path(&kept, "retake"), &json!({ "reason": "x" }))
        .await
        .refused(403, "FORBIDDEN");
    let active = act(&patient, &kept, "confirm").await;
    assert_eq!(active["status"], "ACTIVE");
    let gone = patient.client.delete(&path(&thrown_away, "")).await.ok();
    assert!(gone["message"].is_string());
    patient
        .client
        .get(&path(&thrown_away, ""))
        .await
        .refused(404, "NOT_FOUND");
    let refused = patient
        .client
        .delete(&path(&kept, ""))
        .await
        .refused(409, "INVALID_STATE");
    assert_eq!(refused["details"]["from"], "ACTIVE");
    assert_eq!(refused["details"]["allowed"], json!(["DRAFT"]));
    let entries = "resource_id = $1 AND details ->> 'change' = 'DELETED'";
    assert_eq!(app.count("audit_logs", entries, [uuid(&thrown_away).into()]).await, 1);

    let (doctor, patient) = couple(&app).await;
    let theirs = prescribed(&doctor, &patient, &[aspirin()]).await;
    patient
        .client
        .delete(&path(&theirs, ""))
        .await
        .refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn over_quota_a_patients_own_is_refused_with_the_figures() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.execute(
        "UPDATE subscriptions SET storage_used = storage_quota + 1 WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    let body = json!({ "symptoms": "x", "medications": [aspirin()] });
    let refused = patient
        .client
        .post("/prescriptions/patient", &body)
        .await
        .refused(403, "QUOTA_EXCEEDED");
    assert_eq!(refused["details"]["used"], 5_368_709_121_i64);
    assert_eq!(refused["details"]["quota"], 5_368_709_120_i64);
    assert_eq!(app.count("prescriptions", "true", []).await, 0);
}

#[tokio::test]
async fn nobody_but_patients_has_one_of_their_own() {
    let app = TestApp::start().await;
    let body = json!({ "symptoms": "x", "medications": [aspirin()] });
    for person in [app.doctor().await, app.family().await] {
        person
            .client
            .post("/prescriptions/patient", &body)
            .await
            .refused(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_body_names_nobody_elses_prescription() {
    let app = TestApp::start().await;
    let (patient, victim) = (app.patient().await, app.patient().await);
    let body = json!({
        "symptoms": "x", "medications": [aspirin()], "patientId": victim.id, "doctorId": victim.id, "status": "INACTIVE",
    });
    let own = patient.client.post("/prescriptions/patient", &body).await.expect(201);
    assert_eq!(
        (&own["patientId"], &own["doctorId"]),
        (&json!(patient.id), &Value::Null)
    );
    assert_eq!(own["status"], "ACTIVE");
}

#[tokio::test]
async fn a_medicine_of_ones_own_stands_beside_a_doctors_grid_and_is_marked() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let prescription = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let client = patient.client.with_header("idempotency-key", "once");
    let added = client
        .post(&path(&prescription, "medicines"), &at_night("Zinc", "1"))
        .await;
    let zinc = added.expect(201);
    assert_eq!((&zinc["rowNumber"], &zinc["addedByPatient"]), (&json!(2), &json!(true)));
    let again = client
        .post(&path(&prescription, "medicines"), &at_night("Zinc", "1"))
        .await;
    assert_eq!(again.expect(201), zinc);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let now = shown(&patient, &prescription).await;
    assert_eq!(
        (&now["currentVersion"], now["medications"].as_array().unwrap().len()),
        (&json!(2), 2)
    );
    assert_eq!(doses(&app, &prescription).await.len(), 60);
    assert_eq!(
        told(&app, &doctor).await,
        ["PRESCRIPTION_UPDATE CONFIRMED", "PRESCRIPTION_UPDATE MEDICINE_ADDED"]
    );
    let invalid = client
        .with_header("x", "y")
        .post(&path(&prescription, "medicines"), &json!({}))
        .await;
    assert_eq!(invalid.status, 400);
    let urgent = json!({ "medications": [at_night("Aspirin", "0.5")], "isUrgent": true, "urgentReason": "x" });
    let changed = doctor.client.patch(&path(&prescription, ""), &urgent).await.ok();
    assert_eq!(changed["medications"][1]["id"], zinc["id"]);
}

#[tokio::test]
async fn numbers_and_names_are_read_as_clients_write_them() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let row = json!({
        "medicineName": "Zinc", "night": true, "dosageAmount": 1.0, "durationDays": 7.0, "duration": 3,
        "firstDay": "2026-03-07", "startDate": "2026-03-08", "isPRN": false, "isPrn": true,
    });
    let own = own(&patient, &[row]).await;
    let medicine = &own["medications"][0];
    assert_eq!((&medicine["duration"], &medicine["isPRN"]), (&json!(7), &json!(false)));
    assert_eq!(own["startDate"], "2026-03-07");
    let grace = json!({ "gracePeriodMinutes": 20.0 });
    patient.client.patch("/users/me/grace-period", &grace).await.ok();
    let halves = json!({ "gracePeriodMinutes": 20.5 });
    assert_eq!(
        patient.client.patch("/users/me/grace-period", &halves).await.status,
        400
    );
    let mut row = at_night("Zinc", "1");
    row["firstDay"] = json!("+2026-03-07");
    let body = json!({ "title": "x", "medicines": [row] });
    let fields = patient
        .client
        .post("/prescriptions/patient", &body)
        .await
        .invalid_fields();
    assert_eq!(fields, [("medicines[0].firstDay".to_owned(), "INVALID".to_owned())]);
}
