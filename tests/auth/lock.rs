use serde_json::json;
use time::Duration;

use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::{Account, PASSWORD};

/// An app that lets a test try more passwords a minute than the limit would.
async fn app() -> TestApp {
    TestApp::start_with(|config| {
        config.application.limits.auth_per_minute = 1_000;
        config.application.limits.auth_per_minute_per_ip = 1_000;
    })
    .await
}

async fn login(app: &TestApp, account: &Account, password: &str) -> Answer {
    app.client
        .post(
            "/auth/login",
            &json!({ "identifier": account.phone, "password": password }),
        )
        .await
}

async fn lock(app: &TestApp, account: &Account) {
    for _ in 0..5 {
        login(app, account, "wrong").await.refused(401, "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour() {
    let app = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    lock(&app, &account).await;
    let refused = login(&app, &account, PASSWORD).await.refused(403, "ACCOUNT_LOCKED");
    assert_eq!(refused["details"]["lockedUntil"], "2026-03-06T09:15:00.000+07:00");
    app.clock.advance(Duration::minutes(15));
    login(&app, &account, PASSWORD).await.ok();
    assert_eq!(
        app.count("users", "id = $1 AND failed_login_attempts = 0", [account.id.into()])
            .await,
        1
    );
}

#[tokio::test]
async fn a_right_password_forgets_the_wrong_ones_before_it() {
    let app = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    for _ in 0..2 {
        for _ in 0..4 {
            login(&app, &account, "wrong").await.refused(401, "INVALID_CREDENTIALS");
        }
        login(&app, &account, PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn a_lock_never_promotes_an_unconfirmed_account() {
    let app = app().await;
    let account = app.account("DOCTOR", "PENDING_VERIFICATION").await;
    lock(&app, &account).await;
    app.clock.advance(Duration::minutes(15));
    login(&app, &account, PASSWORD)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    let pending = "id = $1 AND account_status = 'PENDING_VERIFICATION' AND status_before_lock IS NULL";
    assert_eq!(app.count("users", pending, [account.id.into()]).await, 1);
}

#[tokio::test]
async fn a_stranger_who_locks_an_account_does_not_throw_its_owner_out() {
    let app = app().await;
    let person = app.patient().await;
    lock(&app, &person.account).await;
    // A lock keeps people from signing in; whoever has is not locked, and their app need not think so.
    assert_eq!(person.client.get("/auth/me").await.ok()["accountStatus"], "ACTIVE");
    app.client
        .post("/auth/refresh", &json!({ "refreshToken": person.refresh_token }))
        .await
        .ok();
}

#[tokio::test]
async fn guesses_at_once_count_one_by_one() {
    let app = app().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let guesses = (0..16).map(|_| login(&app, &account, "wrong"));
    let answers = futures_util::future::join_all(guesses).await;
    let wrong = answers.iter().filter(|answer| answer.status == 401).count();
    let locked = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!((wrong, locked), (5, 11));
}
