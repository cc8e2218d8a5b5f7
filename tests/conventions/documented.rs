//! What the OpenAPI document says of each operation and of each way in which it may fail.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::TestApp;

/// What the API has, with the status of success.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("post", "/auth/register/patient", "201"),
    ("post", "/auth/register/doctor", "201"),
    ("post", "/auth/register/family", "201"),
    ("post", "/auth/otp/send", "200"),
    ("post", "/auth/otp/verify", "200"),
    ("post", "/auth/login", "200"),
    ("post", "/auth/google", "200"),
    ("post", "/auth/refresh", "200"),
    ("post", "/auth/forgot-password", "200"),
    ("post", "/auth/reset-password-otp", "200"),
    ("post", "/auth/change-password", "200"),
    ("post", "/auth/logout", "200"),
    ("post", "/auth/logout-all", "200"),
    ("get", "/auth/me", "200"),
    ("get", "/auth/sessions", "200"),
    ("delete", "/auth/sessions/{id}", "200"),
    ("put", "/auth/pin", "200"),
    ("post", "/auth/pin/verify", "200"),
    ("get", "/users/me", "200"),
    ("patch", "/users/me", "200"),
    ("delete", "/users/me", "200"),
    ("patch", "/users/me/grace-period", "200"),
    ("get", "/users/storage", "200"),
    ("get", "/users/export", "200"),
    ("get", "/doctors", "200"),
    ("get", "/onboarding/meal-times", "200"),
    ("put", "/onboarding/meal-times", "200"),
    ("get", "/notifications/preferences", "200"),
    ("put", "/notifications/preferences", "200"),
    ("get", "/admin/doctors", "200"),
    ("post", "/admin/doctors/{id}/verify", "200"),
    ("post", "/admin/doctors/{id}/reject", "200"),
    ("get", "/audit-logs", "200"),
    ("get", "/doses/schedule", "200"),
    ("get", "/doses/history", "200"),
    ("patch", "/doses/{id}/taken", "200"),
    ("patch", "/doses/{id}/skipped", "200"),
    ("patch", "/doses/{id}/reminder-time", "200"),
    ("get", "/connections", "200"),
    ("post", "/connections", "201"),
    ("get", "/connections/{id}", "200"),
    ("patch", "/connections/{id}/accept", "200"),
    ("patch", "/connections/{id}/decline", "200"),
    ("patch", "/connections/{id}/revoke", "200"),
    ("patch", "/connections/{id}/permission", "200"),
    ("patch", "/connections/{id}/alerts", "200"),
    ("get", "/connections/caregivers", "200"),
    ("get", "/connections/patients", "200"),
    ("get", "/connections/history", "200"),
    ("post", "/connections/tokens/generate", "201"),
    ("post", "/connections/tokens/validate", "200"),
    ("post", "/connections/tokens/consume", "201"),
    ("post", "/connections/invitations", "201"),
    ("get", "/connections/invitations", "200"),
    ("delete", "/connections/invitations/{id}", "200"),
    ("post", "/connections/invitations/accept", "201"),
    ("post", "/connections/{id}/access-requests", "201"),
    ("get", "/connections/{id}/access-requests", "200"),
    ("post", "/connections/{id}/access-requests/{requestId}/approve", "200"),
    ("post", "/connections/{id}/access-requests/{requestId}/deny", "200"),
    ("post", "/connections/nudge", "201"),
    ("post", "/connections/nudge/respond", "200"),
    ("get", "/prescriptions", "200"),
    ("get", "/prescriptions/{id}", "200"),
    ("post", "/prescriptions", "201"),
    ("post", "/prescriptions/patient", "201"),
    ("patch", "/prescriptions/{id}", "200"),
    ("post", "/prescriptions/{id}/confirm", "200"),
    ("post", "/prescriptions/{id}/reject", "200"),
    ("post", "/prescriptions/{id}/retake", "200"),
    ("post", "/prescriptions/{id}/accept-changes", "200"),
    ("post", "/prescriptions/{id}/decline-changes", "200"),
    ("post", "/prescriptions/{id}/pause", "200"),
    ("post", "/prescriptions/{id}/resume", "200"),
    ("post", "/prescriptions/{id}/stop", "200"),
    ("delete", "/prescriptions/{id}", "200"),
    ("get", "/prescriptions/{id}/versions", "200"),
    ("get", "/prescriptions/{id}/versions/{n}", "200"),
    ("post", "/prescriptions/{id}/medicines", "201"),
    ("post", "/prescriptions/{id}/prn-doses", "201"),
    ("get", "/doctor/dashboard", "200"),
    ("get", "/doctor/patients", "200"),
    ("get", "/doctor/patients/{id}/details", "200"),
    ("get", "/doctor/connections/pending", "200"),
    ("post", "/doctor/connections/{id}/accept", "200"),
    ("post", "/doctor/connections/{id}/reject", "200"),
    ("get", "/doctor/prescriptions", "200"),
];

