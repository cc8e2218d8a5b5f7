//! The calls that the mobile app makes answer exactly the fields that it reads, no more and no fewer than are documented.

use serde_json::{Value, json};

use crate::prescriptions::arranging::*;
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::client::has_exactly;
use crate::support::people::Person;

const DOSE: &str = "id prescriptionId medicationId patientId medicationName medicationNameKhmer dosage quantity imageUrl \
    scheduledTime timePeriod slot reminderTime reminderClock status takenAt recordedAt skipReason wasOffline frequency \
    timing medication createdAt updatedAt";
const MEDICINE: &str = "id prescriptionId rowNumber medicineName medicineNameKhmer frequency timing morningDosage \
    daytimeDosage nightDosage imageUrl medicineType unit dosageAmount duration description additionalNote isPRN beforeMeal \
    addedByPatient scheduleTimes createdAt updatedAt";
const PRESCRIPTION: &str = "id patientId doctorId patientName patientGender patientAge symptoms status currentVersion \
    isUrgent urgentReason diagnosis clinicalNote notes followUpDate startDate endDate proposedVersion revisionRequested \
    revisionReason medications patient doctor createdAt updatedAt";
const CONNECTION: &str = "id initiatorId recipientId status permissionLevel metadata requestedAt acceptedAt revokedAt \
    createdAt initiator recipient";
const PERSON: &str = "id firstName lastName fullName role phoneNumber gender dateOfBirth specialty hospitalClinic";
const PATIENT_OF_A_DOCTOR: &str = "id firstName lastName fullName age gender phoneNumber symptoms activePrescriptions \
    adherencePercentage adherenceLevel lastActivity connectionId";

/// The object has exactly these fields.
#[track_caller]
fn exactly(answer: &Value, fields: &str) {
    has_exactly(answer, fields.split_whitespace());
}

/// So has each of a list that is not empty.
#[track_caller]
fn all_exactly(list: &Value, fields: &str) {
    let list = list.as_array().unwrap();
    assert!(!list.is_empty());
    for item in list {
        exactly(item, fields);
    }
}

#[track_caller]
fn is_prescription(answer: &Value) {
    exactly(answer, PRESCRIPTION);
    all_exactly(&answer["medications"], MEDICINE);
    exactly(&answer["patient"], "firstName lastName");
    if !answer["doctor"].is_null() {
        exactly(
            &answer["doctor"],
            "id fullName firstName lastName specialty hospitalClinic",
        );
    }
    assert!(answer["symptoms"].is_string());
    for medicine in answer["medications"].as_array().unwrap() {
        for never_null in ["medicineName", "medicineNameKhmer", "frequency", "timing"] {
            assert!(medicine[never_null].is_string(), "{never_null}");
        }
    }
}

#[track_caller]
fn is_connection(answer: &Value) {
    exactly(answer, CONNECTION);
    exactly(&answer["metadata"], "alertsEnabled scope");
    exactly(&answer["initiator"], PERSON);
    exactly(&answer["recipient"], PERSON);
}

async fn post(person: &Person, path: &str, body: Value, status: u16) -> Value {
    person.client.post(path, &body).await.expect(status)
}

#[tokio::test]
async fn prescriptions_are_as_the_app_reads_them() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    for rows in [[aspirin()], [as_needed("Salbutamol")]] {
        let draft = post(&doctor, "/prescriptions", prescription_for(&patient, &rows), 201).await;
        is_prescription(&draft);
        for action in ["confirm", "pause", "resume"] {
            is_prescription(&act(&patient, &draft, action).await);
        }
        is_prescription(&shown(&patient, &draft).await);
    }
    let proposed = prescribed(&doctor, &patient, &[aspirin()]).await;
    act(&patient, &proposed, "confirm").await;
    let change = json!({ "medications": [at_night("Zinc", "1")], "changeReason": "x" });
    is_prescription(&doctor.client.patch(&path(&proposed, ""), &change).await.ok());
    is_prescription(&act(&patient, &proposed, "accept-changes").await);
    doctor
        .client
        .patch(&path(&proposed, ""), &json!({ "notes": "x", "changeReason": "x" }))
        .await
        .ok();
    is_prescription(&post(&patient, &path(&proposed, "decline-changes"), json!({}), 200).await);
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    is_prescription(&post(&patient, &path(&draft, "retake"), json!({ "reason": "x" }), 200).await);
    is_prescription(&post(&patient, &path(&draft, "reject"), json!({}), 200).await);
    let own = json!({ "title": "x", "startDate": "2026-03-06", "medicines": [aspirin()], "doctorName": "y" });
    is_prescription(&post(&patient, "/prescriptions/patient", own, 201).await);
    for viewer in [&patient, &doctor] {
        let list = viewer
            .client
            .get(&format!("/prescriptions?patientId={}", patient.id))
            .await
            .ok();
        list.as_array().unwrap().iter().for_each(is_prescription);
    }
}

