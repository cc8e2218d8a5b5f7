use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::{change, connected, entries, notifications};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

async fn nudge(by: &Person, patient: &Person, dose: &str) -> Answer {
    let body = json!({ "patientId": patient.id, "doseId": dose });
    by.client.post("/connections/nudge", &body).await
}

async fn answer(patient: &Person, dose: Uuid, response: &str) -> Answer {
    let body = json!({ "doseId": dose, "response": response });
    patient.client.post("/connections/nudge/respond", &body).await
}

#[tokio::test]
async fn family_asks_about_a_missed_dose_and_only_whoever_asked_hears_the_answer() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    app.execute(
        "UPDATE subscriptions SET tier = 'PREMIUM' WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    connected(&daughter, &patient, "SELECTED").await;
    connected(&son, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    app.miss(dose).await;
    answer(&patient, dose.id, "ញ៉ាំហើយ").await.refused(404, "NOT_FOUND");

    let sent = nudge(&daughter, &patient, &dose.id.to_string()).await.expect(201);
    assert_eq!(
        (&sent["doseId"], &sent["nudgesLeft"]),
        (&json!(dose.id.to_string()), &json!(1))
    );
    let question = &notifications(&app, &patient).await[0];
    assert_eq!(question["message"], "សុខ សំណាង សួរថា តើអ្នកបានញ៉ាំ ប៉ារ៉ាសេតាម៉ុល (07:00) ហើយឬនៅ?");
    assert_eq!(question["data"]["doseId"], dose.id.to_string());
    let entry = &entries(&app, &daughter).await[0];
    assert_eq!(
        (&entry["action"], &entry["details"]["change"]),
        (&json!("DOSE_MISSED"), &json!("NUDGED"))
    );

    let before = notifications(&app, &son).await.len();
    let thanks = answer(&patient, dose.id, " ញ៉ាំហើយ កូន ").await.ok();
    assert!(thanks["message"].is_string());
    let heard = &notifications(&app, &daughter).await[0];
    assert_eq!(heard["message"], "សុខ សំណាង ឆ្លើយថា៖ ញ៉ាំហើយ កូន");
    assert_eq!(notifications(&app, &son).await.len(), before);
    answer(&patient, dose.id, "ញ៉ាំហើយ").await.refused(404, "NOT_FOUND");
    assert_eq!(
        patient.client.get("/doses/history").await.ok()[0]["status"],
        "MISSED",
        "an answer marks no dose"
    );
    nudge(&daughter, &patient, &dose.id.to_string()).await.expect(201);
    answer(&patient, dose.id, "បន្តិចទៀត").await.ok();
}

#[tokio::test]
async fn the_third_question_of_one_person_about_one_dose_is_one_too_many() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    app.execute(
        "UPDATE subscriptions SET tier = 'PREMIUM' WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    connected(&daughter, &patient, "ALLOWED").await;
    connected(&son, &patient, "ALLOWED").await;
    let [one, two] = [datetime!(2026-03-06 07:00 +7), datetime!(2026-03-06 08:00 +7)];
    let (one, two) = (app.dose(&patient, one).await, app.dose(&patient, two).await);
    for left in [1, 0] {
        assert_eq!(
            nudge(&daughter, &patient, &one.id.to_string()).await.expect(201)["nudgesLeft"],
            left
        );
    }
    let refused = nudge(&daughter, &patient, &one.id.to_string()).await;
    refused.refused(429, "NUDGE_LIMIT");
    refused.header("retry-after");
    nudge(&daughter, &patient, &two.id.to_string()).await.expect(201);
    nudge(&son, &patient, &one.id.to_string()).await.expect(201);
}

#[tokio::test]
async fn no_dose_named_is_the_latest_that_was_missed_today() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let yesterday = app.dose(&patient, datetime!(2026-03-05 21:00 +7)).await;
    app.miss(yesterday).await;
    nudge(&daughter, &patient, "").await.refused(400, "DOSE_NOT_MISSED");
    let early = app.dose(&patient, datetime!(2026-03-06 06:00 +7)).await;
    app.miss(early).await;
    // Its grace is over, and nobody has swept yet.
    let later = app.dose(&patient, datetime!(2026-03-06 08:00 +7)).await;
    app.dose(&patient, datetime!(2026-03-06 08:45 +7)).await;
    let sent = nudge(&daughter, &patient, "").await.expect(201);
    assert_eq!(sent["doseId"], later.id.to_string());
    let body = json!({ "patientId": patient.id });
    let unnamed = daughter.client.post("/connections/nudge", &body).await.expect(201);
    assert_eq!(unnamed["doseId"], later.id.to_string());
}

