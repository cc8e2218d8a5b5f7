//! A database for one test: cloned from a template that is migrated once for all the processes of a run.

use std::hash::{DefaultHasher, Hash, Hasher};

use das_tern_migration::{Migrator, MigratorTrait};
use das_tern_persistence::{Database, Settings};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, query_scalar};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// What processes that make the template agree to lock.
const LOCK: i64 = 0x7465_6d70_6c61_7465;

/// What the server is in the tests: it has only what it is given.
const APPLICATION: &str = "das_tern_test_application";

static TEMPLATE: OnceCell<String> = OnceCell::const_new();

/// A database that goes when this is dropped.
pub struct TestDatabase {
    name: String,
    url: String,
    database: Database,
}

impl TestDatabase {
    /// A migrated database without rows.
    pub async fn create() -> Self {
        let template = TEMPLATE.get_or_init(template).await;
        Self::from(&format!("TEMPLATE {template}")).await
    }

    /// A database that was never migrated.
    pub async fn empty() -> Self {
        Self::from("TEMPLATE template0 ENCODING 'UTF8'").await
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the server finds it, as the role that has no more than it needs.
    pub fn url_of_application(&self) -> String {
        admin_options()
            .database(&self.name)
            .username(APPLICATION)
            .password(APPLICATION)
            .to_url_lossy()
            .to_string()
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Another pool to the same database, set up otherwise.
    pub async fn connect(&self, change: impl FnOnce(&mut Settings)) -> Database {
        let mut settings = Settings::new(self.url.clone().into());
        change(&mut settings);
        Database::lazy(&settings).await.unwrap()
    }

    async fn from(origin: &str) -> Self {
        let mut admin = admin().await;
        let now: i64 = query_scalar("SELECT extract(epoch FROM now())::bigint")
            .fetch_one(&mut admin)
            .await
            .unwrap();
        let name = format!("das_tern_test_{now}_{}", Uuid::now_v7().simple());
        execute(&mut admin, format!("CREATE DATABASE {name} {origin}")).await;
        let url = url_of(&name);
        let mut settings = Settings::new(url.clone().into());
        settings.max_connections = 4;
        let database = Database::lazy(&settings).await.unwrap();
        Self { name, url, database }
    }
}

impl Drop for TestDatabase {
    /// Waits until the database is gone, as the process may end with its test. The thread is needed because a runtime
    /// cannot be entered twice.
    fn drop(&mut self) {
        let name = self.name.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async { drop_database(&mut admin().await, &name).await });
        });
        drop(dropping.join());
    }
}

fn admin_options() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is not set: run the tests with `cargo xtask test`");
    url.parse().expect("DATABASE_URL is no PostgreSQL URL")
}

async fn admin() -> PgConnection {
    PgConnection::connect_with(&admin_options())
        .await
        .expect("PostgreSQL does not answer at DATABASE_URL")
}

fn url_of(name: &str) -> String {
    admin_options().database(name).to_url_lossy().to_string()
}

async fn execute(connection: &mut PgConnection, sql: String) {
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
}

async fn drop_database(admin: &mut PgConnection, name: &str) {
    execute(admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
}

/// Migrates the template, unless another process has, under the name that it gets only when it is complete.
async fn template() -> String {
    let name = template_name();
    let mut admin = admin().await;
    execute(&mut admin, format!("SELECT pg_advisory_lock({LOCK})")).await;
    sweep(&mut admin, &name).await;
    let exists: bool = query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    if !exists {
        make_application(&mut admin).await;
        let unfinished = format!("{name}_unfinished");
        drop_database(&mut admin, &unfinished).await;
        execute(
            &mut admin,
            format!("CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8'"),
        )
        .await;
        let db = sea_orm::Database::connect(url_of(&unfinished)).await.unwrap();
        das_tern_migration::up(&db).await.unwrap();
        das_tern_migration::grant(&db, APPLICATION).await.unwrap();
        db.close().await.unwrap();
        execute(&mut admin, format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    admin.close().await.unwrap();
    name
}

/// Roles are the whole server's, and stay from one run to the next.
async fn make_application(admin: &mut PgConnection) {
    let exists: bool = query_scalar("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)")
        .bind(APPLICATION)
        .fetch_one(&mut *admin)
        .await
        .unwrap();
    if !exists {
        execute(
            admin,
            format!("CREATE ROLE {APPLICATION} LOGIN PASSWORD '{APPLICATION}'"),
        )
        .await;
    }
}

/// One template for each build of the tests, so that an edited migration is never mistaken for the old one.
fn template_name() -> String {
    let mut hasher = DefaultHasher::new();
    for migration in Migrator::migrations() {
        migration.name().hash(&mut hasher);
    }
    let program = std::env::current_exe().and_then(std::fs::metadata);
    program
        .and_then(|program| program.modified())
        .unwrap()
        .hash(&mut hasher);
    format!("das_tern_template_{:016x}", hasher.finish())
}

/// Drops what runs that were killed left behind an hour ago or longer, and the templates of other builds that nobody
/// is using.
async fn sweep(admin: &mut PgConnection, template: &str) {
    let sql = r"SELECT datname::text FROM pg_database d
        WHERE substring(datname FROM '^das_tern_test_([0-9]+)_')::bigint < extract(epoch FROM now()) - 3600
        OR datname LIKE 'das\_tern\_template\_%' AND datname NOT LIKE $1 || '%'
            AND NOT EXISTS (SELECT FROM pg_database t WHERE t.datname LIKE 'das\_tern\_test\_%')";
    let stale: Vec<String> = query_scalar(sql).bind(template).fetch_all(&mut *admin).await.unwrap();
    for name in stale {
        drop_database(admin, &name).await;
    }
}
