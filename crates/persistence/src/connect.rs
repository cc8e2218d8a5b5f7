use std::time::Duration;

use log::LevelFilter;
use sea_orm::{ConnectOptions, ConnectionTrait, FromQueryResult};
use secrecy::ExposeSecret;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::demand::Connection;
use crate::sql::statement;
use crate::{Error, Settings};

/// How long a connection may have been unused before it is tried out ahead of its next use. Trying it each time would
/// cost every request a round trip.
const TRUSTED_IDLE: Duration = Duration::from_secs(30);

/// The database: a pool of connections whose sessions live in Asia/Phnom_Penh. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Database {
    connection: Connection,
    max: u32,
}

/// What the connections of a pool are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// Running statements, or held by a transaction.
    pub active: u32,
    /// Open and free.
    pub idle: u32,
    /// Requests that wait for one.
    pub waiting: u32,
    /// The most that may be open.
    pub max: u32,
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
            .test_before_acquire_if_idle_for(TRUSTED_IDLE)
            .record_stmt_in_spans(false)
            .connect_lazy(true)
            .map_sqlx_postgres_opts(move |_| session.clone())
            .map_sqlx_postgres_pool_opts(in_phnom_penh);
        let connection = Connection::new(sea_orm::Database::connect(options).await?);
        Ok(Self {
            connection,
            max: settings.max_connections,
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
        self.connection.execute_raw(statement("SELECT 1", [])).await?;
        Ok(())
    }

    /// What the connections are doing at this moment.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        let pool = self.connection.get_postgres_connection_pool();
        let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
        PoolStatus {
            active: pool.size().saturating_sub(idle),
            idle,
            waiting: self.connection.demand().now().saturating_sub(self.max),
            max: self.max,
        }
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
        self.connection.get_postgres_connection_pool().close().await;
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

/// The driver starts each session in UTC, whatever its options say, so the zone is set afterwards.
fn in_phnom_penh(pool: PgPoolOptions) -> PgPoolOptions {
    pool.after_connect(|session, _| {
        Box::pin(async move {
            sqlx::query("SET TIME ZONE 'Asia/Phnom_Penh'").execute(session).await?;
            Ok(())
        })
    })
}