#[tokio::test]
async fn nobody_is_asked_about_what_was_taken_or_is_still_to_come() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let taken = app.dose(&patient, datetime!(2026-03-06 08:50 +7)).await;
    patient
        .client
        .patch(&format!("/doses/{}/taken", taken.id), &json!({}))
        .await
        .ok();
    let to_come = app.dose(&patient, datetime!(2026-03-06 12:00 +7)).await;
    let (prescription, medication) = app.medication(&patient, true).await;
    let as_needed = app
        .dose_of(&patient, prescription, medication, datetime!(2026-03-06 07:00 +7))
        .await;
    for dose in [taken, to_come, as_needed] {
        nudge(&daughter, &patient, &dose.id.to_string())
            .await
            .refused(400, "DOSE_NOT_MISSED");
    }
    let overdue = app.dose(&patient, datetime!(2026-03-06 08:59 +7)).await;
    nudge(&daughter, &patient, &overdue.id.to_string()).await.expect(201);
    let stranger = app.patient().await;
    let foreign = app.dose(&stranger, datetime!(2026-03-06 07:00 +7)).await;
    nudge(&daughter, &patient, &foreign.id.to_string())
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn asking_is_for_family_at_the_levels_that_remind() {
    let app = TestApp::start().await;
    let (patient, daughter, doctor, stranger) = (
        app.patient().await,
        app.family().await,
        app.doctor().await,
        app.family().await,
    );
    let id = connected(&daughter, &patient, "REQUEST").await;
    connected(&doctor, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let dose = dose.id.to_string();
    nudge(&daughter, &patient, &dose).await.refused(403, "FORBIDDEN");
    nudge(&doctor, &patient, &dose).await.refused(403, "FORBIDDEN");
    nudge(&patient, &patient, &dose).await.refused(403, "FORBIDDEN");
    nudge(&stranger, &patient, &dose).await.refused(404, "NOT_FOUND");
    let refused = &entries(&app, &stranger).await[0];
    assert_eq!(
        (&refused["action"], &refused["details"]["outcome"]),
        (&json!("DATA_ACCESS"), &json!("REFUSED"))
    );
    change(&patient, &id, "permission", &json!({ "permissionLevel": "SELECTED" }))
        .await
        .ok();
    nudge(&daughter, &patient, &dose).await.expect(201);
    daughter
        .client
        .post(
            "/connections/nudge/respond",
            &json!({ "doseId": dose, "response": "x" }),
        )
        .await
        .refused(403, "FORBIDDEN");
    answer(&app.patient().await, dose.parse().unwrap(), "x")
        .await
        .refused(404, "NOT_FOUND");
    change(&patient, &id, "revoke", &json!({})).await.ok();
    let before = notifications(&app, &daughter).await.len();
    answer(&patient, dose.parse().unwrap(), "x")
        .await
        .refused(404, "NOT_FOUND");
    assert_eq!(
        notifications(&app, &daughter).await.len(),
        before,
        "whoever is not connected any more hears nothing"
    );
    let invalid = patient
        .client
        .post("/connections/nudge/respond", &json!({ "doseId": "x" }))
        .await;
    assert_eq!(
        invalid.invalid_fields(),
        [
            ("doseId".into(), "INVALID".into()),
            ("response".into(), "REQUIRED".into())
        ]
    );
    let nameless = daughter
        .client
        .post("/connections/nudge", &json!({ "doseId": "x" }))
        .await;
    assert_eq!(
        nameless.invalid_fields(),
        [
            ("patientId".into(), "REQUIRED".into()),
            ("doseId".into(), "INVALID".into())
        ]
    );
}

#[tokio::test]
async fn a_question_that_is_sent_again_with_its_key_is_asked_once() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let phone = daughter.client.with_header("idempotency-key", "ask");
    let body = json!({ "patientId": patient.id, "doseId": dose.id });
    let first: Value = phone.post("/connections/nudge", &body).await.expect(201);
    let again = phone.post("/connections/nudge", &body).await;
    assert_eq!(
        (again.expect(201), again.header("idempotency-replayed")),
        (first, "true".to_owned())
    );
    app.clock.advance(Duration::minutes(1));
    assert_eq!(
        nudge(&daughter, &patient, &dose.id.to_string()).await.expect(201)["nudgesLeft"],
        0
    );
}

