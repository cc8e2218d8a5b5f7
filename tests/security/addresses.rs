//! A client's address is what limits are counted by and what the trail shows. Nobody writes their own.

use serde_json::json;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::client::Answer;

async fn guess(app: &TestApp, forwarded: &[&str], number: usize) -> Answer {
    let client = forwarded.iter().fold(app.client.clone(), |client, line| {
        client.with_header("x-forwarded-for", line)
    });
    let body = json!({ "identifier": format!("+855101{number:05}"), "password": "a guess" });
    client.post("/auth/login", &body).await
}

#[tokio::test]
async fn an_address_in_a_header_is_nothing_when_no_proxy_is_trusted() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute_per_ip = 3).await;
    let forged = [
        "203.0.113.1",
        "203.0.113.2",
        "::1",
        "127.0.0.2, 203.0.113.3",
        "not an address",
    ];
    let mut answers = Vec::new();
    for (number, forged) in forged.iter().enumerate() {
        answers.push(guess(&app, &[*forged], number).await.status.as_u16());
    }
    assert_eq!(answers, [401, 401, 401, 429, 429]);
    let other = app
        .client
        .with_header("forwarded", "for=203.0.113.9")
        .with_header("x-real-ip", "203.0.113.9");
    let body = json!({ "identifier": "+85510199999", "password": "a guess" });
    other.post("/auth/login", &body).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_a_limit_and_forges_none() {
    let app = TestApp::start_with(|config| {
        config.application.limits.auth_per_minute_per_ip = 2;
        config.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut number = 0;
    let mut statuses = async |forwarded: &[&str]| {
        number += 1;
        guess(&app, forwarded, number).await.status.as_u16()
    };
    // What stands before the last address that is no proxy of ours was written by the client.
    assert_eq!(statuses(&["203.0.113.1"]).await, 401);
    assert_eq!(statuses(&["6.6.6.6, 203.0.113.1"]).await, 401);
    assert_eq!(statuses(&["7.7.7.7, 203.0.113.1, 10.1.2.3"]).await, 429);
    assert_eq!(statuses(&["8.8.8.8", "203.0.113.1"]).await, 429);
    assert_eq!(statuses(&["203.0.113.1, 203.0.113.2"]).await, 401, "somebody else");
}

#[tokio::test]
async fn the_trail_shows_where_somebody_really_was() {
    let app = TestApp::start_with(|config| config.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    let patient = app.patient().await;
    for (forwarded, expected) in [("6.6.6.6, 203.0.113.1", "203.0.113.1"), ("nonsense", "127.0.0.1")] {
        let dose = app.dose(&patient, MORNING).await;
        let client = patient.client.with_header("x-forwarded-for", forwarded);
        let path = format!("/doses/{}/taken", dose.id);
        client.patch(&path, &json!({})).await.ok();
        let entry = "resource_id = $1 AND ip_address = $2";
        assert_eq!(
            app.count("audit_logs", entry, [dose.id.into(), expected.into()]).await,
            1
        );
    }
}
