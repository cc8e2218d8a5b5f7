//! What those who are not let in learn all the same, and what they leave behind.

use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{asked, change, code, connected, consume, entries, id_of};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

async fn etag(viewer: &Person, id: &str) -> String {
    viewer.client.get(&format!("/connections/{id}")).await.header("etag")
}

async fn set_birthday(app: &TestApp, person: &Person, day: time::Date) {
    let sql = "UPDATE users SET date_of_birth = $2, gender = 'FEMALE' WHERE id = $1";
    app.execute(sql, [person.id.into(), day.into()]).await;
}

async fn invited(patient: &Person, method: &str, contact: &str) -> Answer {
    let body = json!({ "method": method, "contact": contact, "permissionLevel": "ALLOWED" });
    patient.client.post("/connections/invitations", &body).await
}

async fn is_valid(by: &Person, token: &str) -> Value {
    let body = json!({ "token": token });
    by.client.post("/connections/tokens/validate", &body).await.ok()
}

/// The newest entry that somebody left, as a refused look at a patient.
async fn refused_look(app: &TestApp, by: &Person, patient: &Person) -> Value {
    let entry = entries(app, by).await.swap_remove(0);
    assert_eq!(
        (&entry["action"], &entry["patient_id"]),
        (&json!("DATA_ACCESS"), &json!(patient.id.to_string()))
    );
    assert_eq!(entry["details"]["outcome"], "REFUSED", "{entry}");
    entry["details"]["data"].clone()
}

#[tokio::test]
async fn a_version_tells_nothing_of_what_is_not_shown() {
    let app = TestApp::start().await;
    let (patient, stranger) = (app.patient().await, app.family().await);
    set_birthday(&app, &patient, time::macros::date!(1960 - 01 - 02)).await;
    let id = asked(&stranger, &patient).await;
    let (theirs, own) = (etag(&stranger, &id).await, etag(&patient, &id).await);
    set_birthday(&app, &patient, time::macros::date!(1961 - 01 - 02)).await;
    assert_eq!(etag(&stranger, &id).await, theirs, "hidden, and so not in the hash");
    assert_ne!(etag(&patient, &id).await, own, "the patient sees it");
    change(&patient, &id, "accept", &json!({})).await.ok();
    let open = etag(&stranger, &id).await;
    set_birthday(&app, &patient, time::macros::date!(1962 - 01 - 02)).await;
    assert_ne!(etag(&stranger, &id).await, open, "shown, and so in the hash");
}

#[tokio::test]
async fn a_patient_who_opens_nothing_shows_no_phone_number_either() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = connected(&doctor, &patient, "ALLOWED").await;
    let path = format!("/connections/{id}");
    let seen = doctor.client.get(&path).await.ok();
    assert_eq!(seen["recipient"]["phoneNumber"], patient.account.phone);
    let closed = json!({ "permissionLevel": "NOT_ALLOWED" });
    change(&patient, &id, "permission", &closed).await.ok();
    let seen = doctor.client.get(&path).await.ok();
    for field in ["phoneNumber", "gender", "dateOfBirth"] {
        assert_eq!(seen["recipient"][field], Value::Null, "{field}");
    }
    let own = patient.client.get(&path).await.ok();
    assert_eq!(own["initiator"]["phoneNumber"], doctor.account.phone);
}

#[tokio::test]
async fn a_selection_without_its_level_opens_nothing_at_acceptance() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = asked(&doctor, &patient).await;
    let scope = json!({ "scope": { "from": "2026-03-06" } });
    let refused = change(&patient, &id, "accept", &scope).await;
    assert_eq!(
        refused.invalid_fields(),
        [("permissionLevel".into(), "REQUIRED".into())]
    );
    let path = format!("/connections/{id}");
    assert_eq!(patient.client.get(&path).await.ok()["status"], "PENDING");
}

#[tokio::test]
async fn a_code_is_valid_only_for_those_who_can_use_it() {
    let app = TestApp::start().await;
    let (patient, daughter, other) = (app.patient().await, app.family().await, app.family().await);
    let own = code(&patient, "ALLOWED").await;
    assert_eq!(is_valid(&patient, &own).await["valid"], false);
    let invitation = invited(&patient, "QR_CODE", &daughter.account.phone).await.expect(201);
    let token = invitation["invitationToken"].as_str().unwrap();
    let unknown = is_valid(&other, "AAAA2222").await;
    assert_eq!(is_valid(&other, token).await, unknown, "no name, and no word of why");
    assert_eq!(is_valid(&daughter, token).await["valid"], true);
    consume(&other, token).await.refused(403, "FORBIDDEN");
    assert_eq!(refused_look(&app, &other, &patient).await, "CONNECTION");
    consume(&daughter, token).await.expect(201);
    assert!(
        app.outbox
            .sent_to(&daughter.account.phone)
            .iter()
            .all(|sent| !sent.text.contains(token))
    );
}

#[tokio::test]
async fn a_picture_may_be_for_somebody_but_not_for_a_contact_that_is_none() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for (contact, code) in [("12", "INVALID_PHONE"), ("a@", "INVALID_EMAIL")] {
        let refused = invited(&patient, "QR_CODE", contact).await;
        assert_eq!(refused.invalid_fields(), [("contact".into(), code.into())]);
    }
    assert_eq!(
        invited(&patient, "QR_CODE", " ").await.expect(201)["contact"],
        Value::Null
    );
}

