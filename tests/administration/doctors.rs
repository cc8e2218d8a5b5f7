use das_tern_application::AdministratorKey;
use futures_util::future::join_all;
use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::client::Client;
use crate::support::people::{Account, PASSWORD};

struct Office {
    app: TestApp,
    administrator: Client,
}

impl Office {
    async fn open() -> Self {
        let key = AdministratorKey::generate();
        let digest = key.digest();
        let app = TestApp::start_with(|config| config.application.admin.key_hash = Some(digest)).await;
        let administrator = app.client.with_header("x-admin-key", key.reveal());
        Self { app, administrator }
    }

    async fn pending(&self) -> Account {
        self.app.account("DOCTOR", "PENDING_VERIFICATION").await
    }

    async fn list(&self, query: &str) -> Vec<String> {
        let doctors = self.administrator.get(&format!("/admin/doctors{query}")).await.ok();
        let id = |doctor: &Value| doctor["id"].as_str().unwrap().to_owned();
        doctors.as_array().unwrap().iter().map(id).collect()
    }

    async fn verify(&self, doctor: &Account) -> crate::support::client::Answer {
        let path = format!("/admin/doctors/{}/verify", doctor.id);
        self.administrator.post(&path, &json!({})).await
    }

    async fn reject(&self, doctor: &Account, reason: &str) -> crate::support::client::Answer {
        let path = format!("/admin/doctors/{}/reject", doctor.id);
        self.administrator.post(&path, &json!({ "reason": reason })).await
    }

    async fn log_in(&self, doctor: &Account) -> crate::support::client::Answer {
        let body = json!({ "identifier": doctor.phone, "password": PASSWORD });
        self.app.client.post("/auth/login", &body).await
    }

    async fn trail(&self, doctor: &Account) -> Vec<Value> {
        let sql = "SELECT actor_id, actor_role::text, action_type::text, details FROM audit_logs \
                   WHERE resource_id = $1 ORDER BY created_at, id";
        self.app.rows(sql, [doctor.id.into()]).await
    }
}

