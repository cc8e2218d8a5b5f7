use futures_util::future::join_all;
use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::app::MORNING;

#[tokio::test]
async fn a_patient_sees_the_account_storage_progress_and_a_greeting() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    app.dose(&patient, MORNING + Duration::hours(3)).await;
    let english = patient.client.with_header("accept-language", "en");

    let me = english.get("/users/me").await.ok();

    assert_eq!(me["id"], patient.id.to_string());
    assert_eq!(
        (&me["storageUsed"], &me["storageQuota"]),
        (&json!(0), &json!(5_368_709_120_i64))
    );
    assert_eq!((&me["storagePercentage"], &me["dailyProgress"]), (&json!(0), &json!(0)));
    assert_eq!(me["greeting"], "Good morning សុខ សំណាង");
    assert!(me.get("licenseNumber").is_none());

    let path = format!("/doses/{}/taken", dose.id);
    patient.client.patch(&path, &json!({})).await.ok();
    assert_eq!(
        english.get("/users/me").await.ok()["dailyProgress"],
        50,
        "the cache is dropped"
    );
    let khmer = patient
        .client
        .with_header("accept-language", "km")
        .get("/users/me")
        .await
        .ok();
    assert_ne!(khmer["greeting"], me["greeting"]);
}

#[tokio::test]
async fn only_patients_have_progress() {
    let app = TestApp::start().await;
    for person in [app.doctor().await, app.family().await] {
        assert_eq!(person.client.get("/users/me").await.ok()["dailyProgress"], Value::Null);
    }
}

#[tokio::test]
async fn what_is_changed_is_changed_and_nothing_else() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let change = json!({
        "firstName": "  ស្រីពៅ ", "language": "ENGLISH", "theme": "DARK", "gender": "FEMALE", "dateOfBirth": "1961-04-14",
        "role": "DOCTOR", "accountStatus": "VERIFIED", "subscriptionTier": "PREMIUM", "storageQuota": 1,
        "specialty": "SURGERY", "licenseNumber": "1", "hospitalClinic": "Calmette", "id": "0", "phoneNumber": "+85512000009",
    });

    let me = patient.client.patch("/users/me", &change).await.ok();

    assert_eq!(
        (&me["firstName"], &me["fullName"]),
        (&json!("ស្រីពៅ"), &json!("ស្រីពៅ សំណាង"))
    );
    assert_eq!((&me["language"], &me["theme"]), (&json!("ENGLISH"), &json!("DARK")));
    assert_eq!(
        (&me["gender"], &me["dateOfBirth"]),
        (&json!("FEMALE"), &json!("1961-04-14"))
    );
    assert_eq!(
        (&me["role"], &me["accountStatus"]),
        (&json!("PATIENT"), &json!("ACTIVE"))
    );
    assert_eq!(
        (&me["subscriptionTier"], &me["specialty"]),
        (&json!("FREEMIUM"), &Value::Null)
    );
    assert_eq!(me["hospitalClinic"], Value::Null, "a clinic is a doctor's");
    assert_eq!(me["phoneNumber"], patient.account.phone);
    assert_eq!(patient.client.get("/auth/me").await.ok()["firstName"], "ស្រីពៅ");
    assert_eq!(app.count("audit_logs", "actor_id = $1", [patient.id.into()]).await, 1);
    patient.client.patch("/users/me", &change).await.ok();
    assert_eq!(
        app.count("audit_logs", "actor_id = $1", [patient.id.into()]).await,
        1,
        "the same again is no change"
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_changed() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let before = patient.client.get("/users/me").await.ok();
    let change = json!({
        "firstName": " ", "lastName": "x".repeat(101), "fullName": "a\u{7}b", "language": "FRENCH", "theme": "BLUE",
        "gender": "?", "dateOfBirth": "2020-01-01",
    });
    let fields = patient.client.patch("/users/me", &change).await.invalid_fields();
    let expected = [
        ("firstName", "REQUIRED"),
        ("lastName", "TOO_LONG"),
        ("fullName", "INVALID"),
        ("language", "INVALID"),
        ("theme", "INVALID"),
        ("gender", "INVALID"),
        ("dateOfBirth", "TOO_YOUNG"),
    ];
    assert_eq!(
        fields,
        expected.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
    assert_eq!(patient.client.get("/users/me").await.ok(), before);
}

#[tokio::test]
async fn a_version_saves_a_download_and_a_lost_change() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let first = patient.client.get("/users/me").await;
    let version = first.header("etag");
    let again = patient
        .client
        .with_header("if-none-match", &version)
        .get("/users/me")
        .await;
    again.expect_empty(304);
    assert_eq!(again.header("etag"), version);
    let khmer = patient.client.with_header("accept-language", "km");
    khmer
        .with_header("if-none-match", &khmer.get("/users/me").await.header("etag"))
        .get("/users/me")
        .await
        .expect_empty(304);
    let dose = app.dose(&patient, MORNING).await;
    let taken = format!("/doses/{}/taken", dose.id);
    patient.client.patch(&taken, &json!({})).await.ok();
    let newer = patient
        .client
        .with_header("if-none-match", &version)
        .get("/users/me")
        .await;
    assert_eq!(newer.ok()["dailyProgress"], 100, "what is shown has changed");

    // What may be changed has not.
    let holder = patient.client.with_header("if-match", &version);
    let names = ["ដារ៉ា", "សុភា"].map(|name| json!({ "firstName": name }));
    let answers = join_all(names.iter().map(|change| holder.patch("/users/me", change))).await;

    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let refused = answers.iter().find(|answer| answer.status == 412).unwrap();
    refused.refused(412, "STALE_VERSION");
    let fresh = patient
        .client
        .with_header("if-none-match", &version)
        .get("/users/me")
        .await;
    assert_ne!(fresh.header("etag"), version);
    fresh.ok();
}

#[tokio::test]
async fn the_storage_is_broken_down() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let sql = "UPDATE subscriptions SET storage_used = 1000000 WHERE user_id = $1";
    app.execute(sql, [patient.id.into()]).await;
    app.dose(&patient, MORNING).await;
    let storage = patient.client.get("/users/storage").await.ok();
    assert_eq!(
        (&storage["used"], &storage["percentage"]),
        (&json!(1_000_000), &json!(0))
    );
    let parts = ["prescriptions", "doseEvents", "auditLogs", "files"];
    let sum: i64 = parts
        .iter()
        .map(|part| storage["breakdown"][part].as_i64().unwrap())
        .sum();
    assert_eq!(sum, 1_000_000);
    assert!(storage["breakdown"]["doseEvents"].as_i64().unwrap() > 0);
    // Only what it is used for may be of before.
    let sql = "UPDATE subscriptions SET storage_used = 2000000, storage_quota = 4000000 WHERE user_id = $1";
    app.execute(sql, [patient.id.into()]).await;
    let storage = patient.client.get("/users/storage").await.ok();
    assert_eq!(
        (&storage["used"], &storage["quota"], &storage["percentage"]),
        (&json!(2_000_000), &json!(4_000_000), &json!(50))
    );
}
