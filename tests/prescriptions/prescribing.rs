use serde_json::{Value, json};
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;

#[tokio::test]
async fn a_doctor_writes_a_draft_and_the_patient_is_told() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    for (field, expected) in [
        ("status", json!("DRAFT")),
        ("patientId", json!(patient.id)),
        ("doctorId", json!(doctor.id)),
        ("patientName", json!("សុខ សំណាង")),
        ("patientGender", json!("MALE")),
        ("patientAge", json!(61)),
        ("symptoms", json!("ឈឺក្បាល")),
        ("currentVersion", json!(1)),
        ("isUrgent", json!(false)),
        ("urgentReason", Value::Null),
        ("diagnosis", Value::Null),
        ("startDate", json!("2026-03-06")),
        ("endDate", Value::Null),
        ("proposedVersion", Value::Null),
        ("revisionRequested", json!(false)),
        ("patient", json!({ "firstName": "សុខ", "lastName": "សំណាង" })),
    ] {
        assert_eq!(draft[field], expected, "{field}");
    }
    assert_eq!(draft["doctor"]["fullName"], "សុខ សំណាង");
    let row = &draft["medications"][0];
    for (field, expected) in [
        ("rowNumber", json!(1)),
        ("prescriptionId", draft["id"].clone()),
        ("medicineName", json!("Aspirin")),
        ("medicineNameKhmer", json!("អាស្ពីរីន")),
        ("frequency", json!("3ដង/១ថ្ងៃ")),
        ("timing", json!("មុនអាហារ")),
        ("nightDosage", json!({ "amount": "1 គ្រាប់", "beforeMeal": true })),
        ("isPRN", json!(false)),
        ("beforeMeal", json!(true)),
        ("duration", Value::Null),
        ("dosageAmount", json!(1)),
    ] {
        assert_eq!(row[field], expected, "{field}");
    }
    assert_eq!(told(&app, &patient).await, ["PRESCRIPTION_UPDATE PRESCRIBED"]);
    assert!(doses(&app, &draft).await.is_empty());
    let entry = "action_type = 'PRESCRIPTION_CREATE' AND resource_id = $1 AND actor_id = $2 AND patient_id = $3";
    let values = [uuid(&draft).into(), doctor.id.into(), patient.id.into()];
    assert_eq!(app.count("audit_logs", entry, values).await, 1);
}

#[tokio::test]
async fn an_urgent_prescription_holds_at_once_and_needs_a_reason() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let mut body = prescription_for(&patient, &[at_night("Insulin", "4")]);
    body["isUrgent"] = json!(true);
    let fields = doctor.client.post("/prescriptions", &body).await.invalid_fields();
    assert_eq!(fields, [("urgentReason".to_owned(), "REQUIRED".to_owned())]);
    assert_eq!(app.count("prescriptions", "true", []).await, 0);

    body["urgentReason"] = json!("ជាតិស្ករឡើងខ្ពស់");
    let urgent = doctor.client.post("/prescriptions", &body).await.expect(201);
    assert_eq!(
        (&urgent["status"], &urgent["isUrgent"]),
        (&json!("ACTIVE"), &json!(true))
    );
    assert_eq!(doses(&app, &urgent).await.len(), 30);
    assert_eq!(
        told(&app, &patient).await,
        ["URGENT_PRESCRIPTION_CHANGE PRESCRIBED_URGENTLY"]
    );
    let details = "details ->> 'reason' = 'ជាតិស្ករឡើងខ្ពស់' AND details ->> 'doctorId' = $1 AND details ->> 'version' = '1'";
    assert_eq!(
        app.count("audit_logs", details, [doctor.id.to_string().into()]).await,
        1
    );
}

