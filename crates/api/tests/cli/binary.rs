//! The binary, run with an environment of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use das_tern_migration::sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement, Value};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A Redis that is not there.
pub(crate) const NO_REDIS: &str = "redis://127.0.0.1:1";

/// A command of the binary, that finds nothing in its environment but these variables.
pub(crate) fn das_tern(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_das-tern"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    // Where the files of a developer's machine would go.
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Sends a signal to a process.
pub(crate) fn signal(pid: u32, how: Signal) {
    kill(Pid::from_raw(pid.try_into().unwrap()), how).unwrap();
}

/// What a command that ended said, and with which code it ended.
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

pub(crate) fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Answer {
    das_tern(arguments, variables).output().unwrap().into()
}

/// Migrates an empty database, and seeds it with what `seed` chooses.
pub(crate) fn migrate_and_seed(seed: &[&str], variables: &[(&str, &str)]) {
    for command in [&["migrate", "up"][..], &[&["seed"], seed].concat()] {
        assert_eq!(run(command, variables).code, Some(0), "{command:?}");
    }
}

/// The variable of the test run that says where a service is.
#[expect(
    clippy::disallowed_methods,
    reason = "where the services are is no configuration of the product"
)]
fn service(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run the tests with `cargo xtask test`"))
}

pub(crate) fn redis_url() -> String {
    service("REDIS_URL")
}

/// An empty database that goes when this is dropped.
pub(crate) struct TestDatabase {
    name: String,
    pub(crate) url: String,
}

impl TestDatabase {
    pub(crate) fn create(test: &str) -> Self {
        let name = format!("das_tern_cli_{test}_{}", std::process::id());
        let mut url: url::Url = service("DATABASE_URL").parse().unwrap();
        url.set_path(&name);
        administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        administer(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
        Self { name, url: url.into() }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn administer(sql: &str) {
    block_on(async {
        let db: DatabaseConnection = Database::connect(service("DATABASE_URL")).await.unwrap();
        db.execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    });
}

/// Waits for a future, in a test that waits for processes otherwise.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// The first column of every row of a database, which is a text.
pub(crate) async fn texts(database: &str, sql: &str, values: Vec<Value>) -> Vec<String> {
    let db = Database::connect(database).await.unwrap();
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = db.query_all_raw(statement).await.unwrap();
    db.close().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// A server or a worker that is ended when this is dropped.
pub(crate) struct Server {
    process: Child,
    out: BufReader<ChildStdout>,
    pub(crate) address: String,
}

impl Server {
    /// Starts a server on a free port, and waits until it says where it is.
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_as("serve", variables)
    }

    /// The same for any command that says where it is and goes on.
    pub(crate) fn start_as(command: &str, variables: &[(&str, &str)]) -> Self {
        Self::run(das_tern(&[command], variables))
    }

    /// A server with its log in a file.
    pub(crate) fn start_logging(variables: &[(&str, &str)], log: &Path) -> Self {
        let mut command = das_tern(&["serve"], variables);
        command.stderr(File::create(log).unwrap());
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        let mut process = command.env("PORT", "0").stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let (_, rest) = line
            .split_once("http://")
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        let address = rest.split([',', '/', '\n']).next().unwrap().to_owned();
        Self { process, out, address }
    }

    pub(crate) fn port(&self) -> &str {
        self.address.rsplit_once(':').unwrap().1
    }

    pub(crate) fn signal(&self, how: Signal) {
        signal(self.process.id(), how);
    }

    /// Waits for the end, but not for longer than anybody would.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = &self.out;
    }
}
