//! Who may see a patient's data, and how they came to it (rules §3).

mod access_requests;
mod closed;
mod codes;
mod daughter;
mod doctors;
mod family_limits;
mod invitations;
mod levels;
mod lists;
mod nudges;
mod outage;
mod policy;
mod races;
mod requests;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

/// Asks for a connection.
async fn ask(from: &Person, to: &Person) -> Answer {
    from.client.post("/connections", &json!({ "userId": to.id })).await
}

/// Asks for a connection that is not there yet; its id.
pub async fn asked(from: &Person, to: &Person) -> String {
    id_of(&ask(from, to).await.expect(201))
}

/// Lets `other` ask and the patient accept at a level; the connection's id.
pub async fn connected(other: &Person, patient: &Person, level: &str) -> String {
    let id = asked(other, patient).await;
    change(patient, &id, "accept", &json!({ "permissionLevel": level }))
        .await
        .ok();
    id
}

/// Changes a connection.
async fn change(by: &Person, id: &str, step: &str, body: &Value) -> Answer {
    by.client.patch(&format!("/connections/{id}/{step}"), body).await
}

pub fn id_of(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

/// A new connection code of a patient.
pub async fn code(patient: &Person, level: &str) -> String {
    let body = json!({ "permissionLevel": level });
    let made = patient
        .client
        .post("/connections/tokens/generate", &body)
        .await
        .expect(201);
    made["token"].as_str().unwrap().to_owned()
}

async fn consume(by: &Person, token: &str) -> Answer {
    by.client
        .post("/connections/tokens/consume", &json!({ "token": token }))
        .await
}

/// Whether somebody sees a patient's day.
async fn look(viewer: &Person, patient: &Person) -> Answer {
    let path = format!("/doses/schedule?patientId={}", patient.id);
    viewer.client.get(&path).await
}

/// The newest notifications of somebody, the newest first.
async fn notifications(app: &TestApp, person: &Person) -> Vec<Value> {
    let sql = "SELECT type::text AS type, title, message, data FROM notifications WHERE recipient_id = $1 \
               ORDER BY created_at DESC, id DESC";
    app.rows(sql, [person.id.into()]).await
}

/// The audit entries that somebody left, the newest first.
async fn entries(app: &TestApp, person: &Person) -> Vec<Value> {
    let sql = "SELECT action_type::text AS action, resource_type, resource_id, patient_id, details FROM audit_logs \
               WHERE actor_id = $1 ORDER BY created_at DESC, id DESC";
    app.rows(sql, [person.id.into()]).await
}
