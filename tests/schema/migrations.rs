use das_tern_migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use time::macros::datetime;

use super::catalog::{dump, lines};
use super::rows::{Rows, execute};
use crate::support::database::TestDatabase;

const FIRST: &str = "m20261123_000001_schema";
/// A step that changes rows alone.
const GONE_DOCTORS: &str = "m20261124_000065_gone_doctors";

fn count() -> u32 {
    u32::try_from(Migrator::migrations().len()).unwrap()
}

/// Migrates only as far as before the step of this name.
async fn up_to_before(database: &TestDatabase, name: &str) {
    let db: &DatabaseConnection = database.database().connection();
    let steps = Migrator::migrations()
        .iter()
        .position(|step| step.name() == name)
        .unwrap();
    Migrator::up(db, Some(u32::try_from(steps).unwrap())).await.unwrap();
}

#[tokio::test]
async fn up_down_up_leaves_the_same_schema() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    let untouched = dump(database.database()).await;

    das_tern_migration::up(db).await.unwrap();
    let first = dump(database.database()).await;
    das_tern_migration::down(db, count()).await.unwrap();
    let left = dump(database.database()).await;
    das_tern_migration::up(db).await.unwrap();
    let second = dump(database.database()).await;

    assert_eq!(first, second);
    let left: Vec<_> = left
        .into_iter()
        .filter(|line| !line.contains("seaql_migrations"))
        .collect();
    assert_eq!(left, untouched);
}

#[tokio::test]
async fn each_step_can_be_taken_back_and_applied_again() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    for migration in Migrator::migrations() {
        let before = dump(database.database()).await;
        Migrator::up(db, Some(1)).await.unwrap();
        let after = dump(database.database()).await;
        let changes_schema = migration.name() != GONE_DOCTORS;
        assert_eq!(before != after, changes_schema, "{}", migration.name());
        if migration.name() != FIRST {
            Migrator::down(db, Some(1)).await.unwrap();
            assert_eq!(dump(database.database()).await, before, "down of {}", migration.name());
            Migrator::up(db, Some(1)).await.unwrap();
        }
        assert_eq!(dump(database.database()).await, after, "{} again", migration.name());
    }
}

#[tokio::test]
async fn a_step_that_broke_off_is_applied_again_from_its_start() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    das_tern_migration::up(db).await.unwrap();
    let complete = dump(database.database()).await;
    execute(
        database.database(),
        &format!("DELETE FROM seaql_migrations WHERE version <> '{FIRST}'"),
    )
    .await;

    das_tern_migration::up(db).await.unwrap();

    assert_eq!(dump(database.database()).await, complete);
}

