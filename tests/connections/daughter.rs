//! The walk of ARCHITECTURE.md: a daughter cares for her father.

use serde_json::{Value, json};
use time::macros::datetime;

use super::{change, code, consume, id_of, look, notifications};
use crate::support::TestApp;

#[tokio::test]
async fn a_daughter_cares_for_her_father() {
    let app = TestApp::start().await;
    let (father, daughter) = (app.patient().await, app.family().await);
    app.execute(
        "UPDATE users SET first_name = 'ស្រី', last_name = 'ពៅ' WHERE id = $1",
        [daughter.id.into()],
    )
    .await;
    let dose = app.dose(&father, datetime!(2026-03-06 07:00 +7)).await;

    // A code.
    let token = code(&father, "SELECTED").await;
    let shown = daughter
        .client
        .post("/connections/tokens/validate", &json!({ "token": token }))
        .await
        .ok();
    assert_eq!(shown["patient"]["firstName"], "សុខ");

    // A connection.
    let connection = id_of(&consume(&daughter, &token).await.expect(201));
    assert!(
        notifications(&app, &father).await[0]["message"]
            .as_str()
            .unwrap()
            .starts_with("ស្រី ពៅ")
    );
    let caregivers = father.client.get("/connections/caregivers").await.ok();
    assert_eq!(caregivers[0]["initiator"]["fullName"], "ស្រី ពៅ");

    // She looks, and he can see that she did.
    let day = look(&daughter, &father).await.ok();
    assert_eq!(day["doses"][0]["id"], dose.id.to_string());
    let trail = father.client.get("/audit-logs").await.ok();
    assert_eq!(
        (&trail[0]["actionType"], &trail[0]["actorName"]),
        (&json!("DATA_ACCESS"), &json!("ស្រី ពៅ"))
    );

    // She asks, he answers, and she hears of it.
    let asked = daughter
        .client
        .post("/connections/nudge", &json!({ "patientId": father.id, "doseId": "" }))
        .await;
    assert_eq!(asked.expect(201)["doseId"], dose.id.to_string());
    let question = notifications(&app, &father).await.remove(0);
    assert_eq!(
        (&question["type"], &question["data"]["change"]),
        (&json!("FAMILY_ALERT"), &json!("NUDGED"))
    );
    let answer = json!({ "doseId": question["data"]["doseId"], "response": "ញ៉ាំហើយ កូន" });
    father.client.post("/connections/nudge/respond", &answer).await.ok();
    assert_eq!(
        notifications(&app, &daughter).await[0]["message"],
        "សុខ សំណាង ឆ្លើយថា៖ ញ៉ាំហើយ កូន"
    );

    // It ends, and nothing is visible any more.
    change(&father, &connection, "revoke", &json!({})).await.ok();
    look(&daughter, &father).await.refused(404, "NOT_FOUND");
    daughter
        .client
        .get(&format!("/doses/history?patientId={}", father.id))
        .await
        .refused(404, "NOT_FOUND");
    daughter
        .client
        .post(
            "/connections/nudge",
            &json!({ "patientId": father.id, "doseId": dose.id }),
        )
        .await
        .refused(404, "NOT_FOUND");
    assert_eq!(daughter.client.get("/connections/patients").await.ok(), json!([]));
    let left = daughter.client.get(&format!("/connections/{connection}")).await.ok();
    assert_eq!(
        (&left["status"], &left["recipient"]["phoneNumber"]),
        (&json!("REVOKED"), &Value::Null)
    );
}
