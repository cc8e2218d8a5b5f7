use das_tern_persistence::constraints::{AUDIT_LOGS_APPEND_ONLY, PRESCRIPTION_VERSIONS_IMMUTABLE};
use rstest::rstest;

use super::catalog::{dump, lines};
use super::rows::{Rows, execute, refusal};
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