#[tokio::test]
async fn doses_are_as_the_app_reads_them() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (first, second) = (app.dose(&patient, MORNING).await, app.dose(&patient, MORNING).await);
    for grouping in ["", "?date=2026-03-06&groupBy=TIME_PERIOD"] {
        let day = patient.client.get(&format!("/doses/schedule{grouping}")).await.ok();
        exactly(&day, "date dailyProgress doses groups");
        all_exactly(&day["doses"], DOSE);
        all_exactly(&day["groups"], "period label color total taken");
    }
    for (dose, step) in [(first, "taken"), (second, "skipped")] {
        let marked = patient
            .client
            .patch(&format!("/doses/{}/{step}", dose.id), &json!({}))
            .await;
        let marked = marked.ok();
        exactly(&marked, "dose dailyProgress");
        exactly(&marked["dose"], DOSE);
    }
    all_exactly(&patient.client.get("/doses/history").await.ok(), DOSE);
}

#[tokio::test]
async fn connections_are_as_the_app_reads_them() {
    let app = TestApp::start().await;
    let (patient, daughter, doctor) = (app.patient().await, app.family().await, app.doctor().await);
    let asked = post(&doctor, "/connections", json!({ "userId": patient.id }), 201).await;
    is_connection(&asked);
    let id = asked["id"].as_str().unwrap();
    let accept = json!({ "permissionLevel": "ALLOWED" });
    is_connection(
        &patient
            .client
            .patch(&format!("/connections/{id}/accept"), &accept)
            .await
            .ok(),
    );
    let code = post(&patient, "/connections/tokens/generate", accept, 201).await;
    exactly(&code, "token expiresAt");
    let token = json!({ "token": code["token"] });
    let valid = post(&daughter, "/connections/tokens/validate", token.clone(), 200).await;
    exactly(&valid, "valid patient permissionLevel expiresAt");
    exactly(&valid["patient"], "firstName lastName");
    let consumed = post(&daughter, "/connections/tokens/consume", token.clone(), 201).await;
    is_connection(&consumed);
    exactly(
        &post(&daughter, "/connections/tokens/validate", token, 200).await,
        "valid message",
    );
    let alerts = format!("/connections/{}/alerts", consumed["id"].as_str().unwrap());
    let switched = patient.client.patch(&alerts, &json!({ "enabled": false })).await.ok();
    is_connection(&switched);
    for (person, path) in [
        (&patient, "/connections"),
        (&patient, "/connections?status=ACCEPTED"),
        (&patient, "/connections/caregivers"),
        (&daughter, "/connections/patients"),
        (&patient, "/connections/history?filter=ACCEPTED"),
    ] {
        let list = person.client.get(path).await.ok();
        assert!(!list.as_array().unwrap().is_empty(), "{path}");
        list.as_array().unwrap().iter().for_each(is_connection);
    }
    let revoked = patient
        .client
        .patch(&format!("/connections/{id}/revoke"), &json!({}))
        .await;
    is_connection(&revoked.ok());
}

#[tokio::test]
async fn a_doctors_view_is_as_the_app_reads_it() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    confirmed(&doctor, &patient, &[aspirin()]).await;
    let dose = app.dose(&patient, MORNING).await;
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();
    let asker = app.patient().await;
    post(&asker, "/connections", json!({ "userId": doctor.id }), 201).await;

    let dashboard = doctor.client.get("/doctor/dashboard").await.ok();
    exactly(
        &dashboard,
        "totalPatients patientsNeedingAttention pendingRequests todayAlerts recentActivity",
    );
    let list = doctor.client.get("/doctor/patients").await.ok();
    exactly(&list, "patients total");
    all_exactly(&list["patients"], PATIENT_OF_A_DOCTOR);
    let details = doctor
        .client
        .get(&format!("/doctor/patients/{}/details", patient.id))
        .await
        .ok();
    exactly(
        &details,
        "patient adherence adherenceTimeline prescriptions notes connectionId",
    );
    exactly(
        &details["adherence"],
        "overallPercentage level totalDoses takenDoses missedDoses lateDoses",
    );
    all_exactly(&details["adherenceTimeline"], "date percentage takenDoses totalDoses");
    assert_eq!(details["adherenceTimeline"].as_array().unwrap().len(), 30);
    details["prescriptions"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(is_prescription);
    let pending = doctor.client.get("/doctor/connections/pending").await.ok();
    pending.as_array().unwrap().iter().for_each(is_connection);
    let id = pending[0]["id"].as_str().unwrap();
    let accepted = post(&doctor, &format!("/doctor/connections/{id}/accept"), json!({}), 200).await;
    is_connection(&accepted);
}
