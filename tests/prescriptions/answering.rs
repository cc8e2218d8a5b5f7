use serde_json::{Value, json};

use super::arranging::*;
use crate::support::TestApp;

#[tokio::test]
async fn confirming_a_draft_makes_its_doses_and_tells_the_doctor() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    assert_eq!(
        (&active["status"], &active["currentVersion"]),
        (&json!("ACTIVE"), &json!(1))
    );
    assert_eq!(doses(&app, &active).await.len(), 30);
    assert_eq!(told(&app, &doctor).await, ["PRESCRIPTION_UPDATE CONFIRMED"]);
    let entry = "action_type = 'PRESCRIPTION_CONFIRM' AND actor_id = $1";
    assert_eq!(app.count("audit_logs", entry, [patient.id.into()]).await, 1);
    let again = patient
        .client
        .post(&path(&active, "confirm"), &json!({}))
        .await
        .refused(409, "INVALID_STATE");
    assert_eq!(again["details"]["from"], "ACTIVE");
    assert_eq!(again["details"]["allowed"], json!(["DRAFT"]));
}

#[tokio::test]
async fn a_draft_may_be_rejected_with_or_without_a_reason() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    for body in [json!({}), json!({ "reason": "ថ្លៃពេក" })] {
        let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
        let rejected = patient.client.post(&path(&draft, "reject"), &body).await.ok();
        assert_eq!(rejected["status"], "INACTIVE");
        for action in ["confirm", "reject", "pause", "resume", "stop"] {
            let answer = patient.client.post(&path(&draft, action), &json!({})).await;
            answer.refused(409, "INVALID_STATE");
        }
    }
    let told = app
        .rows(
            "SELECT message FROM notifications WHERE recipient_id = $1",
            [doctor.id.into()],
        )
        .await;
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .any(|row| row["message"].as_str().unwrap().contains("ថ្លៃពេក"))
    );
}

#[tokio::test]
async fn a_retake_needs_a_reason_and_a_revision_before_it_can_be_confirmed() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let retake = path(&draft, "retake");
    for body in [json!({}), json!({ "reason": " " })] {
        let fields = patient.client.post(&retake, &body).await.invalid_fields();
        assert_eq!(fields, [("reason".to_owned(), "REQUIRED".to_owned())]);
    }
    let asked = patient
        .client
        .post(&retake, &json!({ "reason": "ថ្នាំច្រើនពេក" }))
        .await
        .ok();
    assert_eq!(
        (&asked["revisionRequested"], &asked["revisionReason"]),
        (&json!(true), &json!("ថ្នាំច្រើនពេក"))
    );
    patient
        .client
        .post(&path(&draft, "confirm"), &json!({}))
        .await
        .refused(409, "REVISION_REQUIRED");
    patient
        .client
        .post(&retake, &json!({ "reason": "x" }))
        .await
        .refused(409, "REVISION_REQUIRED");
    assert_eq!(told(&app, &doctor).await, ["PRESCRIPTION_UPDATE RETAKE_REQUESTED"]);
    let entry = "action_type = 'PRESCRIPTION_RETAKE' AND resource_id = $1";
    assert_eq!(app.count("audit_logs", entry, [uuid(&draft).into()]).await, 1);

    let change = json!({ "medications": [at_night("Aspirin", "1")], "changeReason": "បន្ថយ" });
    let revised = doctor.client.patch(&path(&draft, ""), &change).await.ok();
    assert_eq!(
        (&revised["status"], &revised["currentVersion"]),
        (&json!("DRAFT"), &json!(2))
    );
    assert_eq!(revised["revisionRequested"], false);
    assert_eq!(act(&patient, &draft, "confirm").await["status"], "ACTIVE");
    let all = told(&app, &patient).await;
    assert_eq!(all, ["PRESCRIPTION_UPDATE PRESCRIBED", "PRESCRIPTION_UPDATE REVISED"]);
}

