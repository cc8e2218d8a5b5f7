use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn every_answer_carries_the_usual_headers() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let answers = [
        patient.client.get("/auth/me").await,
        app.client.get("/auth/me").await,
        app.client.get("/nowhere").await,
        app.client.get("/health/live").await,
        app.client.send(Method::DELETE, "/auth/login", None).await,
    ];
    for answer in answers {
        assert_eq!(answer.header("x-api-version"), "1", "{}", answer.text);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
        for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            answer.header(name).parse::<u64>().unwrap();
        }
    }
    assert!(
        patient
            .client
            .get("/doses/schedule")
            .await
            .header("cache-control")
            .contains("no-store")
    );
}

#[tokio::test]
async fn a_request_id_is_taken_over_when_it_is_harmless() {
    let app = TestApp::start().await;
    let ask = |id: &str| {
        let client = app.client.with_header("x-request-id", id);
        async move { client.get("/health/live").await.header("x-request-id") }
    };
    assert_eq!(ask("phone-42_a").await, "phone-42_a");
    for harmful in ["a b", "<script>", &"x".repeat(200)] {
        assert_ne!(ask(harmful).await, *harmful);
    }
}

#[tokio::test]
async fn browsers_of_the_allow_list_may_call_and_no_others() {
    let app = TestApp::start_with(|config| config.http.cors_origins = vec!["https://app.example".to_owned()]).await;
    let preflight = |origin: &str| {
        let client = app
            .client
            .with_header("origin", origin)
            .with_header("access-control-request-method", "PATCH")
            .with_header("access-control-request-headers", "authorization,content-type");
        async move { client.send(Method::OPTIONS, "/doses/x/taken", None).await }
    };
    let allowed = preflight("https://app.example").await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    for verb in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        assert!(allowed.header("access-control-allow-methods").contains(verb));
    }
    assert!(
        !preflight("https://evil.example")
            .await
            .headers
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test]
async fn the_address_behind_a_proxy_is_believed_only_of_a_trusted_one() {
    let login = json!({ "identifier": "+85512000000", "password": "x" });
    let forged = |app: &TestApp, n: u8| app.client.with_header("x-forwarded-for", &format!("198.51.100.{n}"));
    let strict = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 2).await;
    for n in 0..2 {
        forged(&strict, n)
            .post("/auth/login", &login)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    forged(&strict, 9)
        .post("/auth/login", &login)
        .await
        .refused(429, "RATE_LIMITED");

    let proxied = TestApp::start_with(|config| {
        config.application.limits.auth_per_minute_per_ip = 2;
        config.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    for n in 0..4 {
        forged(&proxied, n)
            .post("/auth/login", &login)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
}
