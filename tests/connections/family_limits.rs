use serde_json::json;
use time::Duration;

use super::{asked, change, code, connected, consume};
use crate::support::TestApp;
use crate::support::people::Person;

async fn subscribe(app: &TestApp, person: &Person, tier: &str, expires: Option<time::OffsetDateTime>) {
    let sql = "UPDATE subscriptions SET tier = $2::subscription_tier, expires_at = $3 WHERE user_id = $1";
    app.execute(sql, [person.id.into(), tier.into(), expires.into()]).await;
}

#[tokio::test]
async fn a_free_subscription_has_one_family_connection_and_any_number_of_doctors() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    for _ in 0..2 {
        connected(&app.doctor().await, &patient, "ALLOWED").await;
    }
    let waiting = asked(&son, &patient).await;
    let refused = change(&patient, &waiting, "accept", &json!({}))
        .await
        .refused(403, "LIMIT_REACHED");
    assert_eq!(refused["details"], json!({ "tier": "FREEMIUM", "limit": 1, "used": 1 }));
    let token = code(&patient, "ALLOWED").await;
    consume(&app.family().await, &token).await.refused(403, "LIMIT_REACHED");
    consume(&app.doctor().await, &token).await.expect(201);
    assert_eq!(
        son.client.get(&format!("/connections/{waiting}")).await.ok()["status"],
        "PENDING"
    );
}

#[tokio::test]
async fn it_is_the_patients_subscription_that_counts_whoever_accepts() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let waiting = asked(&patient, &son).await;
    let refused = change(&son, &waiting, "accept", &json!({}))
        .await
        .refused(403, "LIMIT_REACHED");
    assert!(refused["details"]["tier"].is_null(), "not theirs to know: {refused}");
    // Caring for others does not count: only what opens one's own data does.
    let neighbour = app.patient().await;
    connected(&patient, &neighbour, "ALLOWED").await;
    let grandchild = app.family().await;
    let cared_for = app.patient().await;
    connected(&grandchild, &cared_for, "ALLOWED").await;
    connected(&grandchild, &app.patient().await, "ALLOWED").await;
}

#[tokio::test]
async fn a_place_is_free_again_when_a_connection_ends() {
    let app = TestApp::start().await;
    let (patient, daughter, son) = (app.patient().await, app.family().await, app.family().await);
    let first = connected(&daughter, &patient, "ALLOWED").await;
    change(&patient, &first, "revoke", &json!({})).await.ok();
    connected(&son, &patient, "ALLOWED").await;
}

#[tokio::test]
async fn premium_has_five_an_expired_one_is_free_and_members_of_a_family_have_a_premium_one() {
    let app = TestApp::start().await;
    let now = crate::support::app::MORNING;
    let patient = app.patient().await;
    subscribe(&app, &patient, "PREMIUM", Some(now + Duration::HOUR)).await;
    for _ in 0..5 {
        connected(&app.family().await, &patient, "ALLOWED").await;
    }
    let sixth = asked(&app.family().await, &patient).await;
    let refused = change(&patient, &sixth, "accept", &json!({}))
        .await
        .refused(403, "LIMIT_REACHED");
    assert_eq!(refused["details"], json!({ "tier": "PREMIUM", "limit": 5, "used": 5 }));
    subscribe(&app, &patient, "FAMILY_PREMIUM", Some(now)).await;
    let refused = change(&patient, &sixth, "accept", &json!({}))
        .await
        .refused(403, "LIMIT_REACHED");
    assert_eq!(
        refused["details"]["tier"], "FREEMIUM",
        "an expired subscription is free, and nobody is thrown out"
    );
    subscribe(&app, &patient, "FAMILY_PREMIUM", None).await;
    change(&patient, &sixth, "accept", &json!({})).await.ok();

    let member = app.patient().await;
    let sql = "INSERT INTO family_members (id, subscription_id, member_id) \
               SELECT $1, id, $2 FROM subscriptions WHERE user_id = $3";
    app.execute(sql, [uuid::Uuid::now_v7().into(), member.id.into(), patient.id.into()])
        .await;
    for _ in 0..2 {
        connected(&app.family().await, &member, "ALLOWED").await;
    }
}
