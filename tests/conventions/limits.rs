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
