//! Walks the OpenAPI document, so that an endpoint cannot be forgotten.

use reqwest::Method;
use serde_json::{Value, json};

use super::connections;
use crate::prescriptions::arranging::{arranged_for, aspirin, prescription_for};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::{PASSWORD, Person};

/// Operations that need no token.
const PUBLIC: &[&str] = &[
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/register/patient",
    "POST /auth/register/family",
    "POST /auth/register/doctor",
    "POST /auth/otp/send",
    "POST /auth/otp/verify",
    "POST /auth/forgot-password",
    "POST /auth/reset-password-otp",
    "POST /auth/google",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /openapi.json",
];

/// Operations that need no token, and yet something that shows who asks.
const BY_OTHER_CREDENTIALS: &[&str] = &[
    "POST /auth/login",
    "POST /auth/refresh",
    "POST /auth/google",
    "POST /auth/otp/send",
    "POST /auth/otp/verify",
    "GET /metrics",
];

/// Where the administrator's key counts, and nothing else; see `administration`.
pub(crate) fn is_administration(path: &str) -> bool {
    path.starts_with("/admin/")
}

/// Operations that change something, but leave no audit entry, and why.
const UNAUDITED: &[(&str, &str)] = &[
    ("POST /auth/login", "signing in changes nobody's data"),
    ("POST /auth/refresh", "nor does staying signed in"),
    ("POST /auth/logout", "nor does signing out"),
    (
        "POST /auth/register/patient",
        "the new account acts; see accounts::register",
    ),
    ("POST /auth/register/family", "as for a patient"),
    ("POST /auth/register/doctor", "as for a patient"),
    ("POST /auth/otp/send", "asking for a code changes nothing"),
    ("POST /auth/otp/verify", "the new account acts; see accounts::confirm"),
    ("POST /auth/forgot-password", "asking for a code changes nothing"),
    (
        "POST /auth/reset-password-otp",
        "the owner of the code acts; see accounts::reset",
    ),
    (
        "POST /auth/google",
        "these tests know no Google; sessions::google looks",
    ),
    ("POST /auth/pin/verify", "checking a PIN changes nothing"),
    ("POST /connections/tokens/validate", "looking at a code changes nothing"),
    (
        "POST /prescriptions",
        "patients do not prescribe; prescriptions::prescribing looks",
    ),
];

/// Operations on a thing that belongs to somebody.
const OWNED: &[&str] = &[
    "PATCH /doses/{id}/taken",
    "PATCH /doses/{id}/skipped",
    "PATCH /doses/{id}/reminder-time",
    "DELETE /auth/sessions/{id}",
    "GET /connections/{id}",
    "PATCH /connections/{id}/accept",
    "PATCH /connections/{id}/decline",
    "PATCH /connections/{id}/revoke",
    "PATCH /connections/{id}/permission",
    "PATCH /connections/{id}/alerts",
    "POST /connections/{id}/access-requests",
    "GET /connections/{id}/access-requests",
    "POST /connections/{id}/access-requests/{requestId}/approve",
    "POST /connections/{id}/access-requests/{requestId}/deny",
    "DELETE /connections/invitations/{id}",
    "POST /doctor/connections/{id}/accept",
    "POST /doctor/connections/{id}/reject",
    "GET /doctor/patients/{id}/details",
    "GET /prescriptions/{id}",
    "PATCH /prescriptions/{id}",
    "DELETE /prescriptions/{id}",
    "POST /prescriptions/{id}/confirm",
    "POST /prescriptions/{id}/reject",
    "POST /prescriptions/{id}/retake",
    "POST /prescriptions/{id}/accept-changes",
    "POST /prescriptions/{id}/decline-changes",
    "POST /prescriptions/{id}/pause",
    "POST /prescriptions/{id}/resume",
    "POST /prescriptions/{id}/stop",
    "POST /prescriptions/{id}/medicines",
    "POST /prescriptions/{id}/prn-doses",
    "GET /prescriptions/{id}/versions",
    "GET /prescriptions/{id}/versions/{n}",
];

/// Operations that name a patient beside their path.
const OF_A_PATIENT: &[&str] = &[
    "GET /doses/schedule",
    "GET /doses/history",
    "GET /prescriptions",
    "POST /prescriptions",
    "GET /doctor/prescriptions",
    "POST /connections/nudge",
];

/// Whether an operation reads `patientId` from its query or its body.
fn names_a_patient(document: &Value, path: &str, verb: &str) -> bool {
    let operation = &document["paths"][format!("/api/v1{path}")][verb];
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let body = body
        .as_str()
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')));
    let in_body = body.is_some_and(|schema| schema["properties"]["patientId"].is_object());
    parameters.into_iter().any(|parameter| parameter["name"] == "patientId") || in_body
}

