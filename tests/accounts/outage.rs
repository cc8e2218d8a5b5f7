use serde_json::json;

use super::{PHONE, confirmed, forgot, register, send, verify};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::redis::{PrivateRedis, eventually};

#[tokio::test]
async fn without_redis_codes_wait_and_nothing_is_lost() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    confirmed(&app, json!({})).await;
    redis.kill();

    let other = "+85512345679";
    let reset = json!({ "identifier": PHONE, "otp": "1234", "newPassword": "another horse" });
    let answers: [Answer; 5] = [
        send(&app, PHONE).await,
        verify(&app, PHONE, "1234").await,
        forgot(&app, PHONE).await,
        app.client.post("/auth/reset-password-otp", &reset).await,
        register(&app, json!({ "phoneNumber": other })).await,
    ];
    for answer in answers {
        answer.refused(503, "UNAVAILABLE");
        assert!(!answer.header("retry-after").is_empty());
    }
    register(&app, json!({})).await.refused(409, "DUPLICATE_PHONE");

    redis.restart().await;
    eventually("Redis is used again", async || {
        app.client.get("/health/ready").await.ok()["redis"]["healthy"] == true
    })
    .await;
    confirmed(&app, json!({ "phoneNumber": other })).await;
}
