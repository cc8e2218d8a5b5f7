use das_tern_domain::{AuditActionType, AuditLogId, UserRole};
use das_tern_persistence::constraints::{AUDIT_LOGS_APPEND_ONLY, PRESCRIPTION_VERSIONS_IMMUTABLE};
use das_tern_persistence::effects::{self, Effects, NewAuditLog};
use rstest::rstest;
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use super::catalog::{dump, lines};
use super::rows::{Rows, THEN, execute, refusal};
use crate::support::database::TestDatabase;

#[rstest]
#[case::a_changed_entry("UPDATE audit_logs SET resource_type = 'x'")]
#[case::an_actor_forgotten_by_hand("UPDATE audit_logs SET actor_id = NULL")]
#[case::an_update_that_changes_nothing("UPDATE audit_logs SET id = id")]
#[case::an_upsert("INSERT INTO audit_logs SELECT * FROM audit_logs ON CONFLICT (id) DO UPDATE SET details = '{}'")]
#[case::a_deleted_entry("DELETE FROM audit_logs")]
#[case::a_truncated_trail("TRUNCATE audit_logs")]
#[case::a_trail_truncated_with_the_users("TRUNCATE users CASCADE")]
#[tokio::test]
async fn the_audit_trail_refuses(#[case] sql: &str) {
    let database = TestDatabase::create().await;
    Rows::insert(database.database()).await;
    let before = lines(database.database(), "SELECT audit_logs::text FROM audit_logs").await;

    let error = refusal(database.database(), sql).await;

    // What goes with the users asks the versions of prescriptions first, which refuse as well.
    let guards = [AUDIT_LOGS_APPEND_ONLY, PRESCRIPTION_VERSIONS_IMMUTABLE];
    assert!(guards.iter().any(|guard| error.violates(guard)), "{error}");
    assert_eq!(
        lines(database.database(), "SELECT audit_logs::text FROM audit_logs").await,
        before
    );
}

#[tokio::test]
async fn deleting_the_actor_forgets_who_it_was_and_keeps_the_rest() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let read = "SELECT (to_jsonb(a) - 'actor_id')::text || (actor_id IS NULL)::text FROM audit_logs a";
    let before = lines(database.database(), read).await;

    execute(
        database.database(),
        &format!("DELETE FROM users WHERE id = '{}'", rows.doctor),
    )
    .await;

    let after = lines(database.database(), read).await;
    assert_eq!(after, [before[0].replace("}false", "}true")]);
}

#[tokio::test]
async fn a_trigger_of_somebody_elses_cannot_forget_an_actor_who_is_there() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let sql = "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS \
               $$ BEGIN UPDATE audit_logs SET actor_id = NULL; RETURN NEW; END $$; \
               CREATE TRIGGER forget AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION forget()";
    execute(database.database(), sql).await;
    let change = format!("UPDATE users SET theme = 'DARK' WHERE id = '{}'", rows.doctor);
    let error = refusal(database.database(), &change).await;
    assert!(error.violates(AUDIT_LOGS_APPEND_ONLY), "{error}");
}

#[tokio::test]
async fn a_trigger_of_somebody_elses_cannot_change_an_entry_while_its_actor_is_forgotten() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let sql = "CREATE FUNCTION distort() RETURNS trigger LANGUAGE plpgsql AS \
               $$ BEGIN NEW.resource_type := 'x'; RETURN NEW; END $$; \
               CREATE TRIGGER a_first BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION distort()";
    execute(database.database(), sql).await;
    let error = refusal(
        database.database(),
        &format!("DELETE FROM users WHERE id = '{}'", rows.doctor),
    )
    .await;
    assert!(error.violates(AUDIT_LOGS_APPEND_ONLY), "{error}");
}

#[tokio::test]
async fn both_guards_of_the_trail_are_always_on() {
    let database = TestDatabase::create().await;
    let dump = dump(database.database()).await;
    let guards = dump
        .iter()
        .filter(|line| line.contains("audit_logs_append_only()") && line.ends_with("enabled=O"));
    assert_eq!(guards.count(), 2);
}

