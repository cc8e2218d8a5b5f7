//! No body binds what it must not (api.md, conventions): every operation is asked with more than it reads.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{registration, unlimited};
use crate::conventions::coverage::{ENDING, body, is_administration, operations, own_path};
use crate::support::TestApp;
use crate::support::people::Person;

/// Names that a careless program would bind.
fn greedy(victim: &Person) -> Map<String, Value> {
    let id = json!(victim.id);
    let fields = json!({
        "id": id, "userId": id, "user_id": id, "patientId": id, "patient_id": id, "doctorId": id, "ownerId": id,
        "sub": id, "actorId": id, "recipientId": id, "initiatorId": id,
        "role": "DOCTOR", "userRole": "DOCTOR", "tier": "PREMIUM", "subscriptionTier": "PREMIUM",
        "status": "VERIFIED", "accountStatus": "VERIFIED", "statusBeforeLock": "VERIFIED", "verified": true,
        "contactConfirmedAt": "2026-01-01T00:00:00Z", "tokenEpoch": 99, "failedLoginAttempts": 0, "isAdmin": true,
        "storageQuota": 1, "storageUsed": 1, "passwordHash": "x", "googleAccountId": "x", "deletionDueAt": null,
        "licenseNumber": "KH-1", "createdAt": "2020-01-01T00:00:00Z",
        "$set": { "role": "DOCTOR" }, "__proto__": { "role": "DOCTOR" }, "user": { "id": id, "role": "DOCTOR" },
    });
    fields.as_object().unwrap().clone()
}

/// The body of an operation with all of that added to it; what it reads itself stays.
fn swollen(operation: &str, victim: &Person) -> Value {
    let mut fields = greedy(victim);
    // Whom it is about is what these read, and asking leaves its trace.
    match operation {
        "POST /connections" => fields.remove("userId"),
        "POST /connections/nudge" => fields.remove("patientId"),
        _ => None,
    };
    let own = body(operation);
    for (name, value) in own.as_object().unwrap() {
        fields.insert(name.clone(), value.clone());
    }
    Value::Object(fields)
}

/// What nobody changes about themselves by naming it.
async fn standing(app: &TestApp, id: Uuid) -> Vec<Value> {
    let sql = "SELECT u.id, u.role::text, u.account_status::text, u.status_before_lock::text, u.license_number, u.specialty, \
               u.contact_confirmed_at::text, u.google_account_id, u.phone_number, u.email, u.created_at::text, s.id AS subscription, \
               s.tier::text, s.storage_quota, s.storage_used, s.expires_at::text \
               FROM users u JOIN subscriptions s ON s.user_id = u.id WHERE u.id = $1";
    app.rows(sql, [id.into()]).await
}

/// Everything that somebody has, whatever it is.
async fn belongings(app: &TestApp, id: Uuid) -> Vec<Value> {
    let mut all = standing(app, id).await;
    for (table, owner) in [
        ("users", "id"),
        ("subscriptions", "user_id"),
        ("meal_time_preferences", "user_id"),
        ("prescriptions", "patient_id"),
        ("dose_events", "patient_id"),
        ("notifications", "recipient_id"),
        ("connections", "initiator_id"),
        ("connections", "recipient_id"),
        ("audit_logs", "actor_id"),
        ("audit_logs", "patient_id"),
    ] {
        let sql = format!("SELECT to_jsonb(t) AS row FROM {table} t WHERE {owner} = $1 ORDER BY id");
        all.extend(app.rows(&sql, [id.into()]).await);
    }
    all
}

#[tokio::test]
async fn no_operation_binds_more_than_it_reads() {
    let app = unlimited().await;
    let victim = app.patient().await;
    app.dose(&victim, crate::support::app::MORNING).await;
    let before = belongings(&app, victim.id).await;
    let mut asked = 0;
    for (operation, method, path) in operations(&app).await {
        if method == "GET" || is_administration(&path) {
            continue;
        }
        let caller = app.patient().await;
        let own = standing(&app, caller.id).await;
        let path = own_path(&app, &caller, &operation, &path).await;
        let body = swollen(&operation, &victim);
        let answer = caller.client.send(method, &path, Some(body.to_string())).await;
        assert!(answer.status != 500, "{operation}: {}", answer.text);
        assert_eq!(standing(&app, caller.id).await, own, "{operation}");
        assert_eq!(belongings(&app, victim.id).await, before, "{operation}");
        asked += 1;
        let ends = ENDING.contains(&operation.as_str()) || operation == "POST /auth/logout";
        if !ends {
            caller.client.get("/auth/me").await.ok();
        }
    }
    assert!(asked > 20, "{asked}");
}

#[tokio::test]
async fn nobody_registers_as_more_than_the_path_says() {
    let app = unlimited().await;
    let victim = app.patient().await;
    let before = belongings(&app, victim.id).await;
    for (number, (kind, role)) in [
        ("patient", "PATIENT"),
        ("family", "FAMILY_MEMBER"),
        ("doctor", "DOCTOR"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut fields = greedy(&victim);
        fields.remove("licenseNumber");
        let told = registration(u32::try_from(number).unwrap());
        fields.extend(told.as_object().unwrap().clone());
        fields.insert("fullName".to_owned(), json!("លី សុភា"));
        let path = format!("/auth/register/{kind}");
        app.client.post(&path, &Value::Object(fields)).await.expect(201);
        let made = "phone_number = $1 AND role = $2::user_role AND account_status = 'PENDING_VERIFICATION' \
                    AND contact_confirmed_at IS NULL AND token_epoch = 0 AND google_account_id IS NULL";
        let phone = told["phoneNumber"].as_str().unwrap();
        assert_eq!(app.count("users", made, [phone.into(), role.into()]).await, 1, "{kind}");
    }
    assert_eq!(
        app.count("subscriptions", "tier <> 'FREEMIUM' OR storage_quota = 1", [])
            .await,
        0
    );
    assert_eq!(belongings(&app, victim.id).await, before);
}
