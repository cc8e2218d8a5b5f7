use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{asked, change, connected, entries, look, notifications};
use crate::support::TestApp;
use crate::support::people::Person;

async fn doses_seen(viewer: &Person, patient: &Person) -> usize {
    look(viewer, patient).await.ok()["doses"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_patient_alone_sets_the_level_and_it_counts_at_once() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    // Asked by the patient, so that the doctor accepts: what the doctor would like is not read.
    let id = asked(&patient, &doctor).await;
    change(&patient, &id, "permission", &json!({ "permissionLevel": "REQUEST" }))
        .await
        .ok();
    let accepted = change(&doctor, &id, "accept", &json!({ "permissionLevel": "ALLOWED" }))
        .await
        .ok();
    assert_eq!(accepted["permissionLevel"], "REQUEST");
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");

    let set = async |level: &str| change(&patient, &id, "permission", &json!({ "permissionLevel": level })).await;
    assert_eq!(set("ALLOWED").await.ok()["permissionLevel"], "ALLOWED");
    look(&doctor, &patient).await.ok();
    set("NOT_ALLOWED").await.ok();
    look(&doctor, &patient).await.refused(403, "FORBIDDEN");
    change(&doctor, &id, "permission", &json!({ "permissionLevel": "ALLOWED" }))
        .await
        .refused(403, "FORBIDDEN");
    let entry = &entries(&app, &patient).await[0];
    assert_eq!(entry["action"], "PERMISSION_CHANGE");
    assert_eq!(
        entry["details"]["permissionLevel"],
        json!({ "from": "ALLOWED", "to": "NOT_ALLOWED" })
    );
    assert_eq!(
        notifications(&app, &doctor).await[0]["data"]["change"],
        "PERMISSION_CHANGED"
    );
    let told = notifications(&app, &doctor).await.len();
    set("NOT_ALLOWED").await.ok();
    assert_eq!(notifications(&app, &doctor).await.len(), told, "nothing has changed");
}

#[tokio::test]
async fn no_choice_is_everything_and_nobody_makes_one_for_the_patient() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    app.execute(
        "UPDATE subscriptions SET tier = 'PREMIUM' WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    let first = asked(&daughter, &patient).await;
    assert_eq!(
        change(&patient, &first, "accept", &json!({})).await.ok()["permissionLevel"],
        "ALLOWED"
    );
    let second = asked(&patient, &son).await;
    let accepted = change(&son, &second, "accept", &json!({ "permissionLevel": "NOT_ALLOWED" }))
        .await
        .ok();
    assert_eq!(accepted["permissionLevel"], "ALLOWED");
}

#[tokio::test]
async fn a_selection_shows_the_prescriptions_and_days_that_the_patient_names() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    let one = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    app.dose(&patient, datetime!(2026-03-06 12:00 +7)).await;
    assert_eq!(doses_seen(&doctor, &patient).await, 2);
    let select = async |scope: Value| {
        let body = json!({ "permissionLevel": "SELECTED", "scope": scope });
        change(&patient, &id, "permission", &body).await
    };
    let selected = select(json!({ "prescriptionIds": [one.prescription] })).await.ok();
    let scope = json!({ "prescriptionIds": [one.prescription.to_string()], "from": null, "to": null });
    assert_eq!(selected["metadata"]["scope"], scope);
    assert_eq!(doses_seen(&doctor, &patient).await, 1);
    select(json!({ "from": "2026-03-06", "to": "2026-03-06" })).await.ok();
    assert_eq!(doses_seen(&doctor, &patient).await, 2);
    select(json!({ "prescriptionIds": [one.prescription], "from": "2026-03-07" }))
        .await
        .ok();
    assert_eq!(doses_seen(&doctor, &patient).await, 0);
    let all = change(&patient, &id, "permission", &json!({ "permissionLevel": "ALLOWED" }))
        .await
        .ok();
    assert_eq!(all["metadata"]["scope"], Value::Null);
    assert_eq!(doses_seen(&doctor, &patient).await, 2);
}

#[tokio::test]
async fn a_selection_that_makes_no_sense_changes_nothing() {
    let app = TestApp::start().await;
    let (patient, other, doctor) = (app.patient().await, app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    let foreign = app.dose(&other, datetime!(2026-03-06 07:00 +7)).await.prescription;
    let fault = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    for (body, expected) in [
        (json!({}), fault("permissionLevel", "REQUIRED")),
        (
            json!({ "permissionLevel": "EVERYTHING" }),
            fault("permissionLevel", "INVALID"),
        ),
        (json!({ "permissionLevel": "SELECTED" }), fault("scope", "REQUIRED")),
        (
            json!({ "permissionLevel": "SELECTED", "scope": {} }),
            fault("scope", "REQUIRED"),
        ),
        (
            json!({ "permissionLevel": "SELECTED", "scope": { "prescriptionIds": [foreign] } }),
            fault("scope.prescriptionIds", "INVALID"),
        ),
        (
            json!({ "permissionLevel": "SELECTED", "scope": { "prescriptionIds": ["x"] } }),
            fault("scope.prescriptionIds", "INVALID"),
        ),
        (
            json!({ "permissionLevel": "SELECTED", "scope": { "from": "2026-03-07", "to": "2026-03-06" } }),
            [fault("scope.from", "OUT_OF_RANGE"), fault("scope.to", "OUT_OF_RANGE")].concat(),
        ),
        (
            json!({ "permissionLevel": "SELECTED", "scope": { "from": "2026-02-30" } }),
            fault("scope.from", "INVALID"),
        ),
    ] {
        let answer = change(&patient, &id, "permission", &body).await;
        assert_eq!(answer.invalid_fields(), expected, "{body}");
    }
    let path = format!("/connections/{id}");
    assert_eq!(patient.client.get(&path).await.ok()["permissionLevel"], "ALLOWED");
}

#[tokio::test]
async fn family_sees_everything_or_nothing() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let id = connected(&daughter, &patient, "REQUEST").await;
    app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    assert_eq!(doses_seen(&daughter, &patient).await, 1);
    let selected = change(&patient, &id, "permission", &json!({ "permissionLevel": "SELECTED" }))
        .await
        .ok();
    assert_eq!(selected["metadata"]["scope"], Value::Null);
    assert_eq!(doses_seen(&daughter, &patient).await, 1);
    change(
        &patient,
        &id,
        "permission",
        &json!({ "permissionLevel": "NOT_ALLOWED" }),
    )
    .await
    .ok();
    look(&daughter, &patient).await.refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn what_was_opened_before_the_end_is_not_open_after_a_new_beginning() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "REQUEST").await;
    let reason = json!({ "reason": "ពិនិត្យ" });
    let requests = format!("/connections/{id}/access-requests");
    let request = super::id_of(&doctor.client.post(&requests, &reason).await.expect(201));
    patient
        .client
        .post(&format!("{requests}/{request}/approve"), &json!({}))
        .await
        .ok();
    look(&doctor, &patient).await.ok();
    change(&doctor, &id, "revoke", &json!({})).await.ok();
    app.clock.advance(Duration::minutes(1));
    asked(&doctor, &patient).await;
    change(&patient, &id, "accept", &json!({ "permissionLevel": "REQUEST" }))
        .await
        .ok();
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    assert_eq!(doctor.client.get(&requests).await.ok(), json!([]));
}
