use serde_json::json;

use super::everywhere::is_out;
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::{Account, PASSWORD, Person};
use crate::support::redis::{PrivateRedis, run};

const NEW: &str = "Tr4ktor rot";

async fn change(person: &Person, current: &str, new: &str) -> Answer {
    let body = json!({ "currentPassword": current, "newPassword": new });
    person.client.post("/auth/change-password", &body).await
}

async fn login(app: &TestApp, account: &Account, password: &str) -> Answer {
    let body = json!({ "identifier": account.phone, "password": password });
    app.client.post("/auth/login", &body).await
}

/// An app that lets a test try more passwords a minute than the limit would.
async fn patient_app() -> TestApp {
    TestApp::start_with(|config| config.application.limits.auth_per_minute = 1_000).await
}

#[tokio::test]
async fn a_new_password_ends_every_device_but_the_one_that_changed_it() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let session = change(&phone, PASSWORD, NEW).await.ok();
    assert_eq!(session["user"]["id"], account.id.to_string());
    is_out(&app, &tablet).await;
    is_out(&app, &phone).await;
    let phone = app.person(&account, &session);
    phone.client.get("/auth/me").await.ok();
    let refresh = json!({ "refreshToken": phone.refresh_token });
    app.client.post("/auth/refresh", &refresh).await.ok();
    let listed = phone.client.get("/auth/sessions").await.ok();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    login(&app, &account, PASSWORD)
        .await
        .refused(401, "INVALID_CREDENTIALS");
    login(&app, &account, NEW).await.ok();
}

#[tokio::test]
async fn the_other_devices_stay_out_when_redis_has_forgotten_everything() {
    let redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let session = change(&phone, PASSWORD, NEW).await.ok();
    let (): () = run(&mut redis.raw().await, &["FLUSHALL"]).await.unwrap();
    is_out(&app, &tablet).await;
    app.person(&account, &session).client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn a_password_is_changed_without_redis() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    redis.kill();
    let session = change(&phone, PASSWORD, NEW).await.ok();
    tablet.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    app.person(&account, &session).client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn the_owner_is_told_and_it_is_written_down() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    change(&person, PASSWORD, NEW).await.ok();
    let told = "recipient_id = $1 AND data->>'change' = 'PASSWORD_CHANGED'";
    assert_eq!(app.count("notifications", told, [person.id.into()]).await, 1);
    let entry = "actor_id = $1 AND action_type = 'PERMISSION_CHANGE' AND details->>'change' = 'PASSWORD_CHANGED'";
    assert_eq!(app.count("audit_logs", entry, [person.id.into()]).await, 1);
    let secrets = "details::text LIKE '%Tr4ktor%' OR details::text LIKE '%horse%' OR details::text LIKE '%$2b$%'";
    assert_eq!(app.count("audit_logs", secrets, []).await, 0);
}

#[tokio::test]
async fn wrong_current_passwords_lock_the_account_as_at_a_login() {
    let app = patient_app().await;
    let person = app.patient().await;
    for _ in 0..5 {
        change(&person, "wrong", NEW).await.refused(401, "INVALID_CREDENTIALS");
    }
    let refused = change(&person, PASSWORD, NEW).await.refused(403, "ACCOUNT_LOCKED");
    assert_eq!(refused["details"]["lockedUntil"], "2026-03-06T09:15:00.000+07:00");
    login(&app, &person.account, PASSWORD)
        .await
        .refused(403, "ACCOUNT_LOCKED");
    person.client.get("/auth/me").await.ok();
    app.clock.advance(time::Duration::minutes(15));
    login(&app, &person.account, PASSWORD).await.ok();
}

#[tokio::test]
async fn many_guesses_at_once_are_counted_one_by_one() {
    let app = patient_app().await;
    let person = app.patient().await;
    let answers = futures_util::future::join_all((0..8).map(|_| change(&person, "wrong", NEW))).await;
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    let locked = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!((wrong, locked), (5, 3));
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (phone, tablet) = (app.sign_in(&account).await, app.sign_in(&account).await);
    let (one, other) = tokio::join!(change(&phone, PASSWORD, NEW), change(&tablet, PASSWORD, "Fahrrad blau"));
    let made = [&one, &other].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(made, 1, "{one:?} {other:?}");
    let told = "recipient_id = $1 AND data->>'change' = 'PASSWORD_CHANGED'";
    assert_eq!(app.count("notifications", told, [account.id.into()]).await, 1);
}

#[tokio::test]
async fn a_bad_new_password_changes_nothing() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let long = "x".repeat(73);
    let cases = [
        ("", "REQUIRED"),
        ("s3cret!", "TOO_SHORT"),
        (long.as_str(), "TOO_LONG"),
        ("PassWord123", "COMMON_PASSWORD"),
        ("a\u{0}bcdefgh", "INVALID"),
    ];
    for (new, code) in cases {
        let fields = change(&person, PASSWORD, new).await.invalid_fields();
        assert_eq!(fields, [("newPassword".to_owned(), code.to_owned())]);
    }
    let fields = person
        .client
        .post("/auth/change-password", &json!({}))
        .await
        .invalid_fields();
    let required = |field: &str| (field.to_owned(), "REQUIRED".to_owned());
    assert_eq!(fields, [required("currentPassword"), required("newPassword")]);
    person.client.get("/auth/me").await.ok();
    login(&app, &person.account, PASSWORD).await.ok();
}

#[tokio::test]
async fn a_password_is_hashed_again_at_login_when_hashes_have_become_dearer() {
    let app = TestApp::start_with(|config| config.application.auth.bcrypt_cost = 11).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let dear = "id = $1 AND password_hash LIKE '$2b$11$%'";
    login(&app, &account, "wrong").await.refused(401, "INVALID_CREDENTIALS");
    assert_eq!(app.count("users", dear, [account.id.into()]).await, 0);
    let person = app.person(&account, &login(&app, &account, PASSWORD).await.ok());
    assert_eq!(app.count("users", dear, [account.id.into()]).await, 1);
    person.client.get("/auth/me").await.ok();
    let hash = || async {
        let rows = app
            .rows("SELECT password_hash FROM users WHERE id = $1", [account.id.into()])
            .await;
        rows[0]["password_hash"].clone()
    };
    let first = hash().await;
    login(&app, &account, PASSWORD).await.ok();
    assert_eq!(hash().await, first);
}

#[tokio::test]
async fn the_longest_password_is_one_and_a_longer_one_that_begins_so_is_another() {
    let app = patient_app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    for longest in ["Qz7!".repeat(18), "ក".repeat(24)] {
        assert_eq!(longest.len(), 72);
        let phone = app.sign_in(&account).await;
        let session = change(&phone, PASSWORD, &longest).await.ok();
        login(&app, &account, &format!("{longest}x"))
            .await
            .refused(401, "INVALID_CREDENTIALS");
        login(&app, &account, &longest).await.ok();
        let phone = app.person(&account, &session);
        change(&phone, &longest, PASSWORD).await.ok();
    }
}
