//! Leaving: the wait, coming back, and what goes and what stays (docs/decisions/0021-leaving.md).

use das_tern_integrations::StoredObject;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::prescriptions::arranging::*;
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::client::Answer;
use crate::support::people::{Account, PASSWORD, Person};

async fn login(app: &TestApp, account: &Account, password: &str) -> Answer {
    let body = json!({ "identifier": account.phone, "password": password });
    app.client.post("/auth/login", &body).await
}

async fn leave(person: &Person) -> Value {
    person.client.delete("/users/me").await.ok()
}

/// Somebody has left, and the wait is over.
async fn left(app: &TestApp, person: &Person) {
    leave(person).await;
    app.clock.advance(Duration::days(30));
}

async fn deleted(app: &TestApp) -> usize {
    app.application.delete_due_accounts().await.unwrap()
}

async fn exists(app: &TestApp, id: Uuid) -> bool {
    app.count("users", "id = $1", [id.into()]).await == 1
}

/// Every column that refers to a person.
async fn references(app: &TestApp) -> Vec<(String, String)> {
    let sql = "SELECT c.conrelid::regclass::text AS tab, a.attname::text AS col FROM pg_constraint c \
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
               WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass ORDER BY 1, 2";
    let rows = app.rows(sql, []).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(&row["tab"]), text(&row["col"]))).collect()
}

#[tokio::test]
async fn leaving_ends_every_session_and_the_owner_hears_of_it_outside_of_the_app() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let elsewhere = app.sign_in(&patient.account).await;

    let noted = leave(&patient.clone()).await;

    assert_eq!(noted["deletionAt"], "2026-04-05T09:00:00.000+07:00");
    assert!(noted["message"].as_str().unwrap().contains("2026-04-05"));
    for person in [&patient, &elsewhere] {
        person.client.get("/users/me").await.refused(401, "TOKEN_REVOKED");
        let body = json!({ "refreshToken": person.refresh_token });
        app.client
            .post("/auth/refresh", &body)
            .await
            .refused(401, "TOKEN_REVOKED");
    }
    let told = app.outbox.message(&patient.account.phone, 1).await;
    assert!(told.text.contains("2026-04-05"), "{}", told.text);
    let requested = "actor_id = $1 AND details->>'change' = 'DELETION_REQUESTED'";
    assert_eq!(app.count("audit_logs", requested, [patient.id.into()]).await, 1);
}

#[tokio::test]
async fn signing_in_within_the_wait_keeps_the_account() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    leave(&patient).await;
    app.clock.advance(Duration::days(30) - Duration::SECOND);
    assert_eq!(deleted(&app).await, 0);
    login(&app, &patient.account, "wrong")
        .await
        .refused(401, "INVALID_CREDENTIALS");
    assert_eq!(app.count("users", "deletion_due_at IS NOT NULL", []).await, 1);

    let back = app.sign_in(&patient.account).await;

    app.clock.advance(Duration::minutes(10));
    assert_eq!(deleted(&app).await, 0);
    back.client.get("/users/me").await.ok();
    assert_eq!(app.outbox.message(&patient.account.phone, 2).await.code, None);
    let cancelled = "actor_id = $1 AND details->>'change' = 'DELETION_CANCELLED'";
    assert_eq!(app.count("audit_logs", cancelled, [patient.id.into()]).await, 1);
    app.sign_in(&patient.account).await;
    assert_eq!(app.count("audit_logs", cancelled, [patient.id.into()]).await, 1);
}

/// Whoever knows a phone number can lock its account, and must not thereby keep its owner from coming back.
#[tokio::test]
async fn a_locked_account_waits_until_its_owner_could_have_come_back() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute = 100).await;
    let patient = app.patient().await;
    leave(&patient).await;
    app.clock.advance(Duration::days(30) - Duration::MINUTE);
    for _ in 0..5 {
        login(&app, &patient.account, "wrong")
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    // The lock ends a quarter of an hour later, and then there is a day.
    app.clock
        .advance(Duration::days(1) + Duration::minutes(15) - Duration::SECOND);
    assert_eq!(deleted(&app).await, 0);
    app.clock.advance(Duration::SECOND);
    assert_eq!(deleted(&app).await, 1);
}

#[tokio::test]
async fn a_new_password_keeps_the_account() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    leave(&patient).await;
    app.outbox.message(&patient.account.phone, 1).await;
    let identifier = json!({ "identifier": patient.account.phone });
    app.client.post("/auth/forgot-password", &identifier).await.ok();
    let code = app.outbox.message(&patient.account.phone, 2).await.code.unwrap();
    let reset = json!({ "identifier": patient.account.phone, "otp": code, "newPassword": "another horse" });
    app.client.post("/auth/reset-password-otp", &reset).await.ok();
    app.clock.advance(Duration::days(40));
    assert_eq!(deleted(&app).await, 0);
    let cancelled = "actor_id = $1 AND details->>'change' = 'DELETION_CANCELLED'";
    assert_eq!(app.count("audit_logs", cancelled, [patient.id.into()]).await, 1);
}

