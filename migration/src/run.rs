//! Running the steps: one process at a time, without the time limits of the application's sessions.

use sea_orm_migration::MigratorTrait;
use sea_orm_migration::sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqlxPostgresConnector, Statement,
    TransactionTrait,
};

use crate::{Migrator, m20261123_000001_schema};

/// `das_tern` in ASCII: what processes that migrate the same database agree to lock.
const LOCK: i64 = 0x6461_735f_7465_726e;

/// Applies the steps that are still to be applied, and names them. Where there are none, a role that may not change the
/// schema can say so, too.
///
/// Processes that call this at once take turns, and the later ones find nothing left to do.
///
/// # Errors
/// When the database fails, or a step cannot be applied, as it cannot before one of a later release; earlier steps stay applied.
pub async fn up(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if pending(db).await?.is_empty() {
        return Ok(Vec::new());
    }
    let session = Session::begin(db).await?;
    let names = pending(&session.db).await?;
    Migrator::up(&session.db, None).await?;
    session.end().await?;
    Ok(names)
}

/// Takes back the last `steps` steps, newest first, and names them.
///
/// # Errors
/// When the database fails, or a step cannot be taken back, as it cannot after one of a later release; later steps stay taken
/// back.
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<Vec<String>, DbErr> {
    let session = Session::begin(db).await?;
    let applied = status(&session.db)
        .await?
        .into_iter()
        .rev()
        .filter(|(_, applied)| *applied);
    let names = applied.map(|(name, _)| name).take(steps as usize).collect();
    Migrator::down(&session.db, Some(steps)).await?;
    session.end().await?;
    Ok(names)
}

/// Drops all that the steps ever made, data included, and applies every step. Other schemas and tables stay.
///
/// # Errors
/// When the database fails, or somebody else's object depends on one of ours; then nothing was dropped.
pub async fn fresh(db: &DatabaseConnection) -> Result<(), DbErr> {
    let session = Session::begin(db).await?;
    let drop = format!(
        "{} DROP TABLE IF EXISTS seaql_migrations;",
        m20261123_000001_schema::DOWN
    );
    session.db.execute_unprepared(&drop).await?;
    Migrator::up(&session.db, None).await?;
    session.end().await
}

/// Every step of this release, oldest first, and whether it is applied. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<(String, bool)>, DbErr> {
    let applied = applied(db).await?;
    let entry = |name: String| {
        let is_applied = applied.contains(&name);
        (name, is_applied)
    };
    Ok(names().map(entry).collect())
}

/// The steps that the database has from a later release, oldest first: this one serves it all the same, so that a release can be
/// taken back without its steps. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn later(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let own: Vec<String> = names().collect();
    let applied = applied(db).await?.into_iter();
    Ok(applied.filter(|name| !own.contains(name)).collect())
}

fn names() -> impl Iterator<Item = String> {
    Migrator::migrations().into_iter().map(|step| step.name().to_owned())
}

/// The names of the steps that the database has, in their order; none where it was never migrated.
async fn applied(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let ask = |sql| db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql));
    if ask("SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL")
        .await?
        .is_empty()
    {
        return Ok(Vec::new());
    }
    let rows = ask("SELECT version FROM seaql_migrations ORDER BY version").await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// The steps still to be applied, oldest first. Changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn pending(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let steps = status(db).await?;
    Ok(steps
        .into_iter()
        .filter(|(_, applied)| !applied)
        .map(|(name, _)| name)
        .collect())
}

/// A connection to migrate on, and the lock that keeps everybody else from migrating.
struct Session {
    db: DatabaseConnection,
    lock: DatabaseTransaction,
}

impl Session {
    /// Two connections beside the caller's pool, one of them for the lock. A step may take as long as its table is
    /// large, but must not stand in the queue for a table's lock for long, as everybody else then stands behind it.
    async fn begin(db: &DatabaseConnection) -> Result<Self, DbErr> {
        let limits = [
            ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
            ("lock_timeout", "10s"),
        ];
        let caller = db.get_postgres_connection_pool().connect_options();
        let options = caller.as_ref().clone().options(limits);
        let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(options);
        let db = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        let lock = acquire(&db).await?;
        Ok(Self { db, lock })
    }

    async fn end(self) -> Result<(), DbErr> {
        self.lock.commit().await?;
        self.db.close().await
    }
}

/// Asks again and again instead of waiting for the lock inside the database: a statement that waits holds a snapshot,
/// and building an index concurrently waits for the end of every snapshot, so the two would wait for each other.
async fn acquire(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut told = false;
    loop {
        let transaction = db.begin().await?;
        let sql = "SELECT pg_try_advisory_xact_lock($1) AS locked";
        let ask = Statement::from_sql_and_values(DbBackend::Postgres, sql, [LOCK.into()]);
        let row = transaction.query_one_raw(ask).await?;
        if row
            .map(|row| row.try_get::<bool>("", "locked"))
            .transpose()?
            .unwrap_or(false)
        {
            return Ok(transaction);
        }
        transaction.rollback().await?;
        if !told {
            tracing::info!("another process is migrating this database; waiting for it");
            told = true;
        }
        db.execute_unprepared("SELECT pg_sleep(0.1)").await?;
    }
}
