use das_tern_application::AdministratorKey;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;

const OPERATIONS: [(&str, &str); 3] = [
    ("GET", "/admin/doctors"),
    ("POST", "/admin/doctors/{id}/verify"),
    ("POST", "/admin/doctors/{id}/reject"),
];

async fn with_key(key: &AdministratorKey) -> TestApp {
    let digest = key.digest();
    TestApp::start_with(|config| config.application.admin.key_hash = Some(digest)).await
}

#[tokio::test]
async fn without_the_key_administration_does_not_exist() {
    let key = AdministratorKey::generate();
    let app = with_key(&key).await;
    let doctor = app.account("DOCTOR", "PENDING_VERIFICATION").await;
    let other = AdministratorKey::generate();
    let patient = app.patient().await;
    let strangers = [
        app.client.clone(),
        patient.client.clone(),
        app.client.with_header("x-admin-key", other.reveal()),
        app.client.with_header("x-admin-key", &key.digest()),
        app.client.with_header("x-admin-key", ""),
        app.client.with_token(key.reveal()),
    ];
    let body = json!({ "reason": "no" }).to_string();
    for stranger in strangers {
        let mut nowhere = stranger.get("/nowhere").await.refused(404, "NOT_FOUND");
        for (method, path) in OPERATIONS {
            let path = path.replace("{id}", &doctor.id.to_string());
            let answer = stranger.send(method.parse().unwrap(), &path, Some(body.clone())).await;
            let mut refused = answer.refused(404, "NOT_FOUND");
            for answer in [&mut nowhere, &mut refused] {
                answer["requestId"].take();
            }
            assert_eq!(refused, nowhere);
        }
    }
    assert_eq!(app.count("users", "account_status = 'VERIFIED'", []).await, 0);
}

#[tokio::test]
async fn without_a_configured_key_no_key_opens_anything() {
    let app = TestApp::start().await;
    for key in [
        "",
        "0",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ] {
        let stranger = app.client.with_header("x-admin-key", key);
        stranger.get("/admin/doctors").await.refused(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn guessing_keys_is_limited_and_administrators_are_not() {
    let key = AdministratorKey::generate();
    let digest = key.digest();
    let app = TestApp::start_with(|config| {
        config.application.admin.key_hash = Some(digest);
        config.application.limits.auth_per_minute = 1;
        config.application.limits.auth_per_minute_per_ip = 3;
    })
    .await;
    let guesser = app.client.with_header("x-admin-key", "a guess");
    for _ in 0..3 {
        guesser.get("/admin/doctors").await.refused(404, "NOT_FOUND");
    }
    guesser.get("/admin/doctors").await.refused(429, "RATE_LIMITED");
    let administrator = app.client.with_header("x-admin-key", key.reveal());
    for _ in 0..10 {
        administrator.get("/admin/doctors").await.ok();
    }
}

#[tokio::test]
async fn an_unknown_doctor_is_not_found_even_with_the_key() {
    let key = AdministratorKey::generate();
    let app = with_key(&key).await;
    let administrator = app.client.with_header("x-admin-key", key.reveal());
    let patient = app.patient().await;
    for id in [patient.id.to_string(), Uuid::now_v7().to_string(), "nobody".to_owned()] {
        let path = format!("/admin/doctors/{id}/verify");
        let refused = administrator.post(&path, &json!({})).await.refused(404, "NOT_FOUND");
        assert_eq!(refused["details"]["resource"], "Doctor");
    }
}
