use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_user_may_ask_so_often_and_is_told_what_is_left() {
    let app = TestApp::start_with(|config| config.application.limits.general_per_minute = 3).await;
    let (patient, other) = (app.patient().await, app.patient().await);
    for left in [2, 1, 0] {
        let answer = patient.client.get("/auth/me").await;
        answer.ok();
        assert_eq!(
            (
                answer.header("x-ratelimit-limit"),
                answer.header("x-ratelimit-remaining")
            ),
            ("3".into(), left.to_string())
        );
    }
    let refused = patient.client.get("/auth/me").await;
    refused.refused(429, "RATE_LIMITED");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    other.client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn of_many_requests_at_once_no_more_are_admitted_than_the_limit() {
    let app = TestApp::start_with(|config| config.application.limits.general_per_minute = 10).await;
    let patient = app.patient().await;
    let answers = futures_util::future::join_all((0..64).map(|_| patient.client.get("/auth/me"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 || answer.status == 429)
    );
}

#[tokio::test]
async fn a_token_that_was_ended_uses_up_nothing_of_its_owners() {
    let app = TestApp::start_with(|config| config.application.limits.general_per_minute = 5).await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let (stolen, other) = (app.sign_in(&account).await, app.sign_in(&account).await);
    stolen.client.post("/auth/logout", &json!({})).await.ok();
    for _ in 0..10 {
        stolen.client.get("/auth/me").await.refused(401, "TOKEN_REVOKED");
    }
    other.client.post("/auth/logout-all", &json!({})).await.ok();
    let owner = app.sign_in(&account).await;
    for _ in 0..10 {
        let status = other.client.get("/auth/me").await.status;
        assert!(status == 401 || status == 429, "{status}");
    }
    for _ in 0..5 {
        owner.client.get("/auth/me").await.ok();
    }
}

#[tokio::test]
async fn a_token_that_was_ended_opens_no_way_around_the_limit_of_an_address() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 3).await;
    let ended = app.patient().await;
    ended.client.post("/auth/logout", &json!({})).await.ok();
    let guess = json!({ "identifier": "+85512000111", "password": "wrong password" });
    let mut refused = 0;
    for _ in 0..4 {
        refused += u32::from(ended.client.post("/auth/login", &guess).await.status == 429);
    }
    assert_eq!(refused, 2, "signing in was the first of three");
}

#[tokio::test]
async fn what_a_compressed_body_would_unpack_to_is_nobodys_worry() {
    let app = TestApp::start().await;
    let bomb = app.client.with_header("content-encoding", "br");
    let answer = bomb.post("/auth/login", &json!({})).await;
    answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
}