#[tokio::test]
async fn pausing_resuming_and_stopping_move_between_their_states_only() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let refused = async |action: &str, from: &str| {
        let error = patient
            .client
            .post(&path(&active, action), &json!({}))
            .await
            .refused(409, "INVALID_STATE");
        assert_eq!(error["details"]["from"], from, "{action}");
    };
    refused("resume", "ACTIVE").await;
    assert_eq!(act(&patient, &active, "pause").await["status"], "PAUSED");
    assert!(doses(&app, &active).await.is_empty());
    refused("pause", "PAUSED").await;
    assert_eq!(act(&patient, &active, "resume").await["status"], "ACTIVE");
    assert_eq!(doses(&app, &active).await.len(), 30);
    assert_eq!(act(&patient, &active, "stop").await["status"], "INACTIVE");
    assert!(doses(&app, &active).await.is_empty());
    for action in ["pause", "resume", "stop", "confirm"] {
        refused(action, "INACTIVE").await;
    }
    let versions = patient.client.get(&path(&active, "versions")).await.ok();
    assert_eq!(versions.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_patient_answers_and_a_stranger_knows_of_nothing() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let (daughter, stranger) = (app.family().await, app.patient().await);
    app.connect(&patient, &daughter, "ACCEPTED", "ALLOWED", json!({})).await;
    let active = confirmed(&doctor, &patient, &[aspirin()]).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let actions: [(&str, Value); 10] = [
        ("confirm", json!({})),
        ("reject", json!({})),
        ("retake", json!({ "reason": "x" })),
        ("accept-changes", json!({})),
        ("decline-changes", json!({})),
        ("pause", json!({})),
        ("resume", json!({})),
        ("stop", json!({})),
        ("medicines", aspirin()),
        ("prn-doses", json!({ "medicationId": active["medications"][0]["id"] })),
    ];
    for (action, body) in actions {
        for person in [&doctor, &daughter] {
            person
                .client
                .post(&path(&active, action), &body)
                .await
                .refused(403, "FORBIDDEN");
        }
        // Another's draft is nothing that family knows of.
        daughter
            .client
            .post(&path(&draft, action), &body)
            .await
            .refused(404, "NOT_FOUND");
        let error = stranger
            .client
            .post(&path(&active, action), &body)
            .await
            .refused(404, "NOT_FOUND");
        assert_eq!(error["details"]["resource"], "Prescription");
    }
    stranger
        .client
        .delete(&path(&draft, ""))
        .await
        .refused(404, "NOT_FOUND");
    daughter
        .client
        .delete(&path(&active, ""))
        .await
        .refused(403, "FORBIDDEN");
    assert_eq!(shown(&patient, &active).await["status"], "ACTIVE");
}

#[tokio::test]
async fn accepting_without_a_proposal_is_refused() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[aspirin()]).await;
    for action in ["accept-changes", "decline-changes"] {
        let error = patient
            .client
            .post(&path(&own, action), &json!({}))
            .await
            .refused(409, "INVALID_STATE");
        assert_eq!(
            (&error["details"]["from"], &error["details"]["allowed"]),
            (&json!("ACTIVE"), &json!([]))
        );
    }
}

#[tokio::test]
async fn a_doctor_who_was_shut_out_is_told_nothing_more() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    app.execute("UPDATE connections SET status = 'REVOKED', revoked_at = now()", [])
        .await;
    assert_eq!(act(&patient, &draft, "confirm").await["status"], "ACTIVE");
    assert!(told(&app, &doctor).await.is_empty());
    doctor.client.get(&path(&draft, "")).await.refused(404, "NOT_FOUND");
    let change = json!({ "notes": "x", "changeReason": "x" });
    doctor
        .client
        .patch(&path(&draft, ""), &change)
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_doctor_who_hears_of_nothing_is_asked_for_nothing_and_holds_nothing_up() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let (asked, waiting) = (
        prescribed(&doctor, &patient, &[aspirin()]).await,
        prescribed(&doctor, &patient, &[aspirin()]).await,
    );
    let retake = json!({ "reason": "x" });
    patient.client.post(&path(&asked, "retake"), &retake).await.ok();
    app.execute("UPDATE connections SET permission_level = 'NOT_ALLOWED'", [])
        .await;
    patient
        .client
        .post(&path(&waiting, "retake"), &retake)
        .await
        .refused(403, "FORBIDDEN");
    let confirmed = act(&patient, &asked, "confirm").await;
    assert_eq!(
        (&confirmed["status"], &confirmed["revisionRequested"]),
        (&json!("ACTIVE"), &json!(false))
    );
    assert_eq!(act(&patient, &waiting, "confirm").await["status"], "ACTIVE");
}
