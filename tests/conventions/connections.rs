//! How each operation on connections is called by somebody who may, on things made for it.

use serde_json::{Value, json};
use time::Duration;

use crate::connections::{asked, code, connected, id_of};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

/// A call that succeeds.
pub struct Call {
    pub caller: Person,
    /// Somebody like the caller, who has nothing to do with it.
    pub stranger: Person,
    pub path: String,
    pub body: Value,
}

/// How an operation on connections is called; nothing for any other.
pub async fn call(app: &TestApp, operation: &str, path: &str) -> Option<Call> {
    if !path.contains("connections") {
        return None;
    }
    let (patient, doctor, family) = (app.patient().await, app.doctor().await, app.family().await);
    let (id, request, body) = arranged(app, operation, (&patient, &doctor, &family)).await;
    let (caller, stranger) = match operation {
        "POST /connections" | "POST /connections/nudge" => (family, app.family().await),
        "POST /connections/tokens/consume"
        | "POST /connections/invitations/accept"
        | "POST /connections/{id}/access-requests"
        | "GET /connections/{id}/access-requests" => (doctor, app.doctor().await),
        _ if path.starts_with("/doctor/") => (doctor, app.doctor().await),
        _ => (patient, app.patient().await),
    };
    let path = path.replace("{id}", &id).replace("{requestId}", &request);
    Some(Call {
        caller,
        stranger,
        path,
        body,
    })
}

/// The ids that the operation's path names, and its body.
async fn arranged(
    app: &TestApp,
    operation: &str,
    (patient, doctor, family): (&Person, &Person, &Person),
) -> (String, String, Value) {
    let level = json!({ "permissionLevel": "REQUEST" });
    let invite = json!({ "method": "QR_CODE", "permissionLevel": "REQUEST" });
    let only = |id: String, body: Value| (id, String::new(), body);
    match operation {
        "POST /connections" => only(String::new(), json!({ "userId": patient.id })),
        "PATCH /connections/{id}/accept" | "PATCH /connections/{id}/decline" => {
            only(asked(doctor, patient).await, json!({}))
        }
        "POST /doctor/connections/{id}/accept" | "POST /doctor/connections/{id}/reject" => {
            only(asked(patient, doctor).await, json!({ "reason": "ពេញហើយ" }))
        }
        "PATCH /connections/{id}/alerts" => {
            only(connected(family, patient, "ALLOWED").await, json!({ "enabled": false }))
        }
        "GET /connections/{id}" | "PATCH /connections/{id}/revoke" | "PATCH /connections/{id}/permission" => {
            only(connected(doctor, patient, "ALLOWED").await, level)
        }
        _ if operation.contains("access-requests") => {
            let id = connected(doctor, patient, "REQUEST").await;
            let body = json!({ "reason": "ពិនិត្យ" });
            if !operation.contains("{requestId}") {
                return only(id, body);
            }
            let requests = format!("/connections/{id}/access-requests");
            let request = id_of(&doctor.client.post(&requests, &body).await.expect(201));
            (id, request, body)
        }
        "POST /connections/tokens/generate" => only(String::new(), level),
        "POST /connections/tokens/validate" | "POST /connections/tokens/consume" => {
            only(String::new(), json!({ "token": code(patient, "REQUEST").await }))
        }
        "POST /connections/invitations" => only(String::new(), invite),
        "DELETE /connections/invitations/{id}" | "POST /connections/invitations/accept" => {
            let made = patient
                .client
                .post("/connections/invitations", &invite)
                .await
                .expect(201);
            only(id_of(&made), json!({ "invitationToken": made["invitationToken"] }))
        }
        "POST /connections/nudge" | "POST /connections/nudge/respond" => {
            connected(family, patient, "ALLOWED").await;
            let dose = app.dose(patient, MORNING - Duration::HOUR).await.id;
            let ask = json!({ "patientId": patient.id, "doseId": dose });
            if operation.ends_with("nudge") {
                return only(String::new(), ask);
            }
            family.client.post("/connections/nudge", &ask).await.expect(201);
            only(String::new(), json!({ "doseId": dose, "response": "ញ៉ាំហើយ" }))
        }
        _ => only(String::new(), json!({})),
    }
}
