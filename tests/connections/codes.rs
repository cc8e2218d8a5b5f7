use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{ask, code, connected, consume, entries, look, notifications};
use crate::support::TestApp;
use crate::support::people::Person;

async fn validate(by: &Person, token: &str) -> Value {
    by.client
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await
        .ok()
}

#[tokio::test]
async fn a_code_connects_whoever_uses_it_at_the_level_it_gives() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let made = patient
        .client
        .post("/connections/tokens/generate", &json!({ "permissionLevel": "REQUEST" }))
        .await
        .expect(201);
    assert_eq!(made["expiresAt"], "2026-03-07T09:00:00.000+07:00");
    let token = made["token"].as_str().unwrap();
    assert_eq!(token.len(), 8);
    let valid = validate(&doctor, &token.to_lowercase()).await;
    let expected = json!({
        "valid": true, "patient": { "firstName": "សុខ", "lastName": "សំណាង" }, "permissionLevel": "REQUEST",
        "expiresAt": "2026-03-07T09:00:00.000+07:00",
    });
    assert_eq!(valid, expected);

    let connection = consume(&doctor, &token.to_lowercase()).await.expect(201);
    assert_eq!(
        (&connection["status"], &connection["permissionLevel"]),
        (&json!("ACCEPTED"), &json!("REQUEST"))
    );
    assert_eq!(connection["initiatorId"], doctor.id.to_string());
    assert_eq!(connection["recipient"]["phoneNumber"], patient.account.phone);
    assert_eq!(notifications(&app, &patient).await[0]["data"]["change"], "ACCEPTED");
    let entry = &entries(&app, &doctor).await[0];
    assert_eq!(
        (&entry["action"], &entry["patient_id"]),
        (&json!("CONNECTION_ACCEPT"), &json!(patient.id.to_string()))
    );
    assert_eq!(entries(&app, &patient).await[0]["details"]["kind"], "CODE");

    let other = app.family().await;
    consume(&other, token).await.refused(400, "CODE_USED");
    assert_eq!(validate(&other, token).await["valid"], false);
    let stored = app
        .rows(
            "SELECT connection_offers::text AS o FROM users WHERE id = $1",
            [patient.id.into()],
        )
        .await;
    assert!(
        !stored[0]["o"].as_str().unwrap().contains(token),
        "the code itself is nowhere"
    );
}

#[tokio::test]
async fn a_code_is_good_until_the_moment_it_expires() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    let token = code(&patient, "ALLOWED").await;
    app.clock.set(datetime!(2026-03-07 08:59:59.999 +7));
    let daughter = app.sign_in(&daughter.account).await;
    assert_eq!(validate(&daughter, &token).await["valid"], true);
    app.clock.advance(Duration::MILLISECOND);
    let khmer = daughter.client.with_header("accept-language", "km");
    let over = khmer
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await
        .ok();
    assert_eq!(
        over,
        json!({ "valid": false, "message": "លេខកូដនេះប្រើមិនបានទេ សូមស្នើសុំលេខកូដថ្មី" })
    );
    consume(&daughter, &token).await.refused(400, "CODE_EXPIRED");
    consume(&daughter, "AAAA2222").await.refused(400, "CODE_INVALID");
    let unknown = daughter.client.with_header("accept-language", "km");
    let unknown = unknown
        .post("/connections/tokens/validate", &json!({ "token": "AAAA2222" }))
        .await
        .ok();
    assert_eq!(unknown, over, "a code that never was is answered like one that is over");
}

