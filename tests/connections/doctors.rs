use serde_json::json;
use uuid::Uuid;

use super::{asked, id_of, look, notifications};
use crate::support::TestApp;

#[tokio::test]
async fn a_doctor_sees_what_waits_for_them_and_accepts_or_declines() {
    let app = TestApp::start().await;
    let (doctor, patient, other, third) = (
        app.doctor().await,
        app.patient().await,
        app.patient().await,
        app.patient().await,
    );
    let first = asked(&patient, &doctor).await;
    app.clock.advance(time::Duration::minutes(1));
    let second = asked(&other, &doctor).await;
    asked(&doctor, &third).await;
    let pending = doctor.client.get("/doctor/connections/pending").await.ok();
    let ids: Vec<_> = pending.as_array().unwrap().iter().map(id_of).collect();
    assert_eq!(
        ids,
        [second.clone(), first.clone()],
        "what the doctor asked for waits for others"
    );
    assert!(pending[0]["initiator"]["phoneNumber"].is_null());

    let accepted = doctor
        .client
        .post(&format!("/doctor/connections/{first}/accept"), &json!({}))
        .await
        .ok();
    assert_eq!(accepted["status"], "ACCEPTED");
    look(&doctor, &patient).await.ok();
    let reject = format!("/doctor/connections/{second}/reject");
    let rejected = doctor.client.post(&reject, &json!({ "reason": "ពេញហើយ" })).await.ok();
    assert_eq!(rejected["status"], "REVOKED");
    assert!(
        notifications(&app, &other).await[0]["message"]
            .as_str()
            .unwrap()
            .ends_with("ពេញហើយ")
    );
    assert_eq!(doctor.client.get("/doctor/connections/pending").await.ok(), json!([]));
    doctor
        .client
        .post(&reject, &json!({}))
        .await
        .refused(409, "INVALID_STATE");
}

#[tokio::test]
async fn nobody_but_the_doctor_who_was_asked_answers_as_a_doctor() {
    let app = TestApp::start().await;
    let (doctor, colleague, patient) = (app.doctor().await, app.doctor().await, app.patient().await);
    let id = asked(&patient, &doctor).await;
    for verb in ["accept", "reject"] {
        let path = format!("/doctor/connections/{id}/{verb}");
        colleague.client.post(&path, &json!({})).await.refused(404, "NOT_FOUND");
        patient.client.post(&path, &json!({})).await.refused(403, "FORBIDDEN");
        let nothing = format!("/doctor/connections/{}/{verb}", Uuid::now_v7());
        doctor.client.post(&nothing, &json!({})).await.refused(404, "NOT_FOUND");
    }
    patient
        .client
        .get("/doctor/connections/pending")
        .await
        .refused(403, "FORBIDDEN");
}