/// Operations that a doctor asks for and nobody else: their stranger is a doctor, too.
fn is_of_doctors(operation: &str) -> bool {
    operation.contains(" /doctor/")
}

/// Operations after which their caller is signed out; each gets one of its own.
pub(crate) const ENDING: &[&str] = &[
    "POST /auth/change-password",
    "POST /auth/logout-all",
    "DELETE /auth/sessions/{id}",
    "DELETE /users/me",
];

/// A valid body for each operation that needs one.
pub(crate) fn body(operation: &str) -> Value {
    match operation {
        "PATCH /doses/{id}/reminder-time" => json!({ "reminderTime": "08:30" }),
        "POST /auth/change-password" => json!({ "currentPassword": PASSWORD, "newPassword": "Tr4ktor rot" }),
        "PUT /auth/pin" => json!({ "pinCode": "0007", "password": PASSWORD }),
        "PATCH /users/me" => json!({ "firstName": "ដារ៉ា" }),
        "PATCH /users/me/grace-period" => json!({ "gracePeriodMinutes": 60 }),
        "PUT /onboarding/meal-times" => json!({ "morningMeal": "6-7AM" }),
        "PUT /notifications/preferences" => json!({ "CONNECTION_REQUEST": false }),
        "POST /prescriptions/patient" => json!({ "symptoms": "ឈឺក្បាល", "medications": [aspirin()] }),
        "PATCH /prescriptions/{id}" => json!({ "symptoms": "ឈឺពោះ", "changeReason": "x" }),
        "POST /prescriptions/{id}/retake" => json!({ "reason": "x" }),
        "POST /prescriptions/{id}/medicines" => aspirin(),
        "POST /prescriptions/{id}/prn-doses" => json!({ "medicationId": uuid::Uuid::now_v7() }),
        _ => json!({}),
    }
}

/// The body for the thing at `path`, where it depends on that.
async fn body_for(app: &TestApp, operation: &str, path: &str) -> Value {
    if operation != "POST /prescriptions/{id}/prn-doses" {
        return body(operation);
    }
    let prescription: uuid::Uuid = path.split('/').nth(2).unwrap().parse().unwrap();
    let sql = "SELECT id FROM medications WHERE prescription_id = $1";
    json!({ "medicationId": app.rows(sql, [prescription.into()]).await[0]["id"] })
}

/// The path of something that the operation may be asked to do by `caller`.
pub(crate) async fn own_path(app: &TestApp, caller: &Person, operation: &str, path: &str) -> String {
    let id = if operation.contains("/auth/sessions/") {
        caller.client.get("/auth/sessions").await.ok()[0]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    } else if operation.contains("/doctor/patients/") {
        caller.id.to_string()
    } else if operation.contains("/prescriptions/{id}") {
        arranged_for(app, caller, operation).await
    } else {
        app.dose(caller, MORNING).await.id.to_string()
    };
    path.replace("{id}", &id).replace("{n}", "1")
}

/// An app in which more people sign in from one address than the limit would let.
async fn with_many_people() -> TestApp {
    TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 1_000).await
}

pub(crate) async fn operations(app: &TestApp) -> Vec<(String, Method, String)> {
    let document = app.client.get("/openapi.json").await.ok();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        for verb in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method: Method = verb.to_uppercase().parse().unwrap();
            operations.push((format!("{method} {path}"), method, path.to_owned()));
        }
    }
    assert!(operations.len() >= 15, "{operations:?}");
    operations
}

#[tokio::test]
async fn every_operation_that_is_not_public_asks_for_a_token() {
    let app = TestApp::start().await;
    for (operation, method, path) in operations(&app).await {
        let path = path.replace("{id}", &uuid::Uuid::now_v7().to_string());
        let answer = app.client.send(method, &path, Some(body(&operation).to_string())).await;
        if is_administration(&path) {
            answer.refused(404, "NOT_FOUND");
            continue;
        }
        let is_public = PUBLIC.contains(&operation.as_str());
        assert!(
            is_public || answer.refused(401, "UNAUTHENTICATED").is_object(),
            "{operation}"
        );
        assert!(
            !is_public || answer.status != 401 || operation == "GET /metrics",
            "{operation}"
        );
    }
}

#[tokio::test]
async fn no_operation_that_asks_for_a_token_takes_one_of_an_earlier_epoch() {
    let app = with_many_people().await;
    let people = [app.patient().await, app.doctor().await, app.family().await];
    app.execute("UPDATE users SET token_epoch = token_epoch + 1", []).await;
    for (operation, method, path) in operations(&app).await {
        if PUBLIC.contains(&operation.as_str()) || is_administration(&path) {
            continue;
        }
        let anything = uuid::Uuid::now_v7().to_string();
        let path = path
            .replace("{id}", &anything)
            .replace("{requestId}", &anything)
            .replace("{n}", "1");
        for person in &people {
            let body = body(&operation).to_string();
            let answer = person.client.send(method.clone(), &path, Some(body)).await;
            assert!(answer.refused(401, "TOKEN_REVOKED").is_object(), "{operation}");
        }
    }
}

