use std::time::Duration;

use das_tern_persistence::{Database, Error, PoolStatus, Settings, Unit};
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::catalog::lines;
use super::rows::{execute, refusal};
use crate::support::database::TestDatabase;

#[tokio::test]
async fn a_session_lives_in_phnom_penh_and_names_itself() {
    let database = TestDatabase::create().await;
    let sql = "SELECT current_setting('timezone') || ' ' || current_setting('application_name')";
    assert_eq!(lines(database.database(), sql).await, ["Asia/Phnom_Penh das-tern"]);
}

#[tokio::test]
async fn the_server_holds_a_session_to_the_limits_of_the_settings() {
    let database = TestDatabase::create().await;
    let limited = database
        .connect(|settings| {
            settings.statement_timeout_ms = 1_234;
            settings.lock_timeout_ms = 567;
            settings.idle_in_transaction_timeout_ms = 8_910;
        })
        .await;
    let sql = "SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') || ' ' || \
               current_setting('idle_in_transaction_session_timeout')";
    assert_eq!(lines(&limited, sql).await, ["1234ms 567ms 8910ms"]);
}

#[tokio::test]
async fn the_migrated_database_itself_is_in_phnom_penh() {
    let database = TestDatabase::empty().await;
    das_tern_migration::up(database.database().connection()).await.unwrap();
    let sql = "SELECT unnest(setconfig)::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
               WHERE d.datname = current_database()";
    let settings: Vec<_> = lines(database.database(), sql).await;
    assert!(
        settings
            .iter()
            .any(|setting| setting.eq_ignore_ascii_case("timezone=Asia/Phnom_Penh")),
        "{settings:?}"
    );
}

#[tokio::test]
async fn a_statement_that_runs_too_long_is_a_timeout() {
    let database = TestDatabase::create().await;
    let limited = database.connect(|settings| settings.statement_timeout_ms = 100).await;
    let error = refusal(&limited, "SELECT pg_sleep(10)").await;
    assert!(matches!(error, Error::Timeout(_)), "{error}");
}

#[tokio::test]
async fn a_statement_that_waits_too_long_for_a_row_is_a_timeout() {
    let database = TestDatabase::create().await;
    let limited = database.connect(|settings| settings.lock_timeout_ms = 50).await;
    let holder = database.database().connection().begin().await.unwrap();
    holder.execute_unprepared("LOCK TABLE users").await.unwrap();
    let error = refusal(&limited, "UPDATE users SET theme = 'DARK'").await;
    assert!(matches!(error, Error::Timeout(_)), "{error}");
}

#[tokio::test]
async fn a_full_pool_tells_who_waits_and_is_unavailable_soon() {
    let database = TestDatabase::create().await;
    let small = database
        .connect(|settings| {
            settings.max_connections = 1;
            settings.acquire_timeout_ms = 100;
        })
        .await;
    let mut holder = Unit::new(small.clone());
    holder.begin().await.unwrap();
    assert_eq!(
        small.pool_status(),
        PoolStatus {
            active: 1,
            idle: 0,
            waiting: 0,
            max: 1
        }
    );

    let (first, second, during) = tokio::join!(small.ping(), small.ping(), async { small.pool_status() });

    assert_eq!(during.waiting, 2);
    for refused in [first, second] {
        assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    }
    holder.commit().await.unwrap();
    small.ping().await.unwrap();
    assert_eq!(small.pool_status().waiting, 0);
}

#[tokio::test]
async fn a_killed_session_is_unavailable_and_the_pool_heals() {
    let database = TestDatabase::create().await;
    let victim = database.connect(|settings| settings.max_connections = 1).await;
    let transaction = victim.connection().begin().await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
                WHERE datname = current_database() AND state = 'idle in transaction'";
    assert_eq!(lines(database.database(), kill).await, ["true"]);
    let error: Error = transaction.execute_unprepared("SELECT 1").await.unwrap_err().into();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    drop(transaction);
    victim.ping().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_when_the_first_connection_takes_too_long() {
    let mut settings = Settings::new("postgres://localhost:1/das_tern".into());
    settings.connect_timeout_ms = 200;
    let error = Database::connect(&settings).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert!(
        Database::lazy(&settings).await.is_ok(),
        "a lazy pool waits for its first use"
    );
}

#[tokio::test]
async fn a_closed_pool_is_unavailable() {
    let database = TestDatabase::create().await;
    let pool = database.connect(|_| ()).await;
    pool.ping().await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), pool.close())
        .await
        .unwrap();
    assert!(pool.ping().await.unwrap_err().is_temporary());
}

#[tokio::test]
async fn a_transaction_that_fails_half_way_leaves_nothing() {
    let database = TestDatabase::create().await;
    let transaction = database.database().connection().begin().await.unwrap();
    let person = "INSERT INTO users (role, phone_number, password_hash) VALUES ('PATIENT', '+85512345678', 'x')";
    transaction.execute_unprepared(person).await.unwrap();
    transaction.execute_unprepared(person).await.unwrap_err();
    drop(transaction);
    assert_eq!(
        lines(database.database(), "SELECT count(*)::text FROM users").await,
        ["0"]
    );
    execute(database.database(), person).await;
}
