//! Counting who wants a connection. The pool tells how many it has given out, but not how many wait for one; each
//! statement outside of a transaction, and each transaction, wants exactly one.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};

/// How many connections are held or waited for at this moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Demand(Arc<AtomicU32>);

/// One connection that is held or waited for, until this is dropped.
pub(crate) struct Wanted(Demand);

impl Demand {
    pub(crate) fn enter(&self) -> Wanted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Wanted(self.clone())
    }

    pub(crate) fn now(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// `SeaORM`'s connection to the pool, with each statement counted.
#[derive(Debug, Clone)]
pub struct Connection {
    pool: DatabaseConnection,
    demand: Demand,
}

impl Connection {
    pub(crate) fn new(pool: DatabaseConnection) -> Self {
        Self {
            pool,
            demand: Demand::default(),
        }
    }

    pub(crate) fn demand(&self) -> &Demand {
        &self.demand
    }
}

impl Deref for Connection {
    type Target = DatabaseConnection;

    fn deref(&self) -> &DatabaseConnection {
        &self.pool
    }
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let _wanted = self.demand.enter();
        self.pool.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let _wanted = self.demand.enter();
        self.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let _wanted = self.demand.enter();
        self.pool.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _wanted = self.demand.enter();
        self.pool.query_all_raw(statement).await
    }
}

/// What the statements of a [`Unit`](crate::Unit) run on: the pool, or its transaction.
pub enum Session<'a> {
    /// The pool; each statement stands for itself.
    Pool(&'a Connection),
    /// A transaction, counted by whoever began it.
    Transaction(&'a DatabaseTransaction),
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
