mod audit;
mod cost;
mod dashboard;
mod details;
mod figures;
mod patients;
mod prescriptions;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::people::Person;

/// A patient of the doctor's, who opened everything.
async fn patient_of(app: &TestApp, doctor: &Person) -> Person {
    let patient = app.patient().await;
    app.connect(doctor, &patient, "ACCEPTED", "ALLOWED", serde_json::json!({}))
        .await;
    patient
}

/// A dose with its outcome.
async fn decided(
    app: &TestApp,
    patient: &Person,
    medicine: (Uuid, Uuid),
    scheduled: OffsetDateTime,
    status: &str,
) -> Uuid {
    let dose = app.dose_of(patient, medicine.0, medicine.1, scheduled).await;
    let sql = "UPDATE dose_events SET status = $2::dose_event_status, \
               taken_at = CASE WHEN $2 LIKE 'TAKEN%' THEN scheduled_time END, \
               recorded_at = CASE WHEN $2 NOT IN ('MISSED', 'DUE') THEN scheduled_time END WHERE id = $1";
    app.execute(sql, [dose.id.into(), status.into()]).await;
    dose.id
}

async fn list(doctor: &Person, query: &str) -> Value {
    doctor.client.get(&format!("/doctor/patients{query}")).await.ok()
}

/// One of a list, by id.
fn find<'a>(list: &'a Value, patient: &Person) -> &'a Value {
    let id = patient.id.to_string();
    let patients = list["patients"].as_array().unwrap();
    patients
        .iter()
        .find(|listed| listed["id"] == id.as_str())
        .unwrap_or_else(|| panic!("{id} is not in {list}"))
}

fn names(list: &Value) -> Vec<&str> {
    let patients = list["patients"].as_array().unwrap();
    patients
        .iter()
        .map(|patient| patient["fullName"].as_str().unwrap())
        .collect()
}

async fn rename(app: &TestApp, person: &Person, full_name: &str) {
    app.execute(
        "UPDATE users SET full_name = $2 WHERE id = $1",
        [person.id.into(), full_name.into()],
    )
    .await;
}

/// What a search looks like in a URL.
fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
    bytes.collect::<Vec<_>>().concat()
}
