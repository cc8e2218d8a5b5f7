use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

use crate::support::TestApp;

fn ids(list: &Value) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|dose| dose["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_patient_sees_the_day_in_the_order_of_its_times() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (prescription, medication) = app.medication(&patient, false).await;
    let night = app
        .dose_of(&patient, prescription, medication, datetime!(2026-03-06 21:00 +7))
        .await;
    let morning = app
        .dose_of(&patient, prescription, medication, datetime!(2026-03-06 07:00 +7))
        .await;
    let noon = app
        .dose_of(&patient, prescription, medication, datetime!(2026-03-06 12:00 +7))
        .await;
    app.dose_of(&patient, prescription, medication, datetime!(2026-03-07 00:00 +7))
        .await;
    app.dose_of(&patient, prescription, medication, datetime!(2026-03-05 23:59 +7))
        .await;

    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(day["date"], "2026-03-06");
    assert_eq!(day["dailyProgress"], 0);
    assert_eq!(
        ids(&day["doses"]),
        [morning.id, noon.id, night.id].map(|id| id.to_string())
    );
    let cells = |field: &str| {
        day["doses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|dose| dose[field].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(cells("slot"), [json!("MORNING"), json!("AFTERNOON"), json!("NIGHT")]);
    assert_eq!(cells("dosage"), [json!("1 គ្រាប់"), json!("0.5"), json!("2")]);
    assert_eq!(cells("quantity"), [json!(1), json!(0.5), json!(2)]);
    let groups = json!([
        { "period": "DAYTIME", "label": "ពេលថ្ងៃ", "color": "#2D5BFF", "total": 2, "taken": 0 },
        { "period": "NIGHT", "label": "ពេលយប់", "color": "#6B4AA3", "total": 1, "taken": 0 },
    ]);
    assert_eq!(day["groups"], groups);
}

#[tokio::test]
async fn a_dose_has_the_fields_and_forms_the_app_knows() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let shown = patient.client.get("/doses/schedule?date=2026-03-06").await.ok()["doses"][0].clone();
    let expected = json!({
        "id": dose.id, "prescriptionId": dose.prescription, "medicationId": dose.medication, "patientId": patient.id,
        "medicationName": "Paracetamol", "medicationNameKhmer": "ប៉ារ៉ាសេតាម៉ុល", "dosage": "1 គ្រាប់", "quantity": 1,
        "imageUrl": null, "scheduledTime": "2026-03-06T07:00:00.000+07:00", "timePeriod": "DAYTIME", "slot": "MORNING",
        "reminderTime": "2026-03-06T07:00:00.000+07:00", "reminderClock": "07:00", "status": "DUE", "takenAt": null,
        "recordedAt": null, "skipReason": null, "wasOffline": false, "frequency": "3ដង/១ថ្ងៃ",
        "timing": "បន្ទាប់ពីអាហារ",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[field], value, "{field}");
    }
    assert_eq!(shown["medication"]["medicineName"], "Paracetamol");
    assert_eq!(
        shown["medication"]["nightDosage"],
        json!({ "amount": "2", "beforeMeal": false })
    );
    assert!(shown["createdAt"].as_str().unwrap().ends_with("+07:00"));
}

#[tokio::test]
async fn today_begins_at_midnight_in_phnom_penh() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let late = app.dose(&patient, datetime!(2026-03-06 23:59 +7)).await;
    let early = app.dose(&patient, datetime!(2026-03-07 00:01 +7)).await;
    app.clock.set(datetime!(2026-03-06 23:59:59.999 +7));
    let patient = app.sign_in(&patient.account).await;
    assert_eq!(
        ids(&patient.client.get("/doses/schedule").await.ok()["doses"]),
        [late.id.to_string()]
    );
    app.clock.set(datetime!(2026-03-07 00:00 +7));
    assert_eq!(
        ids(&patient.client.get("/doses/schedule").await.ok()["doses"]),
        [early.id.to_string()]
    );
}

#[tokio::test]
async fn as_needed_doses_are_shown_but_no_part_of_progress() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 08:00 +7)).await;
    let (prescription, medication) = app.medication(&patient, true).await;
    app.dose_of(&patient, prescription, medication, datetime!(2026-03-06 08:30 +7))
        .await;
    let recorded = patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();
    assert_eq!(recorded["dailyProgress"], 100);
    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!((ids(&day["doses"]).len(), &day["dailyProgress"]), (2, &json!(100)));
}

#[tokio::test]
async fn the_day_follows_every_change_though_it_is_cached() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, datetime!(2026-03-06 08:00 +7)).await;
    let status = || async { patient.client.get("/doses/schedule").await.ok()["doses"][0]["status"].clone() };
    assert_eq!(status().await, "DUE");
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &json!({}))
        .await
        .ok();
    assert_eq!(status().await, "TAKEN_LATE");
}

#[tokio::test]
async fn a_day_is_asked_for_in_any_grouping_and_only_in_one_form() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for grouping in ["TIME_PERIOD", "timePeriod", "time_period", "whatever"] {
        let day = patient
            .client
            .get(&format!("/doses/schedule?groupBy={grouping}"))
            .await
            .ok();
        assert_eq!(day["groups"].as_array().unwrap().len(), 2);
    }
    for date in ["06-03-2026", "2026-02-30", "today", "2026-03-06T00:00:00Z", ""] {
        let fields = patient
            .client
            .get(&format!("/doses/schedule?date={date}"))
            .await
            .invalid_fields();
        assert_eq!(fields, [("date".to_owned(), "INVALID".to_owned())], "{date}");
    }
}

#[tokio::test]
async fn who_is_no_patient_must_name_one() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let fields = doctor.client.get("/doses/schedule").await.invalid_fields();
    assert_eq!(fields, [("patientId".to_owned(), "REQUIRED".to_owned())]);
    let unknown = doctor
        .client
        .get(&format!("/doses/schedule?patientId={}", Uuid::now_v7()))
        .await;
    assert_eq!(unknown.refused(404, "NOT_FOUND")["details"]["resource"], "Patient");
}