#[tokio::test]
async fn five_codes_an_hour_and_only_by_patients() {
    let app = TestApp::start().await;
    let (patient, doctor, daughter) = (app.patient().await, app.doctor().await, app.family().await);
    let generate = async |person: &Person| {
        person
            .client
            .post("/connections/tokens/generate", &json!({ "permissionLevel": "ALLOWED" }))
            .await
    };
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(generate(&patient).await.expect(201)["token"].clone());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 5);
    app.clock.advance(Duration::minutes(10));
    let refused = generate(&patient).await;
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(refused.header("retry-after"), "3000");
    app.clock.advance(Duration::minutes(50));
    generate(&app.sign_in(&patient.account).await).await.expect(201);
    for nobody in [&doctor, &daughter] {
        let nobody = app.sign_in(&nobody.account).await;
        generate(&nobody).await.refused(403, "FORBIDDEN");
    }
    for level in [json!("NOT_ALLOWED"), json!("ALL"), Value::Null] {
        let patient = app.sign_in(&app.account("PATIENT", "ACTIVE").await).await;
        let body = json!({ "permissionLevel": level });
        let answer = patient.client.post("/connections/tokens/generate", &body).await;
        assert_eq!(answer.invalid_fields()[0].0, "permissionLevel");
    }
}

#[tokio::test]
async fn a_code_answers_what_was_asked_and_is_no_way_around_the_rules() {
    let app = TestApp::start().await;
    let (patient, daughter, doctor) = (app.patient().await, app.family().await, app.doctor().await);
    let token = code(&patient, "SELECTED").await;
    consume(&patient, &token).await.refused(400, "SELF_CONNECTION");
    ask(&daughter, &patient).await.expect(201);
    let connection = consume(&daughter, &token).await.expect(201);
    assert_eq!(
        (&connection["status"], &connection["permissionLevel"]),
        (&json!("ACCEPTED"), &json!("SELECTED"))
    );
    assert_eq!(app.count("connections", "true", []).await, 1);
    look(&daughter, &patient).await.ok();

    connected(&doctor, &patient, "ALLOWED").await;
    let another = code(&patient, "REQUEST").await;
    consume(&doctor, &another).await.refused(409, "DUPLICATE_CONNECTION");
    assert_eq!(
        validate(&doctor, &another).await["valid"],
        true,
        "a refused use does not use it up"
    );
    let empty = doctor
        .client
        .post("/connections/tokens/consume", &json!({ "token": " " }))
        .await;
    assert_eq!(empty.invalid_fields(), [("token".into(), "REQUIRED".into())]);
}

#[tokio::test]
async fn a_patient_who_uses_a_patients_code_cares_for_them() {
    let app = TestApp::start().await;
    let (husband, wife) = (app.patient().await, app.patient().await);
    consume(&wife, &code(&husband, "ALLOWED").await).await.expect(201);
    look(&wife, &husband).await.ok();
    look(&husband, &wife).await.refused(404, "NOT_FOUND");
    let caregivers = husband.client.get("/connections/caregivers").await.ok();
    assert_eq!(caregivers[0]["initiator"]["id"], wife.id.to_string());
}

#[tokio::test]
async fn nobody_guesses_codes_for_long() {
    let app = TestApp::start_with(|config| config.application.connections.code_tries_per_hour = 3).await;
    let (patient, guesser) = (app.patient().await, app.family().await);
    let token = code(&patient, "ALLOWED").await;
    for guess in ["AAAA2222", "AAAA2223"] {
        assert_eq!(validate(&guesser, guess).await["valid"], false);
    }
    consume(&guesser, "AAAA2224").await.refused(400, "CODE_INVALID");
    let answer = guesser
        .client
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await;
    answer.refused(429, "RATE_LIMITED");
    consume(&guesser, &token).await.refused(429, "RATE_LIMITED");
    consume(&app.family().await, &token).await.expect(201);
}

#[tokio::test]
async fn a_code_that_is_asked_for_again_with_its_key_is_the_same_code() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let phone = patient.client.with_header("idempotency-key", "code");
    let body = json!({ "permissionLevel": "ALLOWED" });
    let first = phone.post("/connections/tokens/generate", &body).await.expect(201);
    let again = phone.post("/connections/tokens/generate", &body).await;
    assert_eq!(again.expect(201), first);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let phone = doctor.client.with_header("idempotency-key", "use");
    let use_it = json!({ "token": first["token"] });
    let made = phone.post("/connections/tokens/consume", &use_it).await.expect(201);
    assert_eq!(
        phone.post("/connections/tokens/consume", &use_it).await.expect(201),
        made
    );
}