/// Steps that say all by their path.
const WITHOUT_BODY: &[&str] = &[
    "/admin/doctors/{id}/verify",
    "/connections/{id}/revoke",
    "/connections/{id}/access-requests/{requestId}/approve",
    "/connections/{id}/access-requests/{requestId}/deny",
    "/doctor/connections/{id}/accept",
    "/prescriptions/{id}/accept-changes",
    "/prescriptions/{id}/confirm",
    "/prescriptions/{id}/pause",
    "/prescriptions/{id}/resume",
    "/prescriptions/{id}/stop",
];

async fn document() -> Value {
    TestApp::start().await.client.get("/openapi.json").await.ok()
}

#[tokio::test]
async fn every_operation_of_the_api_is_in_the_document() {
    let document = document().await;
    for (verb, path, success) in OPERATIONS.iter().copied() {
        let operation = &document["paths"][format!("/api/v1{path}")][verb];
        assert!(
            operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
            "{verb} {path}"
        );
        let answer = &operation["responses"][success]["content"]["application/json"]["schema"];
        assert!(!answer.is_null(), "{verb} {path} answers nothing");
        let reads = operation["requestBody"]["content"].as_object();
        let needs_body = ["post", "put", "patch"].contains(&verb) && !WITHOUT_BODY.contains(&path);
        assert!(
            !needs_body || reads.is_some_and(|types| types.contains_key("application/json")),
            "{verb} {path}"
        );
    }
}

#[tokio::test]
async fn every_failure_of_every_operation_has_an_example_for_each_of_its_codes() {
    let document = document().await;
    let mut examined = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_failure = status.starts_with('4') || status.starts_with('5');
                let content = &response["content"]["application/json"];
                if !is_failure || content["schema"]["$ref"] != "#/components/schemas/Failure" {
                    continue;
                }
                let place = format!("{verb} {path} {status}");
                let named: BTreeSet<_> = response["description"]
                    .as_str()
                    .unwrap()
                    .split(", ")
                    .map(|code| code.trim_matches('`').to_owned())
                    .collect();
                let examples = content["examples"]
                    .as_object()
                    .unwrap_or_else(|| panic!("{place} has no example"));
                let shown: BTreeSet<_> = examples.keys().cloned().collect();
                assert_eq!(shown, named, "{place}");
                for (code, example) in examples {
                    let body = &example["value"];
                    assert_eq!(&body["error"]["code"], code, "{place}");
                    assert_eq!(body["message"], body["error"]["message"], "{place}");
                    for language in ["km", "en"] {
                        let sentence = body["error"]["messages"][language].as_str().unwrap();
                        assert!(!sentence.is_empty(), "{place} {code}");
                    }
                    examined += 1;
                }
            }
        }
    }
    assert!(examined > 200, "{examined}");
}

/// Health and metrics have shapes of their own; anything else fails in the one shape.
#[tokio::test]
async fn every_failure_has_the_one_shape() {
    let document = document().await;
    for (path, item) in document["paths"].as_object().unwrap() {
        if path.contains("/health") {
            continue;
        }
        for (verb, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with('4') || status.starts_with('5') {
                    let schema = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Failure", "{verb} {path} {status}");
                }
            }
        }
    }
}