#[tokio::test]
async fn a_step_that_is_not_the_callers_leaves_a_trace() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = asked(&doctor, &patient).await;
    let level = json!({ "permissionLevel": "ALLOWED" });
    for (step, body) in [("accept", json!({})), ("decline", json!({})), ("permission", level)] {
        let before = entries(&app, &doctor).await.len();
        change(&doctor, &id, step, &body).await.refused(403, "FORBIDDEN");
        assert_eq!(entries(&app, &doctor).await.len(), before + 1, "{step}");
        assert_eq!(refused_look(&app, &doctor, &patient).await, "CONNECTION");
    }
    let request = json!({ "permissionLevel": "REQUEST" });
    change(&patient, &id, "accept", &request).await.ok();
    let requests = format!("/connections/{id}/access-requests");
    let made = doctor
        .client
        .post(&requests, &json!({ "reason": "x" }))
        .await
        .expect(201);
    let approve = format!("{requests}/{}/approve", id_of(&made));
    let before = entries(&app, &doctor).await.len();
    doctor.client.post(&approve, &json!({})).await.refused(403, "FORBIDDEN");
    assert_eq!(entries(&app, &doctor).await.len(), before + 1);
    assert_eq!(refused_look(&app, &doctor, &patient).await, "CONNECTION");
}

#[tokio::test]
async fn marking_the_dose_of_a_patient_one_knows_leaves_a_trace() {
    let app = TestApp::start().await;
    let (patient, doctor, husband) = (app.patient().await, app.doctor().await, app.patient().await);
    let stranger = app.patient().await;
    connected(&doctor, &patient, "ALLOWED").await;
    connected(&husband, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 08:30 +7)).await;
    let path = format!("/doses/{}/taken", dose.id);
    doctor.client.patch(&path, &json!({})).await.refused(403, "FORBIDDEN");
    assert_eq!(refused_look(&app, &doctor, &patient).await, "DOSE_SCHEDULE");
    husband.client.patch(&path, &json!({})).await.refused(404, "NOT_FOUND");
    assert_eq!(refused_look(&app, &husband, &patient).await, "DOSE_SCHEDULE");
    let before = entries(&app, &stranger).await.len();
    stranger.client.patch(&path, &json!({})).await.refused(404, "NOT_FOUND");
    assert_eq!(entries(&app, &stranger).await.len(), before);
}

#[tokio::test]
async fn one_phone_is_invited_three_times_an_hour_by_whomever() {
    let app = TestApp::start().await;
    let patients = [app.patient().await, app.patient().await];
    for n in 0..3 {
        invited(&patients[n % 2], "PHONE", "012345670").await.expect(201);
    }
    for patient in &patients {
        invited(patient, "PHONE", "012345670")
            .await
            .refused(429, "RATE_LIMITED");
        invited(patient, "QR_CODE", "012345670").await.expect(201);
    }
    invited(&patients[0], "PHONE", "012345671").await.expect(201);
}

#[tokio::test]
async fn whoever_declined_is_not_asked_again_and_again() {
    let app = TestApp::start().await;
    let (patient, other, pest) = (app.patient().await, app.patient().await, app.family().await);
    let again = json!({ "userId": patient.id, "message": "x" });
    for _ in 0..6 {
        let id = id_of(&pest.client.post("/connections", &again).await.expect(201));
        change(&pest, &id, "revoke", &json!({})).await.ok();
        app.clock.advance(Duration::SECOND);
    }
    pest.client
        .post("/connections", &again)
        .await
        .refused(429, "RATE_LIMITED");
    asked(&pest, &other).await;
}

#[tokio::test]
async fn what_is_made_comes_with_its_version() {
    let app = TestApp::start().await;
    let (patient, doctor, daughter) = (app.patient().await, app.doctor().await, app.family().await);
    let made = doctor
        .client
        .post("/connections", &json!({ "userId": patient.id }))
        .await;
    let id = id_of(&made.expect(201));
    assert_eq!(made.header("etag"), etag(&doctor, &id).await);
    let used = consume(&daughter, &code(&patient, "ALLOWED").await).await;
    let id = id_of(&used.expect(201));
    assert_eq!(used.header("etag"), etag(&daughter, &id).await);
}

#[tokio::test]
async fn open_invitations_come_in_pages() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, invited(&patient, "QR_CODE", "").await.expect(201));
        app.clock.advance(Duration::SECOND);
    }
    let first = patient.client.get("/connections/invitations?limit=2").await;
    let link = first.header("link");
    assert_eq!(first.ok(), json!(made[..2]));
    let cursor = link.split("cursor=").nth(1).unwrap().split(['&', '>']).next().unwrap();
    let path = format!("/connections/invitations?limit=2&cursor={cursor}");
    assert_eq!(patient.client.get(&path).await.ok(), json!(made[2..]));
    let refused = patient.client.get("/connections/invitations?limit=0").await;
    assert_eq!(refused.invalid_fields(), [("limit".into(), "OUT_OF_RANGE".into())]);
}
