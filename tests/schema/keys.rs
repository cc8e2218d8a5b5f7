use super::catalog::lines;
use super::rows::{Rows, execute};
use crate::support::database::TestDatabase;

/// Each foreign key as table.column → table, and what it does when the other row goes.
const FOREIGN_KEYS: &[&str] = &[
    "audit_logs.actor_id users SET NULL",
    "connections.initiator_id users CASCADE",
    "connections.recipient_id users CASCADE",
    "dose_events.medication_id medications CASCADE",
    "dose_events.patient_id users CASCADE",
    "dose_events.prescription_id prescriptions CASCADE",
    "family_members.member_id users CASCADE",
    "family_members.subscription_id subscriptions CASCADE",
    "meal_time_preferences.user_id users CASCADE",
    "medications.prescription_id prescriptions CASCADE",
    "notifications.recipient_id users CASCADE",
    "prescription_versions.author_id users SET NULL",
    "prescription_versions.prescription_id prescriptions CASCADE",
    "prescriptions.doctor_id users SET NULL",
    "prescriptions.patient_id users CASCADE",
    "subscriptions.user_id users CASCADE",
];

#[tokio::test]
async fn the_foreign_keys_are_those_of_the_schema() {
    let database = TestDatabase::create().await;
    let sql = "SELECT c.conrelid::regclass || '.' || a.attname || ' ' || c.confrelid::regclass || ' ' || \
               CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE c.confdeltype::text END AS key \
               FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
               WHERE c.contype = 'f' ORDER BY 1";
    assert_eq!(lines(database.database(), sql).await, FOREIGN_KEYS);
}

#[tokio::test]
async fn every_foreign_key_follows_its_target_and_leads_an_index() {
    let database = TestDatabase::create().await;
    let sql = "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND (confupdtype <> 'c' OR NOT EXISTS ( \
               SELECT FROM pg_index i WHERE i.indrelid = conrelid AND i.indkey[0] = conkey[1] AND i.indpred IS NULL))";
    assert!(lines(database.database(), sql).await.is_empty());
}

#[tokio::test]
async fn no_index_covers_another() {
    let database = TestDatabase::create().await;
    let sql = "SELECT a.indexrelid::regclass || ' is covered by ' || b.indexrelid::regclass FROM pg_index a \
               JOIN pg_index b ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid \
               WHERE NOT a.indisunique AND a.indpred IS NULL AND b.indpred IS NULL \
               AND a.indexprs IS NULL AND b.indexprs IS NULL AND a.indrelid::regclass::text NOT LIKE 'pg\\_%' \
               AND a.indrelid::regclass::text NOT LIKE '%pg\\_toast%' \
               AND a.indkey::text = array_to_string((b.indkey::int2[])[0:a.indnatts - 1], ' ')";
    assert!(lines(database.database(), sql).await.is_empty());
}

/// The tables that still have rows, with how many.
async fn populated(database: &TestDatabase) -> Vec<String> {
    let mut populated = Vec::new();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'seaql_migrations' \
                  ORDER BY 1";
    for table in lines(database.database(), tables).await {
        let rows = lines(database.database(), &format!("SELECT count(*)::text FROM {table}")).await;
        if rows != ["0"] {
            populated.push(format!("{table} {}", rows[0]));
        }
    }
    populated
}

#[tokio::test]
async fn with_a_patient_goes_all_that_is_theirs() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    execute(
        database.database(),
        &format!("DELETE FROM users WHERE id = '{}'", rows.patient),
    )
    .await;
    assert_eq!(populated(&database).await, ["audit_logs 1", "users 2"]);
    let patient = lines(database.database(), "SELECT patient_id::text FROM audit_logs").await;
    assert_eq!(
        patient,
        [rows.patient.to_string()],
        "the trail still tells whose data it was"
    );
}

#[tokio::test]
async fn when_a_doctor_goes_what_they_prescribed_stays_without_them() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    execute(
        database.database(),
        &format!("DELETE FROM users WHERE id = '{}'", rows.doctor),
    )
    .await;
    let sql = "SELECT 'x' FROM prescriptions p JOIN prescription_versions v ON v.prescription_id = p.id \
               JOIN dose_events d ON d.prescription_id = p.id WHERE p.doctor_id IS NULL AND v.author_id IS NULL";
    assert_eq!(lines(database.database(), sql).await, ["x"]);
    assert!(
        lines(database.database(), "SELECT 'x' FROM connections")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn with_a_prescription_go_its_versions_medications_and_doses() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    execute(
        database.database(),
        &format!("DELETE FROM prescriptions WHERE id = '{}'", rows.prescription),
    )
    .await;
    let left = populated(&database).await;
    for table in ["prescription_versions", "medications", "dose_events"] {
        assert!(
            !left.iter().any(|line| line.starts_with(&format!("{table} "))),
            "{left:?}"
        );
    }
}

#[tokio::test]
async fn with_a_subscription_or_a_member_goes_the_place_in_the_family() {
    for key in ["subscriptions WHERE id", "users WHERE id"] {
        let database = TestDatabase::create().await;
        let rows = Rows::insert(database.database()).await;
        let id = if key.starts_with("users") {
            rows.relative.0
        } else {
            rows.subscription.0
        };
        execute(database.database(), &format!("DELETE FROM {key} = '{id}'")).await;
        assert!(
            lines(database.database(), "SELECT 'x' FROM family_members")
                .await
                .is_empty(),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_change_moves_updated_at_and_nothing_else_needs_to() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let sql = "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'updated_at' AND \
               table_schema = 'public' ORDER BY 1";
    let tables = lines(database.database(), sql).await;
    assert_eq!(tables.len(), 7);
    for table in tables {
        let update =
            format!("WITH u AS (UPDATE {table} SET id = id RETURNING updated_at) SELECT max(updated_at)::text FROM u");
        let (first, second) = (
            lines(database.database(), &update).await,
            lines(database.database(), &update).await,
        );
        assert!(first < second, "{table}: {first:?} {second:?}");
    }
    let twice = format!(
        "DO $$ DECLARE first timestamptz; second timestamptz; BEGIN \
         UPDATE users SET theme = 'DARK' WHERE id = '{0}' RETURNING updated_at INTO first; \
         UPDATE users SET theme = 'LIGHT' WHERE id = '{0}' RETURNING updated_at INTO second; \
         ASSERT first < second, 'two changes of one transaction look the same'; END $$",
        rows.patient
    );
    execute(database.database(), &twice).await;
}