#[tokio::test]
async fn what_a_patient_had_goes_and_the_trail_stays_without_an_actor() {
    let app = TestApp::start().await;
    let (patient, doctor, daughter) = (app.patient().await, app.doctor().await, app.family().await);
    app.connect(&patient, &doctor, "ACCEPTED", "ALLOWED", json!({})).await;
    app.connect(&daughter, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    let dose = app.dose(&patient, MORNING).await;
    let taken = format!("/doses/{}/taken", dose.id);
    patient.client.patch(&taken, &json!({})).await.ok();
    let meals = json!({ "morningMeal": "6-7AM" });
    patient.client.put("/onboarding/meal-times", &meals).await.ok();
    app.execute(
        "UPDATE users SET language = 'ENGLISH' WHERE id = $1",
        [daughter.id.into()],
    )
    .await;
    left(&app, &patient).await;
    let entries = app.count("audit_logs", "actor_id = $1", [patient.id.into()]).await;
    let before = app.count("audit_logs", "true", []).await;

    assert_eq!((deleted(&app).await, deleted(&app).await), (1, 0));

    for (table, column) in references(&app).await {
        let rest = app.count(&table, &format!("{column} = $1"), [patient.id.into()]).await;
        assert_eq!(rest, 0, "{table}.{column}");
    }
    for table in [
        "prescriptions",
        "medications",
        "dose_events",
        "meal_time_preferences",
        "connections",
    ] {
        assert_eq!(app.count(table, "true", []).await, 0, "{table}");
    }
    // The account, its two connections, and two who were told.
    assert_eq!(app.count("audit_logs", "true", []).await, before + 5);
    let kept = "actor_id IS NULL AND actor_role = 'PATIENT'";
    assert_eq!(app.count("audit_logs", kept, []).await, entries);
    let told = app
        .rows(
            "SELECT message FROM notifications WHERE recipient_id = $1",
            [daughter.id.into()],
        )
        .await;
    let name = "សុខ សំណាង has deleted their account";
    assert!(told[0]["message"].as_str().unwrap().starts_with(name), "{told:?}");
    assert_eq!(
        app.count("notifications", "recipient_id = $1", [doctor.id.into()])
            .await,
        1
    );
    login(&app, &patient.account, PASSWORD)
        .await
        .refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn the_number_of_a_deleted_account_may_be_registered_again() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let registration = json!({
        "firstName": "A", "lastName": "B", "gender": "OTHER", "dateOfBirth": "1990-01-01", "password": "correct horse",
        "phoneNumber": patient.account.phone,
    });
    left(&app, &patient).await;
    let refused = app.client.post("/auth/register/patient", &registration).await;
    refused.refused(409, "DUPLICATE_PHONE");
    assert_eq!(deleted(&app).await, 1);
    app.client
        .post("/auth/register/patient", &registration)
        .await
        .expect(201);
}

#[tokio::test]
async fn what_a_doctor_wrote_stays_with_the_patient_and_the_licence_goes() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let (prescription, _) = app.medication(&patient, false).await;
    app.execute(
        "UPDATE prescriptions SET doctor_id = $2 WHERE id = $1",
        [prescription.into(), doctor.id.into()],
    )
    .await;
    let sql = "INSERT INTO prescription_versions (prescription_id, version_number, author_id, medications_snapshot) \
               VALUES ($1, 1, $2, '[]')";
    app.execute(sql, [prescription.into(), doctor.id.into()]).await;
    let key = "licenses/0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60.jpg";
    app.objects.put(key, picture()).await.unwrap();
    app.execute(
        "UPDATE users SET license_photo_url = $2 WHERE id = $1",
        [doctor.id.into(), key.into()],
    )
    .await;
    leave(&doctor).await;
    assert_eq!(
        patient.client.get("/doctors").await.ok(),
        json!([]),
        "nobody finds a doctor who leaves"
    );
    app.clock.advance(Duration::days(30));

    assert_eq!(deleted(&app).await, 1);

    let stays = "id = $1 AND doctor_id IS NULL AND patient_id = $2";
    assert_eq!(
        app.count("prescriptions", stays, [prescription.into(), patient.id.into()])
            .await,
        1
    );
    let stays = "prescription_id = $1 AND author_id IS NULL";
    assert_eq!(
        app.count("prescription_versions", stays, [prescription.into()]).await,
        1
    );
    assert_eq!(app.objects.fetch(key).await.unwrap(), None);
}

