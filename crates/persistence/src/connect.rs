use std::time::Duration;

use log::LevelFilter;
use sea_orm::{ConnectOptions, FromQueryResult};
use secrecy::ExposeSecret;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::connection::Connection;
use crate::pool::{Patience, Pool, PoolStatus, is_alive};
use crate::sql::statement;
use crate::{Error, Settings};

/// How much longer than the server itself would let a statement run it is waited for.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// The database: a pool of connections whose sessions live in Asia/Phnom_Penh. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Connection,
}

impl Database {
    /// Opens the pool once the database answers.
    ///
    /// # Errors
    /// When the URL is none, or the database does not answer within the connect time-out.
    pub async fn connect(settings: &Settings) -> Result<Self, Error> {
        let first = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(settings.connect_timeout());
        first.connect_with(session_options(settings)?).await?.close().await;
        Self::lazy(settings).await
    }

    /// Opens the pool without asking anything of the database yet, which may be away at the moment.
    ///
    /// # Errors
    /// When the URL is none.
    pub async fn lazy(settings: &Settings) -> Result<Self, Error> {
        let session = session_options(settings)?;
        // The session's options stand in for this URL, so that the password is in nothing that SeaORM may print.
        let mut options = ConnectOptions::new("postgres://localhost");
        options
            .max_connections(settings.max_connections)
            .min_connections(settings.min_connections)
            .acquire_timeout(settings.acquire_timeout())
            .idle_timeout(settings.idle_timeout())
            .record_stmt_in_spans(false)
            .connect_lazy(true)
            .map_sqlx_postgres_opts(move |_| session.clone())
            .map_sqlx_postgres_pool_opts(set_up);
        let driver = sea_orm::Database::connect(options).await?;
        let patience = Patience {
            answer: settings.statement_timeout() + GRACE,
            acquire: settings.acquire_timeout(),
            idle: settings.idle_timeout(),
        };
        let pool = driver.get_postgres_connection_pool().clone();
        let pool = Pool::new(pool, settings.max_connections, patience);
        Ok(Self {
            connection: Connection::new(driver, pool),
        })
    }

    /// What statements run on.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<(), Error> {
        self.connection.ping().await?;
        Ok(())
    }

    /// What the connections are doing at this moment.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        self.connection.pool().status()
    }

    /// Whether the collation `khmer` knows Khmer. On a server that was built without ICU it sorts by code point.
    ///
    /// # Errors
    /// When the database fails, or has never been migrated.
    pub async fn sorts_khmer(&self) -> Result<bool, Error> {
        #[derive(FromQueryResult)]
        struct Collation {
            icu: bool,
        }
        let sql = "SELECT collprovider = 'i' AS icu FROM pg_collation WHERE oid = 'khmer'::regcollation";
        let collation = Collation::find_by_statement(statement(sql, []))
            .one(&self.connection)
            .await?;
        Ok(collation.is_some_and(|collation| collation.icu))
    }

    /// Closes the pool: waits for the connections in use, and refuses new work.
    pub async fn close(&self) {
        self.connection.pool().close().await;
    }
}

/// Who a session says it is, and the limits that the server itself holds it to.
fn session_options(settings: &Settings) -> Result<PgConnectOptions, Error> {
    let options: PgConnectOptions = settings.url.expose_secret().parse()?;
    let limits = [
        ("statement_timeout", settings.statement_timeout_ms),
        ("lock_timeout", settings.lock_timeout_ms),
        (
            "idle_in_transaction_session_timeout",
            settings.idle_in_transaction_timeout_ms,
        ),
    ];
    Ok(options
        .application_name("das-tern")
        .options(limits)
        .log_statements(LevelFilter::Trace)
        .log_slow_statements(LevelFilter::Warn, settings.slow_statement()))
}

/// The driver starts each session in UTC, whatever its options say, so the zone is set afterwards. It tries out each
/// connection that comes back to it, and would wait for a silent one for ever.
fn set_up(pool: PgPoolOptions) -> PgPoolOptions {
    pool.after_release(|session, _| Box::pin(async move { is_alive(session).await.map(|()| true) }))
        .after_connect(|session, _| {
            Box::pin(async move {
                sqlx::query("SET TIME ZONE 'Asia/Phnom_Penh'").execute(session).await?;
                Ok(())
            })
        })
}