#[tokio::test]
async fn processes_that_migrate_at_once_take_turns() {
    let database = TestDatabase::empty().await;
    let ups = (0..4).map(|_| das_tern_migration::up(database.database().connection()));
    let applied: usize = futures_util::future::join_all(ups)
        .await
        .into_iter()
        .map(|names| names.unwrap().len())
        .sum();
    assert_eq!(applied, count() as usize);
    assert!(
        das_tern_migration::pending(database.database().connection())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_status_names_each_step_and_changes_nothing() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    let status = das_tern_migration::status(db).await.unwrap();
    assert_eq!(status.len(), count() as usize);
    assert!(status.iter().all(|(_, applied)| !applied));
    assert!(
        lines(
            database.database(),
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        )
        .await
        .is_empty()
    );

    das_tern_migration::up(db).await.unwrap();
    let undone = das_tern_migration::down(db, 2).await.unwrap();

    let pending = das_tern_migration::pending(db).await.unwrap();
    assert_eq!(pending, undone.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(pending.len(), 2);
}

#[tokio::test]
async fn a_schema_of_a_later_release_is_served_and_left_alone() {
    let database = TestDatabase::create().await;
    let db: &DatabaseConnection = database.database().connection();
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_to_come', 0)";
    execute(database.database(), sql).await;

    assert!(das_tern_migration::up(db).await.unwrap().is_empty());
    assert!(das_tern_migration::pending(db).await.unwrap().is_empty());
    assert_eq!(das_tern_migration::status(db).await.unwrap().len(), count() as usize);
    assert_eq!(
        das_tern_migration::later(db).await.unwrap(),
        ["m29990101_000001_to_come"]
    );
    das_tern_migration::down(db, 1).await.unwrap_err();
    assert_eq!(das_tern_migration::later(db).await.unwrap().len(), 1);
}

#[tokio::test]
async fn fresh_empties_our_tables_and_leaves_those_of_others() {
    let database = TestDatabase::create().await;
    Rows::insert(database.database()).await;
    execute(database.database(), "CREATE TABLE somebody_elses AS SELECT 1 AS kept").await;
    execute(
        database.database(),
        "UPDATE users SET phone_number = NULL, email = id || '@example.com'",
    )
    .await;

    das_tern_migration::fresh(database.database().connection())
        .await
        .unwrap();

    assert_eq!(
        lines(database.database(), "SELECT count(*)::text FROM users").await,
        ["0"]
    );
    assert_eq!(
        lines(database.database(), "SELECT kept::text FROM somebody_elses").await,
        ["1"]
    );
    assert!(
        das_tern_migration::pending(database.database().connection())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_phone_number_stays_optional_while_somebody_has_none() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    up_to_before(&database, "m20261123_000003_token_epoch").await;
    let sql = "INSERT INTO users (role, email, password_hash) VALUES ('PATIENT', 'a@example.com', 'x')";
    execute(database.database(), sql).await;

    let refused = das_tern_migration::down(db, 1).await.unwrap_err();

    assert!(
        refused.to_string().contains("1 account(s) have no phone number"),
        "{refused}"
    );
}

/// What a database of the first release holds, in the shape that its tables had.
const OLD_ROWS: &str = "
    INSERT INTO users (id, role, phone_number, password_hash, account_status) VALUES
        ('00000000-0000-7000-8000-000000000001', 'PATIENT', '+85512345678', 'x', 'LOCKED');
    INSERT INTO prescriptions (id, patient_id, patient_name, patient_gender, patient_age, symptoms)
        SELECT id, id, 'x', 'OTHER', 1, 'x' FROM users;
    INSERT INTO medications (id, prescription_id, row_number, medicine_name) SELECT id, id, 1, 'x' FROM prescriptions;
    INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, time_period, status, taken_at,
        updated_at)
    SELECT m.id, m.id, m.id, '2026-03-06 07:00+07'::timestamptz + n * interval '1 minute', 'DAYTIME', s.status,
        CASE WHEN s.status = 'TAKEN_LATE' THEN now() END, '2026-03-06 12:00+07'
    FROM medications m, generate_series(1, 25000) n,
        LATERAL (SELECT (enum_range(NULL::dose_event_status))[1 + n % 5] AS status) s
        WHERE s.status <> 'TAKEN_ON_TIME'";

#[tokio::test]
async fn rows_from_before_a_column_get_its_value_and_keep_their_own() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    up_to_before(&database, "m20261123_000002_phone_number_optional").await;
    execute(database.database(), OLD_ROWS).await;

    let hurried = database.connect(|settings| settings.statement_timeout_ms = 100).await;
    das_tern_migration::up(hurried.connection())
        .await
        .expect("a step takes the time that it needs");

    let check = |sql: &'static str| lines(database.database(), sql);
    assert_eq!(check("SELECT count(*)::text FROM dose_events").await, ["20000"]);
    assert!(
        check("SELECT 'x' FROM dose_events WHERE missed_after <> scheduled_time + interval '30 minutes'")
            .await
            .is_empty()
    );
    assert_eq!(
        check("SELECT DISTINCT status::text FROM dose_events WHERE recorded_at = updated_at ORDER BY 1").await,
        ["SKIPPED", "TAKEN_LATE"]
    );
    assert_eq!(
        check("SELECT status_before_lock::text FROM users").await,
        ["PENDING_VERIFICATION"]
    );
    let sql = "SELECT DISTINCT updated_at FROM dose_events";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await
        .unwrap();
    let moved: Vec<time::OffsetDateTime> = rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(
        moved,
        [datetime!(2026-03-06 12:00 +7)],
        "filling a column in is no change of a dose"
    );
}

#[tokio::test]
async fn what_a_doctor_wrote_whose_account_went_before_is_marked_as_a_doctors() {
    let database = TestDatabase::empty().await;
    up_to_before(&database, GONE_DOCTORS).await;
    let people = "INSERT INTO users (id, role, full_name, phone_number, password_hash) VALUES \
                  ('00000000-0000-0000-0000-000000000001', 'PATIENT', 'x', '+85512000001', 'x')";
    execute(database.database(), people).await;
    let prescriptions = "INSERT INTO prescriptions (patient_id, patient_name, patient_gender, patient_age, symptoms) \
                         SELECT id, 'x', 'OTHER', 50, symptoms FROM users, unnest(ARRAY['own', 'a doctor''s']) symptoms";
    execute(database.database(), prescriptions).await;
    let versions = "INSERT INTO prescription_versions (prescription_id, version_number, medications_snapshot, author_id) \
                    SELECT id, 1, '[]', CASE symptoms WHEN 'own' THEN patient_id END FROM prescriptions";
    execute(database.database(), versions).await;

    das_tern_migration::up(database.database().connection()).await.unwrap();

    let marked = "SELECT symptoms FROM prescriptions WHERE (details ->> 'doctorIsGone')::boolean";
    assert_eq!(lines(database.database(), marked).await, ["a doctor's"]);
}

#[tokio::test]
async fn whoever_could_use_an_account_before_codes_counts_as_confirmed() {
    let database = TestDatabase::empty().await;
    let db: &DatabaseConnection = database.database().connection();
    up_to_before(&database, "m20261123_000016_contact_confirmed").await;
    let sql = "INSERT INTO users (role, email, password_hash, account_status, created_at, updated_at) \
               SELECT r.role::user_role, r.role || r.status || '@example.com', 'x', r.status::account_status, \
               '2026-03-06 12:00+07', '2026-03-06 12:00+07' FROM (VALUES ('PATIENT', 'ACTIVE'), \
               ('PATIENT', 'PENDING_VERIFICATION'), ('DOCTOR', 'PENDING_VERIFICATION')) r (role, status)";
    execute(database.database(), sql).await;

    das_tern_migration::up(db).await.unwrap();

    let confirmed = "SELECT role || ' ' || account_status FROM users WHERE contact_confirmed_at = created_at \
                     AND updated_at = created_at ORDER BY 1";
    assert_eq!(
        lines(database.database(), confirmed).await,
        ["DOCTOR PENDING_VERIFICATION", "PATIENT ACTIVE"]
    );
}
