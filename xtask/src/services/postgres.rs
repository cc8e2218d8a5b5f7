use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use nix::sys::signal::Signal;

use super::folder::{Account, write_secret};
use super::process::{Server, command_line, end, free_port, run, run_as};
use super::{Folder, Tools};

/// The superuser of the clusters that we make.
const USER: &str = "das_tern";
/// Their password. They listen on loopback only and hold development data only.
const PASSWORD: &str = "das_tern_development";
/// How long a server that was left behind, or the sessions of one that was killed, may take to end.
const LEFTOVER: Duration = Duration::from_secs(10);

/// How a PostgreSQL is to run.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The port to take if it is free.
    pub port: Option<u16>,
    /// The most connections.
    pub max_connections: u32,
    /// Whether a commit survives a power cut. Tests do without, and are faster for it.
    pub durable: bool,
}

impl PostgresOptions {
    /// For data that somebody wants to keep.
    #[must_use]
    pub fn kept() -> Self {
        Self {
            port: None,
            max_connections: 100,
            durable: true,
        }
    }

    /// For data that nobody wants to keep.
    #[must_use]
    pub fn throwaway() -> Self {
        Self {
            port: None,
            max_connections: 300,
            durable: false,
        }
    }
}

/// A PostgreSQL that we started. It stops when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    server: Server,
    binaries: PathBuf,
    data: PathBuf,
    account: Option<Account>,
    port: u16,
    options: PostgresOptions,
}

impl Postgres {
    /// Starts a PostgreSQL that keeps its files in `folder`, after making a cluster there if there is none.
    ///
    /// # Errors
    /// When it does not start; the error has the end of its log.
    pub fn start(tools: &Tools, folder: &Folder, options: &PostgresOptions) -> Result<Self> {
        let binaries = tools.postgres()?.to_owned();
        let account = Account::unprivileged()?;
        let data = folder.private("postgres", account)?;
        if !data.join("PG_VERSION").exists() {
            make_cluster(&binaries, &data, account)?;
        }
        stop_leftover(&data)?;
        let port = free_port(options.port)?;
        let server = launch(&binaries, &data, account, port, options)?;
        Ok(Self {
            server,
            binaries,
            data,
            account,
            port,
            options: options.clone(),
        })
    }

    /// Where one of its databases is reached.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its first process, whose children serve the connections.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Makes a database, unless it is there.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn ensure_database(&self, name: &str) -> Result<()> {
        let exists = self.psql(
            "postgres",
            &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"),
        )?;
        if exists.is_empty() {
            self.psql("postgres", &format!("CREATE DATABASE {name}"))?;
        }
        Ok(())
    }

    /// Runs SQL in a database and returns its rows, a line each.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        run(Command::new(self.binaries.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url(database))
            .args(["-c", sql]))
    }

    /// Where its binaries are.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// Stops it in good order, ending the sessions that are open.
    pub fn stop(&mut self) {
        self.server.stop(Signal::SIGINT);
    }

    /// Ends its first process without a warning. Sessions end by themselves once they have noticed.
    pub fn kill(&mut self) {
        self.server.kill();
    }

    /// Starts it again on the same port, after [`Postgres::stop`] or [`Postgres::kill`], as soon as the last session of the
    /// one before has ended.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Result<()> {
        self.server.kill();
        let begun = Instant::now();
        loop {
            match launch(&self.binaries, &self.data, self.account, self.port, &self.options) {
                Err(error) if is_held(&error) && begun.elapsed() < LEFTOVER => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                launched => {
                    self.server = launched?;
                    return Ok(());
                }
            }
        }
    }
}

/// Whether sessions of an earlier server still hold the cluster, as the end of the log says.
fn is_held(error: &anyhow::Error) -> bool {
    error.to_string().contains("is still in use")
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

fn make_cluster(binaries: &Path, data: &Path, account: Option<Account>) -> Result<()> {
    // The password goes through a file, since arguments are for everybody to read.
    let password = data.with_extension("password");
    write_secret(&password, PASSWORD, account)?;
    let initdb = |locale: &str| {
        let mut command = Command::new(binaries.join("initdb"));
        command.args([
            "--username",
            USER,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            locale,
            "--pwfile",
        ]);
        command.arg(&password).arg("--pgdata").arg(data);
        run_as(&mut command, account);
        run(&mut command)
    };
    let made = initdb("--locale=C.UTF-8").or_else(|_| initdb("--no-locale"));
    fs::remove_file(&password)?;
    made?;
    Ok(())
}

/// Ends a server that an `up` left behind when it was killed: two servers on one cluster would destroy it. The number in
/// its lock may be another process's by now, which is left alone.
fn stop_leftover(data: &Path) -> Result<()> {
    let lock = data.join("postmaster.pid");
    let text = fs::read_to_string(&lock).unwrap_or_default();
    let Some(pid) = text.lines().next().and_then(|line| line.trim().parse().ok()) else {
        return Ok(());
    };
    let Some(command) = command_line(pid) else {
        return Ok(());
    };
    if serves(&command, data) {
        return end(pid, Signal::SIGINT, LEFTOVER, |command| serves(command, data));
    }
    // A new server would take the other process for its predecessor, and refuse to start.
    if !command.contains("postgres") {
        fs::remove_file(&lock)?;
    }
    Ok(())
}

/// Whether a command line is that of a server that we started on this cluster.
pub(crate) fn serves(command: &str, data: &Path) -> bool {
    command.contains(&format!("postgres -D {} ", data.display()))
}

fn launch(
    binaries: &Path,
    data: &Path,
    account: Option<Account>,
    port: u16,
    options: &PostgresOptions,
) -> Result<Server> {
    let mut command = Command::new(binaries.join("postgres"));
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    let mut settings = vec![
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        format!("max_connections={}", options.max_connections),
        "timezone=Asia/Phnom_Penh".to_owned(),
        "log_timezone=Asia/Phnom_Penh".to_owned(),
        "log_min_duration_statement=1000".to_owned(),
    ];
    if !options.durable {
        settings.extend(["fsync=off", "full_page_writes=off", "synchronous_commit=off"].map(str::to_owned));
    }
    for setting in settings {
        command.args(["-c", &setting]);
    }
    // The log stands beside the cluster: the folder itself belongs to the other account.
    let log = data.with_extension("log");
    Server::start("PostgreSQL", &mut command, account, &log, || answers(port))
}

/// Whether a PostgreSQL at this port lets sessions begin: it asks for a password, where one that still starts or
/// already stops sends an error.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let parameters = format!("user\0{USER}\0database\0postgres\0\0");
        let length = u32::try_from(8 + parameters.len()).unwrap_or(u32::MAX);
        let protocol_3 = 196_608_u32;
        stream.write_all(
            &[
                &length.to_be_bytes()[..],
                &protocol_3.to_be_bytes(),
                parameters.as_bytes(),
            ]
            .concat(),
        )?;
        let mut kind = [0];
        stream.read_exact(&mut kind)?;
        Ok(kind == *b"R")
    };
    ask().unwrap_or(false)
}
