use crate::support::TestApp;

#[tokio::test]
async fn health_tells_people_and_machines_how_things_are() {
    let app = TestApp::start().await;
    app.client.get("/health/live").await.ok();
    let ready = app.client.get("/health/ready").await.ok();
    for part in ["database", "redis", "migrations"] {
        assert_eq!(ready[part]["healthy"], true, "{ready}");
    }
    app.client.get("/health").await.ok();
}

#[tokio::test]
async fn readiness_drops_before_shutdown_while_requests_still_work() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.application.begin_shutdown();
    assert_eq!(app.client.get("/health/ready").await.status, 503);
    app.client.get("/health/live").await.ok();
    patient.client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn a_schema_that_is_behind_is_not_ready() {
    let app = TestApp::start().await;
    let newest = "version = (SELECT max(version) FROM seaql_migrations)";
    app.execute(&format!("DELETE FROM seaql_migrations WHERE {newest}"), [])
        .await;
    let answer = app.client.get("/health/ready").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["migrations"]["healthy"], false);
}

#[tokio::test]
async fn metrics_need_their_token() {
    let app = TestApp::start_with(|config| config.http.metrics_token = Some("a-token-for-the-metrics".into())).await;
    app.client.get("/metrics").await.refused(401, "UNAUTHENTICATED");
    app.client
        .with_token("another")
        .get("/metrics")
        .await
        .refused(401, "UNAUTHENTICATED");
    let answer = app.client.with_token("a-token-for-the-metrics").get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("http_requests_total"), "{}", answer.text);
}

#[tokio::test]
async fn the_docs_page_and_the_document_are_served_without_the_network() {
    let app = TestApp::start().await;
    let page = reqwest::get(format!("http://{}/docs", app.address)).await.unwrap();
    assert!(page.status().is_success());
    let page = page.text().await.unwrap();
    assert!(page.contains("swagger-ui"), "{page}");
    assert!(!page.contains("//unpkg.com") && !page.contains("//cdn."), "{page}");
    let document = reqwest::get(format!("http://{}/openapi.json", app.address))
        .await
        .unwrap();
    assert!(document.status().is_success());
}