#[tokio::test]
async fn a_verified_doctor_is_told_and_can_sign_in() {
    let office = Office::open().await;
    let doctor = office.pending().await;
    office
        .log_in(&doctor)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");

    let judged = office.verify(&doctor).await.ok();

    assert_eq!(judged["accountStatus"], "VERIFIED");
    assert_eq!(judged["fullName"], "សុខ សំណាង");
    assert_eq!(office.log_in(&doctor).await.ok()["user"]["accountStatus"], "VERIFIED");
    let message = office.app.outbox.message(&doctor.phone, 1).await;
    assert!(message.text.contains("ផ្ទៀងផ្ទាត់"), "{message:?}");
    assert_eq!(
        office
            .app
            .count("notifications", "recipient_id = $1", [doctor.id.into()])
            .await,
        1
    );
    let trail = office.trail(&doctor).await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0]["action_type"], "PERMISSION_CHANGE");
    assert_eq!(
        (&trail[0]["actor_id"], &trail[0]["actor_role"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(trail[0]["details"]["previousStatus"], "PENDING_VERIFICATION");
}

#[tokio::test]
async fn a_rejected_doctor_is_told_why_and_signed_out_at_once() {
    let office = Office::open().await;
    let doctor = office.app.doctor().await;
    let judged = office.reject(&doctor.account, "  អាជ្ញាប័ណ្ណផុតកំណត់ ").await.ok();
    assert_eq!(judged["accountStatus"], "REJECTED");
    doctor.client.get("/auth/me").await.refused(403, "ACCOUNT_REJECTED");
    office.log_in(&doctor.account).await.refused(403, "ACCOUNT_REJECTED");
    let message = office.app.outbox.message(&doctor.account.phone, 1).await;
    assert!(message.text.contains("អាជ្ញាប័ណ្ណផុតកំណត់"), "{message:?}");
    let told = office
        .app
        .rows(
            "SELECT message FROM notifications WHERE recipient_id = $1",
            [doctor.id.into()],
        )
        .await;
    assert!(told[0]["message"].as_str().unwrap().contains("អាជ្ញាប័ណ្ណផុតកំណត់"));
    let trail = serde_json::to_string(&office.trail(&doctor.account).await).unwrap();
    assert!(!trail.contains("អាជ្ញាប័ណ្ណ"), "the trail repeats no personal text");

    office.verify(&doctor.account).await.ok();
    office.log_in(&doctor.account).await.ok();
}

#[tokio::test]
async fn a_rejection_needs_a_reason_that_fits() {
    let office = Office::open().await;
    let doctor = office.pending().await;
    for (reason, code) in [("", "REQUIRED"), ("  ", "REQUIRED"), (&*"ក".repeat(501), "TOO_LONG")] {
        let refused = office.reject(&doctor, reason).await;
        assert_eq!(refused.invalid_fields(), [("reason".to_owned(), code.to_owned())]);
    }
    assert!(office.trail(&doctor).await.is_empty());
}

#[tokio::test]
async fn sixteen_administrators_at_once_verify_once() {
    let office = Office::open().await;
    let doctor = office.pending().await;
    let answers = join_all((0..16).map(|_| office.verify(&doctor))).await;
    for answer in answers {
        assert_eq!(answer.ok()["accountStatus"], "VERIFIED");
    }
    assert_eq!(office.trail(&doctor).await.len(), 1);
    assert_eq!(office.app.outbox.sent_to(&doctor.phone).len(), 1);
}

#[tokio::test]
async fn a_verdict_on_a_locked_doctor_waits_behind_the_lock() {
    let office = Office::open().await;
    let doctor = office.pending().await;
    for _ in 0..5 {
        let body = json!({ "identifier": doctor.email, "password": "wrong password" });
        office
            .app
            .client
            .post("/auth/login", &body)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    assert_eq!(office.verify(&doctor).await.ok()["accountStatus"], "VERIFIED");
    office.log_in(&doctor).await.refused(403, "ACCOUNT_LOCKED");
    office.app.clock.advance(Duration::minutes(16));
    office.log_in(&doctor).await.ok();
}

#[tokio::test]
async fn whoever_confirmed_nothing_is_neither_listed_nor_judged() {
    let office = Office::open().await;
    let doctor = office.pending().await;
    office
        .app
        .execute(
            "UPDATE users SET contact_confirmed_at = NULL WHERE id = $1",
            [doctor.id.into()],
        )
        .await;
    assert!(office.list("").await.is_empty());
    let refused = office.verify(&doctor).await.refused(409, "INVALID_STATE");
    assert_eq!(refused["details"]["from"], "UNCONFIRMED");
    assert!(office.trail(&doctor).await.is_empty());
}

#[tokio::test]
async fn the_list_is_newest_first_by_standing_and_by_pages() {
    let office = Office::open().await;
    let verified = office.app.account("DOCTOR", "VERIFIED").await;
    office.app.patient().await;
    let mut pending = Vec::new();
    for _ in 0..3 {
        let doctor = office.pending().await;
        pending.insert(0, doctor.id.to_string());
    }
    assert_eq!(office.list("?status=VERIFIED").await, [verified.id.to_string()]);
    assert_eq!(office.list("?status=PENDING_VERIFICATION").await, pending);

    let first = office.administrator.get("/admin/doctors?limit=3").await;
    assert_eq!(first.header("link").matches("cursor=").count(), 1);
    let link = first.header("link");
    let next = link.split(['<', '>']).nth(1).unwrap().strip_prefix("/api/v1").unwrap();
    let second = office.administrator.get(next).await.ok();
    assert_eq!(second.as_array().unwrap().len(), 1);
    assert_eq!(second[0]["id"], verified.id.to_string());

    let refused = office
        .administrator
        .get("/admin/doctors?status=BEST&limit=0&cursor=x")
        .await;
    assert_eq!(refused.invalid_fields(), [("status".to_owned(), "INVALID".to_owned())]);
}