fn picture() -> StoredObject {
    StoredObject {
        bytes: vec![0xff, 0xd8, 0xff],
        media_type: "image/jpeg".to_owned(),
    }
}

#[tokio::test]
async fn a_picture_goes_unless_somebody_elses_prescription_shows_it() {
    let app = TestApp::start().await;
    let (patient, other) = (app.patient().await, app.patient().await);
    let keys = [
        "medications/0195d3c1-5b1e-7c3a-9f5e-000000000001.jpg",
        "medications/0195d3c1-5b1e-7c3a-9f5e-000000000002.jpg",
    ];
    for key in keys {
        app.objects.put(key, picture()).await.unwrap();
        let (_, medication) = app.medication(&patient, false).await;
        let address = format!("http://localhost/api/v1/files/{key}?expires=1&signature=2");
        let sql = "UPDATE medications SET image_url = $2 WHERE id = $1";
        app.execute(sql, [medication.into(), address.into()]).await;
    }
    let (_, medication) = app.medication(&other, false).await;
    let sql = "UPDATE medications SET image_url = $2 WHERE id = $1";
    app.execute(sql, [medication.into(), keys[1].into()]).await;
    left(&app, &patient).await;
    assert_eq!(deleted(&app).await, 1);
    assert_eq!(app.objects.fetch(keys[0]).await.unwrap(), None);
    assert!(app.objects.fetch(keys[1]).await.unwrap().is_some());
}

#[tokio::test]
async fn many_instances_at_once_delete_each_account_once() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(app.patient().await);
    }
    app.connect(&people[0], &people[1], "ACCEPTED", "ALLOWED", json!({}))
        .await;
    for person in &people[..5] {
        leave(person).await;
    }
    app.clock.advance(Duration::days(31));
    let runs = join_all((0..4).map(|_| deleted(&app))).await;
    let late = deleted(&app).await;
    assert_eq!(runs.iter().sum::<usize>() + late, 5, "{runs:?} {late}");
    assert_eq!(app.count("users", "true", []).await, 1);
    let entries = "details->>'change' = 'ACCOUNT_DELETED'";
    assert_eq!(app.count("audit_logs", entries, []).await, 5);
}

#[tokio::test]
async fn whoever_signs_in_at_the_last_moment_is_either_in_or_gone() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 1_000).await;
    for _ in 0..6 {
        let patient = app.patient().await;
        left(&app, &patient).await;
        let (answer, _) = join(login(&app, &patient.account, PASSWORD), deleted(&app)).await;
        if exists(&app, patient.id).await {
            let session = answer.ok();
            app.person(&patient.account, &session)
                .client
                .get("/users/me")
                .await
                .ok();
        } else {
            answer.refused(401, "INVALID_CREDENTIALS");
        }
    }
}

#[tokio::test]
async fn asking_many_times_at_once_is_asking_once() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let answers = join_all((0..64).map(|_| patient.client.delete("/users/me"))).await;
    let noted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(!noted.is_empty());
    for answer in &answers {
        if answer.status == 200 {
            assert_eq!(answer.json()["deletionAt"], noted[0].json()["deletionAt"]);
        } else {
            answer.refused(401, "TOKEN_REVOKED");
        }
    }
    let requested = "details->>'change' = 'DELETION_REQUESTED'";
    assert_eq!(app.count("audit_logs", requested, []).await, 1);
}

#[tokio::test]
async fn an_account_that_leaves_is_for_others_as_it_was() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    app.connect(&daughter, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    app.dose(&patient, MORNING).await;
    leave(&patient).await;
    let path = format!("/doses/schedule?patientId={}", patient.id);
    let day = daughter.client.get(&path).await.ok();
    assert_eq!(day["doses"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_doctor_prescribed_is_not_the_patients_to_change_once_the_doctor_is_gone() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let confirmed = confirmed(&doctor, &patient, &[aspirin()]).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    left(&app, &doctor).await;
    assert_eq!(deleted(&app).await, 1);

    let patient = app.sign_in(&patient.account).await;
    let change = json!({ "medications": [at_night("Aspirin", "9")], "changeReason": "x" });
    for prescription in [&confirmed, &draft] {
        let path = path(prescription, "");
        patient.client.patch(&path, &change).await.refused(403, "FORBIDDEN");
        assert_eq!(patient.client.get(&path).await.ok()["doctorId"], Value::Null);
    }
    patient.client.delete(&path(&draft, "")).await.refused(403, "FORBIDDEN");
    let paused = act(&patient, &confirmed, "pause").await;
    assert_eq!(paused["status"], "PAUSED");
    patient
        .client
        .patch(&path(&confirmed, ""), &change)
        .await
        .refused(403, "FORBIDDEN");
    act(&patient, &confirmed, "resume").await;
    act(&patient, &draft, "confirm").await;
}
