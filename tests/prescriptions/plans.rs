//! How PostgreSQL finds prescriptions among many: by an index, whatever the number of patients.

use das_tern_persistence::prescriptions::{DUE_FOR_DOSES, DUE_FOR_LAPSING, GRIDS_IN_FORCE, LIST, LIST_OF_OWN};
use sea_orm::Value;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::{date, datetime};
use uuid::Uuid;

use super::arranging::*;
use crate::support::TestApp;

/// Two thousand patients with ten prescriptions each, each connected with the next one.
pub async fn crowd(app: &TestApp) {
    let people = "INSERT INTO users (role, full_name, phone_number, password_hash, account_status, contact_confirmed_at) \
                  SELECT 'PATIENT', 'x', '+8557' || lpad(n::text, 7, '0'), 'x', 'ACTIVE', now() \
                  FROM generate_series(1, 2000) n";
    app.execute(people, []).await;
    let prescriptions = "INSERT INTO prescriptions (patient_id, patient_name, patient_gender, patient_age, symptoms, \
                         status, scheduled_until, last_day, created_at) SELECT u.id, 'x', 'OTHER', 50, 'x', 'ACTIVE', \
                         '2026-05-01', CASE WHEN n = 1 THEN date '2026-06-01' END, now() - n * interval '1 day' \
                         FROM users u, generate_series(1, 10) n WHERE u.full_name = 'x'";
    app.execute(prescriptions, []).await;
    let rows = "INSERT INTO medications (prescription_id, row_number, medicine_name, first_day) \
                SELECT id, 1, 'x', '2026-03-01' FROM prescriptions";
    app.execute(rows, []).await;
    let connections = "INSERT INTO connections (initiator_id, recipient_id, status, accepted_at) \
                       SELECT a.id, b.id, 'ACCEPTED', now() FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users \
                       WHERE full_name = 'x') a JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users \
                       WHERE full_name = 'x') b ON b.n = a.n + 1";
    app.execute(connections, []).await;
    let versions = "INSERT INTO prescription_versions (prescription_id, version_number, medications_snapshot) \
                    SELECT id, 1, '[]' FROM prescriptions";
    app.execute(versions, []).await;
    let meals = "INSERT INTO meal_time_preferences (user_id) SELECT id FROM users WHERE full_name = 'x'";
    app.execute(meals, []).await;
    let subscriptions = "INSERT INTO subscriptions (user_id) SELECT id FROM users WHERE full_name = 'x'";
    app.execute(subscriptions, []).await;
    app.execute("ANALYZE", []).await;
}

async fn explained(app: &TestApp, sql: &str, values: impl IntoIterator<Item = Value>) -> String {
    let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT JSON) {sql}");
    app.rows(&explain, values).await[0]["QUERY PLAN"].to_string()
}

#[tokio::test]
async fn a_page_and_both_jobs_read_what_they_need_and_no_more() {
    let app = TestApp::start().await;
    crowd(&app).await;
    let (doctor, patient) = couple(&app).await;
    let prescription = own(&patient, &[aspirin()]).await;
    let now = datetime!(2026-03-06 09:00 +7);
    let (status, created_at, after) = (None::<String>, None::<OffsetDateTime>, None::<Uuid>);
    let first = [status.into(), created_at.into(), after.into(), 51_u64.into()];
    let own: Vec<Value> = [vec![patient.id.into()], first.to_vec()].concat();
    let seen = |patient: Option<Uuid>| {
        let writer = None::<Uuid>.into();
        [
            vec![doctor.id.into(), now.into(), patient.into()],
            first.to_vec(),
            vec![writer],
        ]
        .concat()
    };
    let lists = [(LIST_OF_OWN, own), (LIST, seen(Some(patient.id))), (LIST, seen(None))];
    for (list, values) in lists {
        let plan = explained(&app, list, values).await;
        assert!(!plan.contains("Seq Scan"), "{plan}");
        assert!(
            plan.contains("prescriptions_feed_idx") || plan.contains("prescriptions_patient_id_status_idx"),
            "{plan}"
        );
    }
    let page: Vec<Uuid> = vec![id(&prescription).parse().unwrap()];
    let plan = explained(&app, GRIDS_IN_FORCE, [page.into()]).await;
    assert!(
        plan.contains("medications_prescription_id_idx") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    let day = date!(2026 - 04 - 10);
    let plan = explained(
        &app,
        DUE_FOR_DOSES,
        [day.into(), 200_u64.into(), Vec::<Uuid>::new().into()],
    )
    .await;
    assert!(
        plan.contains("prescriptions_horizon_idx") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    let plan = explained(
        &app,
        DUE_FOR_LAPSING,
        [day.into(), 200_u64.into(), Vec::<Uuid>::new().into()],
    )
    .await;
    assert!(
        plan.contains("prescriptions_lapsing_idx") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    assert_eq!(shown(&doctor, &prescription).await["status"], json!("ACTIVE"));
}