#[tokio::test]
async fn only_a_verified_doctor_whom_the_patient_allowed_everything_prescribes() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let body = prescription_for(&patient, &[aspirin()]);
    let (stranger, family) = (app.doctor().await, app.family().await);
    stranger
        .client
        .post("/prescriptions", &body)
        .await
        .refused(404, "NOT_FOUND");
    for person in [&patient, &family] {
        person
            .client
            .post("/prescriptions", &body)
            .await
            .refused(403, "FORBIDDEN");
    }
    for (level, status) in [
        ("NOT_ALLOWED", "ACCEPTED"),
        ("REQUEST", "ACCEPTED"),
        ("SELECTED", "ACCEPTED"),
        ("ALLOWED", "PENDING"),
        ("ALLOWED", "REVOKED"),
    ] {
        let doctor = app.doctor().await;
        app.connect(&doctor, &patient, status, level, json!({})).await;
        let answer = doctor.client.post("/prescriptions", &body).await;
        let (expected, code) = if status == "ACCEPTED" {
            (403, "FORBIDDEN")
        } else {
            (404, "NOT_FOUND")
        };
        answer.refused(expected, code);
    }
    let (doctor, _) = couple(&app).await;
    app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    app.execute(
        "UPDATE users SET account_status = 'REJECTED' WHERE id = $1",
        [doctor.id.into()],
    )
    .await;
    assert_eq!(doctor.client.post("/prescriptions", &body).await.status, 403);
    assert_eq!(app.count("prescriptions", "true", []).await, 0);
    assert_eq!(
        app.count("audit_logs", "details ->> 'outcome' = 'REFUSED'", []).await,
        6
    );
}

#[tokio::test]
async fn every_invalid_field_of_the_grid_is_told_at_once_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let mut wrong = at_night("Zinc", " ");
    wrong["unit"] = json!("SPOON");
    wrong["lastDay"] = json!("2026-03-05");
    let mut late = at_night("Iron", "1");
    late["firstDay"] = json!("2026-02-26");
    let body = json!({
        "patientId": patient.id,
        "patientAge": 151,
        "patientGender": "X",
        "followUpDate": "soon",
        "isUrgent": true,
        "medications": [aspirin(), { "medicineName": "", "medicineNameKhmer": "" }, wrong, late],
    });
    let fields = doctor.client.post("/prescriptions", &body).await.invalid_fields();
    let names: Vec<_> = fields.iter().map(|(field, code)| format!("{field} {code}")).collect();
    let mut expected = [
        "patientAge OUT_OF_RANGE",
        "patientGender INVALID",
        "followUpDate INVALID",
        "urgentReason REQUIRED",
        "symptoms REQUIRED",
        "medications[1].medicineName REQUIRED",
        "medications[1].morningDosage REQUIRED",
        "medications[2].nightDosage.amount REQUIRED",
        "medications[2].unit INVALID",
        "medications[2].lastDay OUT_OF_RANGE",
        "medications[3].firstDay OUT_OF_RANGE",
    ];
    let mut found: Vec<&str> = names.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(app.count("prescriptions", "true", []).await, 0);
    let none = doctor
        .client
        .post("/prescriptions", &prescription_for(&patient, &[]))
        .await;
    assert_eq!(
        none.invalid_fields(),
        [("medications".to_owned(), "REQUIRED".to_owned())]
    );
}

#[tokio::test]
async fn the_apps_form_becomes_a_grid() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let row = json!({
        "medicineName": "Amoxicillin",
        "medicineNameKhmer": "",
        "medicineType": "ORAL",
        "unit": "CAPSULE",
        "dosageAmount": 2,
        "frequency": "",
        "durationDays": 7,
        "morning": true,
        "daytime": false,
        "night": true,
        "beforeMeal": false,
        "isPRN": false,
        "description": "ថ្នាំផ្សះ",
        "additionalNote": "",
        "imageUrl": null,
        "scheduleTimes": [{ "timePeriod": "morning", "time": "06:15" }, { "timePeriod": "evening", "time": "20:45" }],
    });
    let draft = prescribed(&doctor, &patient, &[row]).await;
    let shown = &draft["medications"][0];
    for (field, expected) in [
        ("medicineNameKhmer", json!("Amoxicillin")),
        ("medicineType", json!("ORAL")),
        ("unit", json!("CAPSULE")),
        ("dosageAmount", json!(2)),
        ("frequency", json!("2ដង/១ថ្ងៃ")),
        ("timing", json!("បន្ទាប់ពីអាហារ")),
        ("morningDosage", json!({ "amount": "2", "beforeMeal": false })),
        ("daytimeDosage", Value::Null),
        ("duration", json!(7)),
        ("description", json!("ថ្នាំផ្សះ")),
        ("additionalNote", Value::Null),
    ] {
        assert_eq!(shown[field], expected, "{field}");
    }
    assert_eq!(draft["endDate"], "2026-03-12");
    act(&patient, &draft, "confirm").await;
    let doses = doses(&app, &draft).await;
    assert_eq!(doses.len(), 13);
    assert_eq!(&doses[..2], ["2026-03-06 20:45 DUE", "2026-03-07 06:15 DUE"]);
    assert_eq!(doses[12], "2026-03-12 20:45 DUE");
}

