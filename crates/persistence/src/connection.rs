//! `SeaORM`'s connection and transaction over the [`pool`](crate::pool): entities and fixed SQL run on either.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor as _, Postgres};
use tokio::sync::Mutex;

use crate::connect::GRACE;
use crate::pool::{Lease, Pool, SIGN_OF_LIFE};

/// Where statements run that stand for themselves.
///
/// Dereferences to `SeaORM`'s own connection for what needs one, such as migrations; that one knows nothing of the shelf.
#[derive(Debug, Clone)]
pub struct Connection {
    driver: DatabaseConnection,
    pool: Arc<Pool>,
}

impl Connection {
    pub(crate) fn new(driver: DatabaseConnection, pool: Arc<Pool>) -> Self {
        Self { driver, pool }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) async fn begin_transaction(&self) -> Result<Transaction, DbErr> {
        self.begin("BEGIN").await
    }

    /// A transaction that sees the database as it is now for as long as it lasts, and changes nothing.
    pub(crate) async fn begin_snapshot(&self) -> Result<Transaction, DbErr> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// Asks the server for a sign of life.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        let mut lease = self.lease().await?;
        lease.wait_for(SIGN_OF_LIFE);
        execute_unprepared(&mut lease, "SELECT 1").await?;
        Ok(())
    }

    async fn begin(&self, sql: &'static str) -> Result<Transaction, DbErr> {
        // From here on whoever gives up leaves an open transaction behind, which the driver does not know of.
        let mut open = Open {
            lease: self.lease().await?,
            is_over: false,
        };
        let begun = open.lease.run(async |session| session.execute(sql).await);
        begun.await.map_err(refused)?;
        Ok(Transaction(Mutex::new(open)))
    }

    async fn lease(&self) -> Result<Lease, DbErr> {
        let lease = self.pool.lease().await;
        lease.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))
    }
}

impl Deref for Connection {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.driver
    }
}

/// A transaction. Dropped without a commit, it is rolled back.
pub struct Transaction(Mutex<Open>);

struct Open {
    lease: Lease,
    is_over: bool,
}

impl Transaction {
    /// Lets each of its statements run this long from now on.
    async fn allow(&self, patience: Duration) -> Result<(), DbErr> {
        let lease = &mut self.0.lock().await.lease;
        let sql = format!("SET LOCAL statement_timeout = {}", patience.as_millis());
        execute_unprepared(lease, &sql).await?;
        lease.wait_for(patience + GRACE);
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        let open = &mut self.0.into_inner();
        let committed = open.lease.run(async |session| session.execute("COMMIT").await);
        committed.await.map_err(refused)?;
        open.is_over = true;
        Ok(())
    }

    pub(crate) async fn roll_back(self) -> Result<(), DbErr> {
        let open = &mut self.0.into_inner();
        let undone = open.lease.run(async |session| session.execute("ROLLBACK").await);
        undone.await.map_err(refused)?;
        open.is_over = true;
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_over {
            self.lease.abandon();
        }
    }
}

async fn execute(lease: &mut Lease, statement: Statement) -> Result<ExecResult, DbErr> {
    let done = lease.run(async |session| query(statement).execute(session).await).await;
    Ok(done.map_err(refused)?.into())
}

async fn execute_unprepared(lease: &mut Lease, sql: &str) -> Result<ExecResult, DbErr> {
    let sql = AssertSqlSafe(sql.to_owned());
    let done = lease.run(async |session| session.execute(sql).await).await;
    Ok(done.map_err(refused)?.into())
}

async fn query_one(lease: &mut Lease, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
    let row = lease.run(async |session| query(statement).fetch_optional(session).await);
    Ok(row.await.map_err(unanswered)?.map(QueryResult::from))
}

async fn query_all(lease: &mut Lease, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
    let rows = lease.run(async |session| query(statement).fetch_all(session).await);
    Ok(rows
        .await
        .map_err(unanswered)?
        .into_iter()
        .map(QueryResult::from)
        .collect())
}

fn query(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

fn refused(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn unanswered(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        execute(&mut self.lease().await?, statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        execute_unprepared(&mut self.lease().await?, sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        query_one(&mut self.lease().await?, statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        query_all(&mut self.lease().await?, statement).await
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        execute(&mut self.0.lock().await.lease, statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        execute_unprepared(&mut self.0.lock().await.lease, sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        query_one(&mut self.0.lock().await.lease, statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        query_all(&mut self.0.lock().await.lease, statement).await
    }
}

/// What the statements of a [`Unit`](crate::Unit) run on: the pool, or its transaction.
pub enum Session<'a> {
    /// The pool; each statement stands for itself.
    Pool(&'a Connection),
    /// A transaction.
    Transaction(&'a Transaction),
}

impl Session<'_> {
    /// Lets each statement of a transaction run this long from now on. One that stands for itself has the usual time.
    pub(crate) async fn allow(&self, patience: Duration) -> Result<(), DbErr> {
        match self {
            Self::Pool(_) => Ok(()),
            Self::Transaction(transaction) => transaction.allow(patience).await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Session<'_> {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Pool(connection) => connection.execute_raw(statement).await,
            Self::Transaction(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Pool(connection) => connection.execute_unprepared(sql).await,
            Self::Transaction(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Pool(connection) => connection.query_one_raw(statement).await,
            Self::Transaction(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Pool(connection) => connection.query_all_raw(statement).await,
            Self::Transaction(transaction) => transaction.query_all_raw(statement).await,
        }
    }
}
