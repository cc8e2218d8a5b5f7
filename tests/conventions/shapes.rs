use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn an_unknown_path_and_a_wrong_verb_are_answered_in_the_shape_of_errors() {
    let app = TestApp::start().await;
    app.client.get("/nowhere").await.refused(404, "NOT_FOUND");
    let wrong = app.client.send(Method::DELETE, "/auth/login", None).await;
    wrong.refused(405, "METHOD_NOT_ALLOWED");
    assert!(wrong.header("allow").contains("POST"));
    // What looks like a connection, and is none.
    let patient = app.patient().await;
    let wrong = patient.client.get("/connections/nudge").await;
    wrong.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(wrong.header("allow"), "POST");
    let wrong = patient
        .client
        .patch("/connections/invitations/accept", &json!({}))
        .await;
    wrong.refused(405, "METHOD_NOT_ALLOWED");
    patient
        .client
        .get("/connections/nothing")
        .await
        .refused(404, "NOT_FOUND");
    let trace = app.client.send(Method::TRACE, "/auth/me", None).await;
    assert!(trace.status == 405 || trace.status == 404, "{}", trace.status);
}

#[tokio::test]
async fn a_body_of_another_type_or_size_is_refused() {
    let app = TestApp::start().await;
    let form = app
        .client
        .with_header("content-type", "application/x-www-form-urlencoded");
    let answer = reqwest::Client::new()
        .post(format!("http://{}/api/v1/auth/login", app.address))
        .header("content-type", "text/plain")
        .body("identifier=x")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 415);
    drop(form);
    let huge = json!({ "identifier": "x".repeat(1 << 20), "password": "x" });
    app.client
        .post("/auth/login", &huge)
        .await
        .refused(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn deep_json_and_nul_characters_break_nothing() {
    let app = TestApp::start().await;
    let deep = |levels: usize| Some(format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    let answer = app.client.send(Method::POST, "/auth/login", deep(8_000)).await;
    answer.refused(400, "MALFORMED_REQUEST");
    let answer = app.client.send(Method::POST, "/auth/login", deep(8_200)).await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
    let nul = json!({ "identifier": "+85512\u{0}345678", "password": "x\u{0}y" });
    assert_eq!(app.client.post("/auth/login", &nul).await.status, 400);
    let patient = app.patient().await;
    let answer = patient.client.send(Method::PATCH, "/users/me", deep(100_000)).await;
    answer.refused(400, "MALFORMED_REQUEST");
    let dose = app.dose(&patient, crate::support::app::MORNING).await;
    let nul = json!({ "reason": "a\u{0}b" });
    let answer = patient.client.patch(&format!("/doses/{}/skipped", dose.id), &nul).await;
    assert_eq!(answer.invalid_fields(), [("reason".to_owned(), "INVALID".to_owned())]);
}
