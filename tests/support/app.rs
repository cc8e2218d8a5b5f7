//! The product, started for one test: a real server on a port of its own, a database and a Redis prefix of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use das_tern_api::config::Config;
use das_tern_application::{Application, RandomIds, World};
use das_tern_integrations::{Integrations, ObjectStore};
use das_tern_persistence::Database;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, JsonValue, Statement, Value};
use sqlx::{Connection as _, Executor as _};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::client::Client;
use super::database::TestDatabase;
use super::outbox::Outbox;
use super::redis::eventually;
use super::world::MovableClock;

/// When tests begin: a Friday morning in Phnom Penh.
pub const MORNING: OffsetDateTime = datetime!(2026-03-06 09:00 +7);

pub struct TestApp {
    pub clock: Arc<MovableClock>,
    pub application: Application,
    pub client: Client,
    pub outbox: Arc<Outbox>,
    pub objects: Arc<dyn ObjectStore>,
    pub address: SocketAddr,
    database: TestDatabase,
    config: Config,
    world: World,
    _server: das_tern_api::Running,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// Starts with a configuration that differs from the tests' usual one.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_among(Integrations::local(), change).await
    }

    /// Starts in an outside world of the test's own.
    pub async fn start_among(integrations: Integrations, change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create().await;
        let mut config = das_tern_api::config::for_tests(&database.url_of_application(), &redis_url()).unwrap();
        config.redis.key_prefix = format!("test:{}:", Uuid::now_v7());
        change(&mut config);
        let clock = Arc::new(MovableClock::at(MORNING));
        let outbox = Arc::new(Outbox::default());
        let objects = integrations.objects.clone();
        let world = World {
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            integrations: Integrations {
                sms: outbox.clone(),
                mailer: outbox.clone(),
                ..integrations
            },
        };
        let server = das_tern_api::start(config.clone(), world.clone()).await.unwrap();
        let address = server.address();
        let application = server.application().clone();
        Self {
            clock,
            application,
            client: Client::new(address),
            outbox,
            objects,
            address,
            database,
            config,
            world,
            _server: server,
        }
    }

    /// Another process beside this one, over the same database and in the same world.
    pub async fn instance(&self) -> das_tern_api::Running {
        das_tern_api::start(self.config.clone(), self.world.clone())
            .await
            .unwrap()
    }

    /// Where the test itself finds its database, as its owner.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    pub fn database(&self) -> &Database {
        self.database.database()
    }

    pub async fn execute(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> u64 {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        self.database()
            .connection()
            .execute_raw(statement)
            .await
            .unwrap()
            .rows_affected()
    }

    pub async fn rows(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Vec<JsonValue> {
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        JsonValue::find_by_statement(statement)
            .all(self.database().connection())
            .await
            .unwrap()
    }

    /// Runs SQL on the server from outside of this test's database, whose name stands for `{database}`.
    pub async fn administer(&self, sql: &str) {
        let server = std::env::var("DATABASE_URL").unwrap();
        let name = self
            .database
            .url()
            .rsplit('/')
            .next()
            .unwrap()
            .split('?')
            .next()
            .unwrap()
            .to_owned();
        let connection = sea_orm::Database::connect(server).await.unwrap();
        connection
            .execute_unprepared(&sql.replace("{database}", &name))
            .await
            .unwrap();
        connection.close().await.unwrap();
    }

    /// Begins a transaction from outside, such as one that locks a table, until it is released.
    pub async fn hold(&self, sql: &str) -> Hold {
        let mut connection = sqlx::PgConnection::connect(self.database.url()).await.unwrap();
        let sql = format!("BEGIN; {sql}");
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        Hold(connection)
    }

    /// Waits until so many sessions wait for what another holds.
    pub async fn until_waiting(&self, sessions: i64) {
        let waiting = "wait_event_type = 'Lock' AND datname = current_database()";
        eventually("they wait", async || {
            self.count("pg_stat_activity", waiting, []).await == sessions
        })
        .await;
    }

    /// How many rows of a table fulfil a condition.
    pub async fn count(&self, table: &str, condition: &str, values: impl IntoIterator<Item = Value>) -> i64 {
        let rows = self
            .rows(&format!("SELECT count(*) AS n FROM {table} WHERE {condition}"), values)
            .await;
        rows[0]["n"].as_i64().unwrap()
    }
}

/// A transaction that others wait for.
pub struct Hold(sqlx::PgConnection);

impl Hold {
    pub async fn release(&mut self) {
        self.0.execute("ROLLBACK").await.unwrap();
    }

    pub async fn commit(&mut self) {
        self.0.execute("COMMIT").await.unwrap();
    }
}

pub fn redis_url() -> String {
    std::env::var("REDIS_URL").expect("REDIS_URL is not set: run the tests with `cargo xtask test`")
}
