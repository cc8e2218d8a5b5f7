//! The connections of a pool: who gets which, and what becomes of one that was left in the middle of something.

use std::time::Duration;

use das_tern_persistence::{Database, Error, Settings, Unit};
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;

use super::catalog::lines;
use super::rows::{execute, refusal};
use crate::support::database::TestDatabase;
use crate::support::redis::{Cable, eventually};

const SESSION: &str = "SELECT pg_backend_pid()::text";
const PERSON: &str = "INSERT INTO users (role, phone_number, password_hash) VALUES ('PATIENT', '+85512345678', 'x')";
const PEOPLE: &str = "SELECT count(*)::text FROM users";

fn at_most(connections: u32) -> impl FnOnce(&mut Settings) {
    move |settings| settings.max_connections = connections
}

async fn kill_others(test: &TestDatabase) {
    let sql = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    lines(test.database(), sql).await;
}

#[tokio::test]
async fn one_after_the_other_share_a_connection_and_at_once_they_share_the_most_there_may_be() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(3)).await;
    let first = lines(&pool, SESSION).await;
    assert_eq!(lines(&pool, SESSION).await, first);

    let sql = "SELECT pg_backend_pid()::text FROM pg_sleep(0.01)";
    let mut sessions = join_all((0..64).map(|_| lines(&pool, sql))).await;
    sessions.sort();
    sessions.dedup();

    assert_eq!(sessions.len(), 3);
    let status = pool.pool_status();
    assert_eq!((status.active, status.idle, status.waiting), (0, 3, 0));
}

#[tokio::test]
async fn a_refused_statement_leaves_its_connection_in_use() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(1)).await;
    let session = lines(&pool, SESSION).await;
    execute(&pool, PERSON).await;
    assert!(matches!(refusal(&pool, PERSON).await, Error::Unique { .. }));
    assert_eq!(lines(&pool, SESSION).await, session);
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_any_more_disturbs_no_other() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(1)).await;
    let abandoned = pool
        .connection()
        .execute_unprepared("SELECT 'abandoned' FROM pg_sleep(0.2)");
    assert!(
        tokio::time::timeout(Duration::from_millis(50), abandoned)
            .await
            .is_err()
    );
    assert_eq!(lines(&pool, "SELECT 'next'").await, ["next"]);
    assert_eq!(pool.pool_status().idle, 1);
}

#[tokio::test]
async fn a_transaction_that_nobody_finishes_is_undone_and_lets_others_in() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(1)).await;
    let mut unit = Unit::new(pool.clone());
    unit.begin().await.unwrap();
    unit.connection().execute_unprepared(PERSON).await.unwrap();
    drop(unit);
    assert_eq!(lines(&pool, PEOPLE).await, ["0"]);
}

/// What is written next must not be part of it.
#[tokio::test]
async fn a_transaction_that_nobody_waits_for_while_it_begins_takes_nothing_along() {
    let test = TestDatabase::create().await;
    let (server, name) = test.url().rsplit_once('/').unwrap();
    let (server, port) = server.rsplit_once(':').unwrap();
    let cable = Cable::to_port(port.parse().unwrap()).await;
    let url = format!("{server}:{}/{name}", cable.port);
    let pool = test.connect(|settings| {
        settings.url = url.into();
        settings.max_connections = 1;
    });
    let pool = pool.await;
    pool.ping().await.unwrap();

    cable.hold_answers();
    let mut unit = Unit::new(pool.clone());
    assert!(
        tokio::time::timeout(Duration::from_millis(50), unit.begin())
            .await
            .is_err()
    );
    drop(unit);
    cable.mend();
    execute(&pool, PERSON).await;
    assert_eq!(lines(test.database(), PEOPLE).await, ["1"]);
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_keeps_its_connection() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(1)).await;
    let session = lines(&pool, SESSION).await;
    let mut unit = Unit::new(pool.clone());
    unit.begin().await.unwrap();
    unit.connection().execute_unprepared(PERSON).await.unwrap();
    unit.connection().execute_unprepared(PERSON).await.unwrap_err();
    unit.roll_back().await.unwrap();
    assert_eq!(lines(&pool, PEOPLE).await, ["0"]);
    assert_eq!(lines(&pool, SESSION).await, session);
}

#[tokio::test]
async fn one_broken_connection_has_the_others_looked_after() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(3)).await;
    join_all((0..3).map(|_| lines(&pool, "SELECT 'open' FROM pg_sleep(0.05)"))).await;
    assert_eq!(pool.pool_status().idle, 3);
    kill_others(&test).await;

    let outcome = pool.ping().await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");

    // Not one of the other two fails anybody.
    let outcomes = join_all((0..3).map(|_| pool.ping())).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

#[tokio::test]
async fn an_unused_connection_closes_after_a_while() {
    let test = TestDatabase::create().await;
    let pool = test.connect(|settings| settings.idle_timeout_s = 1).await;
    pool.ping().await.unwrap();
    assert_eq!(open(&pool), 1);
    eventually("closed", async || open(&pool) == 0).await;
    pool.ping().await.unwrap();
}

fn open(pool: &Database) -> u32 {
    let status = pool.pool_status();
    status.active + status.idle
}

#[tokio::test]
async fn closing_waits_for_a_statement_and_refuses_the_next() {
    let test = TestDatabase::create().await;
    let pool = test.connect(at_most(2)).await;
    let (answer, ()) = tokio::join!(lines(&pool, "SELECT 'done' FROM pg_sleep(0.1)"), pool.close());
    assert_eq!(answer, ["done"]);
    assert!(matches!(pool.ping().await, Err(Error::Unavailable(_))));
    assert_eq!(open(&pool), 0);
}