#[rstest]
#[case::an_entry_of_the_trail("UPDATE audit_logs SET resource_type = 'x'")]
#[case::the_trail("DELETE FROM audit_logs")]
#[case::the_guard_of_the_trail("ALTER TABLE audit_logs DISABLE TRIGGER USER")]
#[case::a_version("UPDATE prescription_versions SET change_reason = 'x'")]
#[case::everybody("TRUNCATE users CASCADE")]
#[case::a_column("ALTER TABLE users DROP COLUMN password_hash")]
#[case::a_table("DROP TABLE dose_events")]
#[case::a_new_table("CREATE TABLE elsewhere (id int)")]
#[case::the_list_of_steps("DELETE FROM seaql_migrations")]
#[case::a_role("ALTER ROLE CURRENT_USER CREATEROLE")]
#[tokio::test]
async fn the_servers_own_role_cannot_touch(#[case] sql: &str) {
    let database = TestDatabase::create().await;
    Rows::insert(database.database()).await;
    let url = database.url_of_application();
    let server = database.connect(|settings| settings.url = url.into()).await;
    let error = refusal(&server, sql).await.to_string();
    assert!(
        error.contains("permission denied") || error.contains("must be owner"),
        "{error}"
    );
}

#[tokio::test]
async fn the_servers_own_role_reads_every_table_and_gets_no_more_by_being_asked_twice() {
    let database = TestDatabase::create().await;
    let granted = "SELECT table_name || ' ' || string_agg(privilege_type, ',' ORDER BY privilege_type) \
                   FROM information_schema.role_table_grants WHERE grantee = 'das_tern_test_application' \
                   GROUP BY table_name ORDER BY table_name";
    let before = lines(database.database(), granted).await;
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
    let tables = lines(database.database(), tables).await;
    assert_eq!(
        before
            .iter()
            .map(|line| line.split(' ').next().unwrap())
            .collect::<Vec<_>>(),
        tables
    );
    assert!(before.contains(&"audit_logs INSERT,SELECT".to_owned()), "{before:?}");
    let owner = sea_orm::Database::connect(database.url()).await.unwrap();
    das_tern_migration::grant(&owner, "das_tern_test_application")
        .await
        .unwrap();
    assert_eq!(lines(database.database(), granted).await, before);
    let itself = lines(database.database(), "SELECT current_user::text").await;
    for refused in [itself[0].as_str(), "public", "PUBLIC"] {
        assert!(das_tern_migration::grant(&owner, refused).await.is_err(), "{refused}");
    }
    assert!(
        das_tern_migration::grant(&owner, "nobody\"; DROP TABLE users; --")
            .await
            .is_err()
    );
    assert_eq!(lines(database.database(), granted).await, before);
    owner.close().await.unwrap();
}

#[tokio::test]
async fn an_entry_alone_is_stored_as_it_is_beside_others() {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let whole = || NewAuditLog {
        id: AuditLogId(Uuid::now_v7()),
        actor_id: Some(rows.doctor),
        actor_role: Some(UserRole::Doctor),
        action_type: AuditActionType::DataAccess,
        resource_type: "User",
        resource_id: Some(rows.patient.0),
        patient_id: Some(rows.patient),
        details: json!({ "what": "ថ្នាំ \"1\"", "count": 1.5, "none": null }),
        ip_address: Some("2001:db8::1".to_owned()),
        created_at: THEN + Duration::microseconds(600),
    };
    let bare = || NewAuditLog {
        actor_id: None,
        actor_role: None,
        resource_id: None,
        patient_id: None,
        details: Value::Null,
        ip_address: None,
        ..whole()
    };
    let write = async |audit_logs: Vec<NewAuditLog>| {
        let ids: Vec<String> = audit_logs.iter().map(|entry| format!("'{}'", entry.id)).collect();
        let effects = Effects {
            audit_logs,
            notifications: Vec::new(),
        };
        effects::write(database.database().connection(), &effects)
            .await
            .unwrap();
        let read = "SELECT (to_jsonb(a) - 'id')::text FROM audit_logs a WHERE id IN ";
        lines(
            database.database(),
            &format!("{read} ({}) ORDER BY actor_id", ids.join(", ")),
        )
        .await
    };
    let alone = [write(vec![whole()]).await, write(vec![bare()]).await].concat();
    assert_eq!(alone, write(vec![bare(), whole()]).await);
    assert!(alone[0].contains("2026-03-06T07:00:00.123+07:00"), "{alone:?}");
}