#[tokio::test]
async fn fields_that_are_not_the_writers_to_set_change_nothing() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let other = app.doctor().await;
    let mut body = prescription_for(&patient, &[aspirin()]);
    for (field, value) in [
        ("status", json!("ACTIVE")),
        ("doctorId", json!(other.id)),
        ("id", json!("0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60")),
        ("currentVersion", json!(9)),
        ("proposedVersion", json!(9)),
        ("createdAt", json!("2020-01-01T00:00:00+07:00")),
        ("urgentReason", json!("not urgent at all")),
    ] {
        body[field] = value;
    }
    body["medications"][0]["addedByPatient"] = json!(true);
    let draft = doctor.client.post("/prescriptions", &body).await.expect(201);
    assert_eq!(
        (&draft["status"], &draft["doctorId"]),
        (&json!("DRAFT"), &json!(doctor.id))
    );
    assert_eq!(
        (&draft["currentVersion"], &draft["proposedVersion"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(
        (&draft["isUrgent"], &draft["urgentReason"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(draft["medications"][0]["addedByPatient"], false);
    assert_ne!(draft["id"], body["id"]);
    assert!(draft["createdAt"].as_str().unwrap().starts_with("2026-03-06"));
}

#[tokio::test]
async fn the_same_request_twice_makes_one_prescription() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let body = prescription_for(&patient, &[aspirin()]);
    let client = doctor.client.with_header("idempotency-key", "once");
    let first = client.post("/prescriptions", &body).await;
    let again = client.post("/prescriptions", &body).await;
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(app.count("prescriptions", "true", []).await, 1);
    let other = prescription_for(&patient, &[at_night("Zinc", "1")]);
    client
        .post("/prescriptions", &other)
        .await
        .refused(422, "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn a_patient_whose_storage_is_used_up_still_gets_what_a_doctor_prescribes() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    app.execute(
        "UPDATE subscriptions SET storage_used = storage_quota WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    let draft = confirmed(&doctor, &patient, &[aspirin()]).await;
    let urgent = json!({ "medications": [at_night("Zinc", "1")], "isUrgent": true, "urgentReason": "x" });
    doctor.client.patch(&path(&draft, ""), &urgent).await.ok();
}

#[tokio::test]
async fn a_request_that_is_sent_again_after_midnight_is_still_the_same() {
    let app = TestApp::start().await;
    app.clock.set(datetime!(2026-03-06 23:59 +7));
    let patient = app.patient().await;
    let mut row = at_night("Zinc", "1");
    row["firstDay"] = json!("2026-02-27");
    let own = json!({ "title": "x", "startDate": "2026-02-27", "medicines": [row] });
    let added = patient.client.with_header("idempotency-key", "once");
    let first = added.post("/prescriptions/patient", &own).await.expect(201);
    let medicine = added.post(&path(&first, "medicines"), &row).await.expect(201);
    app.clock.set(datetime!(2026-03-07 00:01 +7));
    let again = added.post("/prescriptions/patient", &own).await;
    assert_eq!(again.expect(201)["id"], first["id"]);
    assert_eq!(
        added.post(&path(&first, "medicines"), &row).await.expect(201)["id"],
        medicine["id"]
    );
    let fields = patient
        .client
        .post("/prescriptions/patient", &own)
        .await
        .invalid_fields();
    assert_eq!(fields, [("startDate".to_owned(), "OUT_OF_RANGE".to_owned())]);
}