#[tokio::test]
async fn nobody_misses_what_is_paused_and_whoever_is_told_so_has_looked() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let [due, missed] = [datetime!(2026-03-06 07:00 +7), datetime!(2026-03-06 06:00 +7)];
    let (due, missed) = (app.dose(&patient, due).await, app.dose(&patient, missed).await);
    app.miss(missed).await;
    let pause = "UPDATE prescriptions SET status = 'PAUSED' WHERE id = ANY($1)";
    app.execute(pause, [vec![due.prescription, missed.prescription].into()])
        .await;
    app.execute(
        "UPDATE dose_events SET missed_after = scheduled_time WHERE id = $1",
        [due.id.into()],
    )
    .await;
    nudge(&daughter, &patient, &due.id.to_string())
        .await
        .refused(400, "DOSE_NOT_MISSED");
    let look = &entries(&app, &daughter).await[0];
    assert_eq!(
        (&look["action"], &look["details"]["data"], &look["details"]["outcome"]),
        (&json!("DATA_ACCESS"), &json!("DOSE_SCHEDULE"), &json!("SHOWN"))
    );
    let latest = nudge(&daughter, &patient, "").await.expect(201);
    assert_eq!(
        latest["doseId"],
        missed.id.to_string(),
        "what was missed before the pause"
    );
}

#[tokio::test]
async fn an_answer_is_no_alert_that_has_to_be_corrected() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    app.miss(dose).await;
    nudge(&daughter, &patient, &dose.id.to_string()).await.expect(201);
    answer(&patient, dose.id, "ញ៉ាំហើយ").await.ok();
    let before = notifications(&app, &daughter).await.len();
    let taken = json!({ "takenAt": "2026-03-06T07:10:00+07:00" });
    patient
        .client
        .patch(&format!("/doses/{}/taken", dose.id), &taken)
        .await
        .ok();
    assert_eq!(notifications(&app, &daughter).await.len(), before);
}

#[tokio::test]
async fn an_answer_does_not_reach_somebody_whom_the_patient_cares_for_now() {
    let app = TestApp::start().await;
    let (wife, husband) = (app.patient().await, app.patient().await);
    let id = connected(&husband, &wife, "ALLOWED").await;
    let dose = app.dose(&wife, datetime!(2026-03-06 07:00 +7)).await;
    app.miss(dose).await;
    nudge(&husband, &wife, &dose.id.to_string()).await.expect(201);
    change(&wife, &id, "revoke", &json!({})).await.ok();
    app.clock.advance(Duration::SECOND);
    connected(&wife, &husband, "ALLOWED").await;
    answer(&wife, dose.id, "ញ៉ាំហើយ").await.refused(404, "NOT_FOUND");
}