#[tokio::test]
async fn every_owned_thing_is_hidden_from_a_stranger() {
    let app = with_many_people().await;
    let (patient, stranger, doctor) = (app.patient().await, app.patient().await, app.doctor().await);
    for (operation, method, path) in operations(&app).await {
        let stranger = if is_of_doctors(&operation) { &doctor } else { &stranger };
        if is_administration(&path) {
            continue;
        }
        assert_eq!(
            path.contains("{id}"),
            OWNED.contains(&operation.as_str()),
            "{operation} is not on the list"
        );
        if !path.contains("{id}") {
            continue;
        }
        let (stranger, path, body) = match connections::call(&app, &operation, &path).await {
            Some(call) => (call.stranger, call.path, call.body),
            None => {
                let path = own_path(&app, &patient, &operation, &path).await;
                (stranger.clone(), path, body(&operation))
            }
        };
        stranger
            .client
            .send(method, &path, Some(body.to_string()))
            .await
            .refused(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_patient_who_is_named_is_hidden_from_a_stranger() {
    let app = with_many_people().await;
    let document = app.client.get("/openapi.json").await.ok();
    let (patient, doctor, family) = (app.patient().await, app.doctor().await, app.family().await);
    let mut asked = 0;
    for (operation, method, path) in operations(&app).await {
        let names_one = names_a_patient(&document, &path, &method.as_str().to_lowercase());
        assert_eq!(
            names_one,
            OF_A_PATIENT.contains(&operation.as_str()),
            "{operation} is not on the list"
        );
        if !names_one {
            continue;
        }
        let stranger = if operation.ends_with("/nudge") {
            &family
        } else {
            &doctor
        };
        let (path, body) = match operation.as_str() {
            "POST /prescriptions" => (path, Some(prescription_for(&patient, &[aspirin()]))),
            "POST /connections/nudge" => (path, Some(json!({ "patientId": patient.id, "doseId": "" }))),
            _ => (format!("{path}?patientId={}", patient.id), None),
        };
        let answer = stranger
            .client
            .send(method, &path, body.map(|body| body.to_string()))
            .await;
        answer.refused(404, "NOT_FOUND");
        asked += 1;
    }
    assert_eq!(asked, OF_A_PATIENT.len());
}

#[tokio::test]
async fn every_operation_that_changes_something_leaves_an_audit_entry() {
    let app = with_many_people().await;
    let patient = app.patient().await;
    for (operation, method, path) in operations(&app).await {
        if method == Method::GET || is_administration(&path) || UNAUDITED.iter().any(|(exempt, _)| *exempt == operation)
        {
            continue;
        }
        let (caller, path, body) = match connections::call(&app, &operation, &path).await {
            Some(call) => (call.caller, call.path, call.body),
            None => {
                let is_ending = ENDING.contains(&operation.as_str());
                let caller = if is_ending {
                    app.patient().await
                } else {
                    patient.clone()
                };
                let path = own_path(&app, &caller, &operation, &path).await;
                let body = body_for(&app, &operation, &path).await;
                (caller, path, body)
            }
        };
        let before = app.count("audit_logs", "actor_id = $1", [caller.id.into()]).await;
        let answer = caller.client.send(method, &path, Some(body.to_string())).await;
        assert!(answer.status.is_success(), "{operation}: {}", answer.text);
        let after = app.count("audit_logs", "actor_id = $1", [caller.id.into()]).await;
        assert_eq!(after, before + 1, "{operation}");
    }
}

#[tokio::test]
async fn every_operation_documents_its_errors_with_examples() {
    let app = TestApp::start().await;
    let document = app.client.get("/openapi.json").await.ok();
    assert_eq!(
        document["openapi"]
            .as_str()
            .unwrap()
            .split('.')
            .take(2)
            .collect::<Vec<_>>(),
        ["3", "1"]
    );
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(operation["operationId"].is_string(), "{verb} {path}");
            assert!(responses.keys().any(|status| status.starts_with('2')), "{verb} {path}");
            let name = format!("{} {}", verb.to_uppercase(), path.strip_prefix("/api/v1").unwrap());
            let has_credentials = !(PUBLIC.contains(&name.as_str()) || name.contains(" /admin/"))
                || BY_OTHER_CREDENTIALS.contains(&name.as_str());
            assert_eq!(responses.contains_key("401"), has_credentials, "{name}");
        }
    }
}
