use serde_json::json;
use time::macros::datetime;

use super::{change, code, connected, consume, look};
use crate::support::TestApp;
use crate::support::redis::PrivateRedis;

#[tokio::test]
async fn codes_and_everything_else_about_connections_need_no_redis() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let (patient, daughter, doctor) = (app.patient().await, app.family().await, app.doctor().await);
    let token = code(&patient, "ALLOWED").await;
    redis.kill();

    let valid = daughter
        .client
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await
        .ok();
    assert_eq!(valid["valid"], true, "a code outlives Redis");
    let connection = consume(&daughter, &token).await.expect(201);
    consume(&doctor, &token).await.refused(400, "CODE_USED");
    let another = code(&patient, "REQUEST").await;
    consume(&doctor, &another).await.expect(201);
    look(&doctor, &patient).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let nudge = json!({ "patientId": patient.id, "doseId": dose.id });
    daughter.client.post("/connections/nudge", &nudge).await.expect(201);
    let invite = json!({ "method": "QR_CODE", "permissionLevel": "ALLOWED" });
    patient
        .client
        .post("/connections/invitations", &invite)
        .await
        .expect(201);
    look(&daughter, &patient).await.ok();
    change(&patient, &super::id_of(&connection), "revoke", &json!({}))
        .await
        .ok();
    look(&daughter, &patient).await.refused(404, "NOT_FOUND");
    connected(&daughter, &patient, "ALLOWED").await;
}
