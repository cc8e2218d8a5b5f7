use futures_util::future::join_all;
use serde_json::json;

use super::arranging::*;
use crate::support::TestApp;

fn outcomes(answers: &[crate::support::client::Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn many_confirmations_at_once_make_one_schedule() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let (route, none) = (path(&draft, "confirm"), json!({}));
    let answers = join_all((0..64).map(|_| patient.client.post(&route, &none))).await;
    let statuses = outcomes(&answers);
    assert_eq!((statuses[0], &statuses[1..]), (200, &[409; 63][..]));
    assert_eq!(doses(&app, &draft).await.len(), 89);
    assert_eq!(
        app.count("audit_logs", "action_type = 'PRESCRIPTION_CONFIRM'", [])
            .await,
        1
    );
    assert_eq!(told(&app, &doctor).await.len(), 1);
}

#[tokio::test]
async fn of_two_editors_at_once_one_wins_and_the_other_is_told() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for _ in 0..4 {
        let own = own(&patient, &[at_night("Aspirin", "1")]).await;
        let edit = |amount: &str| json!({ "medications": [at_night("Aspirin", amount)], "changeReason": "x", "expectedVersion": 1 });
        let route = path(&own, "");
        let (first, second) = (edit("2"), edit("3"));
        let (first, second) = tokio::join!(
            patient.client.patch(&route, &first),
            patient.client.patch(&route, &second)
        );
        assert_eq!(outcomes(&[first, second]), [200, 412]);
        let versions = "prescription_id = $1";
        assert_eq!(
            app.count("prescription_versions", versions, [uuid(&own).into()]).await,
            2
        );
        assert_eq!(doses(&app, &own).await.len(), 30);
    }
}

#[tokio::test]
async fn an_acceptance_and_an_urgent_change_at_once_leave_the_urgent_grid() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    for _ in 0..4 {
        let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
        let change = json!({ "medications": [at_night("Aspirin", "2")], "changeReason": "x" });
        doctor.client.patch(&path(&active, ""), &change).await.ok();
        let urgent = json!({ "medications": [at_night("Aspirin", "0.5")], "isUrgent": true, "urgentReason": "x" });
        let (accept, edit, none) = (path(&active, "accept-changes"), path(&active, ""), json!({}));
        let (accepted, changed) =
            tokio::join!(patient.client.post(&accept, &none), doctor.client.patch(&edit, &urgent));
        changed.ok();
        assert!([200, 409].contains(&accepted.status.as_u16()), "{}", accepted.text);
        let now = shown(&patient, &active).await;
        assert_eq!(now["medications"][0]["nightDosage"]["amount"], "0.5");
        assert_eq!(
            (&now["proposedVersion"], &now["currentVersion"]),
            (&json!(null), &json!(3))
        );
        assert_eq!(doses(&app, &active).await.len(), 30);
    }
}

#[tokio::test]
async fn an_edit_other_meals_and_a_top_up_at_once_agree_on_the_future() {
    let app = TestApp::start().await;
    for round in 0..4 {
        let patient = app.patient().await;
        let own = own(&patient, &[at_night("Aspirin", "1")]).await;
        app.execute(
            "UPDATE prescriptions SET scheduled_until = '2026-03-20' WHERE id = $1",
            [uuid(&own).into()],
        )
        .await;
        let meals = json!({ "nightMeal": if round % 2 == 0 { "6-7PM" } else { "8-9PM" } });
        let edit = json!({ "medications": [at_night("Aspirin", "2")], "changeReason": "x" });
        let route = path(&own, "");
        let (told, edited, topped_up) = tokio::join!(
            patient.client.put("/onboarding/meal-times", &meals),
            patient.client.patch(&route, &edit),
            app.application.top_up_schedules()
        );
        told.ok();
        edited.ok();
        topped_up.unwrap();
        let clock = if round % 2 == 0 { "19:00" } else { "21:00" };
        let made = doses(&app, &own).await;
        assert_eq!(made.len(), 30);
        assert!(
            made.iter().all(|dose| dose.ends_with(&format!("{clock} DUE"))),
            "{made:?}"
        );
    }
}

#[tokio::test]
async fn one_request_sent_64_times_makes_one_prescription() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let client = patient.client.with_header("idempotency-key", "once");
    let body = json!({ "symptoms": "x", "medications": [at_night("Aspirin", "1")] });
    let answers = join_all((0..64).map(|_| client.post("/prescriptions/patient", &body))).await;
    let ids: Vec<_> = answers.iter().map(|answer| id(&answer.expect(201))).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(app.count("prescriptions", "true", []).await, 1);
}

#[tokio::test]
async fn a_doctor_who_waits_for_their_turn_writes_nothing_once_the_patient_has_revoked() {
    let app = TestApp::start().await;
    let (doctor, patient) = (app.doctor().await, app.patient().await);
    let connection = app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let urgent = json!({ "medications": [at_night("Aspirin", "2")], "isUrgent": true, "urgentReason": "x" });
    let other = prescription_for(&patient, &[aspirin()]);

    let turn = format!("SELECT 1 FROM users WHERE id = '{}' FOR NO KEY UPDATE", patient.id);
    let mut turn = app.hold(&turn).await;
    let route = path(&active, "");
    let writes = async {
        tokio::join!(
            doctor.client.patch(&route, &urgent),
            doctor.client.post("/prescriptions", &other)
        )
    };
    let revocation = async {
        app.until_waiting(2).await;
        let revoke = format!("/connections/{connection}/revoke");
        patient.client.patch(&revoke, &json!({})).await.ok();
        turn.release().await;
    };
    let ((changed, prescribed), ()) = tokio::join!(writes, revocation);
    changed.refused(404, "NOT_FOUND");
    prescribed.refused(404, "NOT_FOUND");
    let refused =
        "action_type = 'DATA_ACCESS' AND details ->> 'outcome' = 'REFUSED' AND actor_id = $1 AND patient_id = $2";
    let refused = app.count("audit_logs", refused, [doctor.id.into(), patient.id.into()]);
    assert_eq!(refused.await, 2);
    assert_eq!(shown(&patient, &active).await["currentVersion"], 1);
    assert_eq!(app.count("prescriptions", "true", []).await, 1);
}

#[tokio::test]
async fn a_doctor_who_is_rejected_while_they_wait_writes_nothing() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let turn = format!("SELECT 1 FROM users WHERE id = '{}' FOR NO KEY UPDATE", patient.id);
    let mut turn = app.hold(&turn).await;
    let mut urgent = prescription_for(&patient, &[aspirin()]);
    urgent["isUrgent"] = json!(true);
    urgent["urgentReason"] = json!("x");
    let rejection = async {
        app.until_waiting(1).await;
        let reject = "UPDATE users SET account_status = 'REJECTED' WHERE id = $1";
        app.execute(reject, [doctor.id.into()]).await;
        turn.release().await;
    };
    let (answer, ()) = tokio::join!(doctor.client.post("/prescriptions", &urgent), rejection);
    assert_eq!(answer.status, 403, "{}", answer.text);
    assert_eq!(app.count("prescriptions", "true", []).await, 0);
}
