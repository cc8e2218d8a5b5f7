//! Doctors with patients, and prescriptions in every state, made through the API.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::people::Person;

/// A row of the grid with all three cells.
pub fn aspirin() -> Value {
    let cell = json!({ "amount": "1 គ្រាប់", "beforeMeal": true });
    json!({
        "medicineName": "Aspirin",
        "medicineNameKhmer": "អាស្ពីរីន",
        "morningDosage": cell,
        "daytimeDosage": cell,
        "nightDosage": cell,
    })
}

/// A row with one cell, at night.
pub fn at_night(name: &str, amount: &str) -> Value {
    json!({ "medicineName": name, "nightDosage": { "amount": amount, "beforeMeal": false } })
}

/// A row that is taken as needed.
pub fn as_needed(name: &str) -> Value {
    json!({ "medicineName": name, "isPRN": true, "frequency": "" })
}

/// A doctor whom a patient allowed everything.
pub async fn couple(app: &TestApp) -> (Person, Person) {
    let (doctor, patient) = (app.doctor().await, app.patient().await);
    app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    (doctor, patient)
}

/// What a doctor sends.
pub fn prescription_for(patient: &Person, rows: &[Value]) -> Value {
    json!({
        "patientId": patient.id,
        "patientName": "សុខ សំណាង",
        "patientGender": "MALE",
        "patientAge": 61,
        "symptoms": "ឈឺក្បាល",
        "medications": rows,
    })
}

pub async fn prescribed(doctor: &Person, patient: &Person, rows: &[Value]) -> Value {
    doctor
        .client
        .post("/prescriptions", &prescription_for(patient, rows))
        .await
        .expect(201)
}

/// A doctor's prescription that the patient confirmed.
pub async fn confirmed(doctor: &Person, patient: &Person, rows: &[Value]) -> Value {
    let draft = prescribed(doctor, patient, rows).await;
    act(patient, &draft, "confirm").await
}

/// A patient's own prescription, in force.
pub async fn own(patient: &Person, rows: &[Value]) -> Value {
    let body = json!({ "symptoms": "ឈឺក្បាល", "medications": rows });
    patient.client.post("/prescriptions/patient", &body).await.expect(201)
}

pub fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

pub fn uuid(thing: &Value) -> Uuid {
    id(thing).parse().unwrap()
}

pub fn path(prescription: &Value, action: &str) -> String {
    format!("/prescriptions/{}/{action}", id(prescription))
        .trim_end_matches('/')
        .to_owned()
}

/// What a patient does about a prescription; the prescription then.
pub async fn act(patient: &Person, prescription: &Value, action: &str) -> Value {
    patient.client.post(&path(prescription, action), &json!({})).await.ok()
}

pub async fn shown(viewer: &Person, prescription: &Value) -> Value {
    viewer.client.get(&path(prescription, "")).await.ok()
}

/// The doses of a prescription in the order of their times, each as `day clock STATUS`.
pub async fn doses(app: &TestApp, prescription: &Value) -> Vec<String> {
    let sql = "SELECT to_char(scheduled_time, 'YYYY-MM-DD HH24:MI ') || status AS dose FROM dose_events \
               WHERE prescription_id = $1 ORDER BY scheduled_time, id";
    let rows = app.rows(sql, [uuid(prescription).into()]).await;
    rows.iter()
        .map(|row| row["dose"].as_str().unwrap().to_owned())
        .collect()
}

/// Whole rows of the doses that a condition picks.
pub async fn dose_rows(app: &TestApp, condition: &str) -> Vec<String> {
    let sql = format!("SELECT d::text AS row FROM dose_events d WHERE {condition} ORDER BY scheduled_time, id");
    let rows = app.rows(&sql, []).await;
    rows.iter().map(|row| row["row"].as_str().unwrap().to_owned()).collect()
}

/// The types of the notifications that somebody got, oldest first, with what changed.
pub async fn told(app: &TestApp, person: &Person) -> Vec<String> {
    let sql = "SELECT type || ' ' || coalesce(data ->> 'change', '') AS told FROM notifications WHERE recipient_id = $1 \
               ORDER BY created_at, id";
    let rows = app.rows(sql, [person.id.into()]).await;
    rows.iter()
        .map(|row| row["told"].as_str().unwrap().to_owned())
        .collect()
}

/// A prescription that an operation may be asked of by `patient`; its id.
pub async fn arranged_for(app: &TestApp, patient: &Person, operation: &str) -> String {
    let action = operation.rsplit('/').next().unwrap();
    let by_doctor = async |rows: &[Value]| {
        let doctor = app.doctor().await;
        app.connect(&doctor, patient, "ACCEPTED", "ALLOWED", json!({})).await;
        let draft = prescribed(&doctor, patient, rows).await;
        (doctor, draft)
    };
    let prescription = match action {
        "confirm" | "reject" | "retake" => by_doctor(&[aspirin()]).await.1,
        "accept-changes" | "decline-changes" => {
            let (doctor, draft) = by_doctor(&[aspirin()]).await;
            act(patient, &draft, "confirm").await;
            let change = json!({ "medications": [at_night("Zinc", "1")], "changeReason": "x" });
            doctor.client.patch(&path(&draft, ""), &change).await.ok()
        }
        "resume" => {
            let own = own(patient, &[aspirin()]).await;
            act(patient, &own, "pause").await
        }
        "prn-doses" => own(patient, &[as_needed("Salbutamol")]).await,
        _ if operation.starts_with("DELETE") => {
            let body = json!({ "symptoms": "x", "medications": [aspirin()], "draft": true });
            patient.client.post("/prescriptions/patient", &body).await.expect(201)
        }
        _ => own(patient, &[aspirin()]).await,
    };
    id(&prescription)
}
