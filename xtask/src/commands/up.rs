use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::compose::{self, Containers};
use super::dev::{Claim, Notes, own_services};
use crate::interrupt;
use crate::progress::{Step, finish, say};
use crate::services::{Folder, Services, checkout};

/// How `up` is to go about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpOptions {
    /// The services come from the compose file.
    pub docker: bool,
    /// The server is built optimised.
    pub release: bool,
}

/// How long the server may take to become ready, and to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings everything up: services, schema, demonstration data, server. Returns when somebody stops it.
///
/// # Errors
/// When a step fails; what was started is stopped.
pub fn up(options: UpOptions) -> Result<()> {
    interrupt::remember()?;
    let folder = Folder::of_checkout()?;
    let _claim = Claim::take(&folder)?;
    if options.docker {
        return up_with_containers(&folder, options);
    }
    let mut services = own_services(&folder)?;
    let result = Notes::write(&folder, &services, &[]).and_then(|()| serve(&folder, &services, options));
    services.stop();
    result
}

/// Containers that ran before go on afterwards, as they were.
fn up_with_containers(folder: &Folder, options: UpOptions) -> Result<()> {
    let Containers { services, are_ours } = compose::start()?;
    let note = are_ours.then_some((compose::NOTE, "started"));
    let notes = note.as_slice();
    let result = Notes::write(folder, &services, notes).and_then(|()| serve(folder, &services, options));
    if !are_ours {
        say("the containers ran before, and go on");
        return result;
    }
    let stopped = compose::stop();
    result.and(stopped)
}

fn serve(folder: &Folder, services: &Services, options: UpOptions) -> Result<()> {
    let binary = build(options.release)?;
    let objects = folder.path().join("objects");
    let das_tern = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command
            .args(arguments)
            .envs(services.environment())
            .env("APP_ENV", "development")
            .env("DASTERN__OBJECTS__FOLDER", &objects);
        command
    };
    finish("bringing the schema up to date", &mut das_tern(&["migrate", "up"]))?;
    finish(
        "seeding, if the database is empty",
        &mut das_tern(&["seed", "--if-empty"]),
    )?;

    let host = env::var("HOST").unwrap_or_else(|_| "127.0.0.1".to_owned());
    let port = port_to_serve_on()?;
    let step = Step::begin("starting the server");
    let mut server = das_tern(&["serve"])
        .env("HOST", &host)
        .env("PORT", port.to_string())
        .process_group(0)
        .spawn()
        .context("cannot start the server")?;
    let ready = wait_until_ready(&mut server, port);
    if ready.is_ok() && !interrupt::came() {
        step.done();
        welcome(port, folder);
    }
    let status = interrupt::wait(&mut server, PATIENCE)?;
    ready?;
    if !interrupt::came() {
        bail!("the server ended by itself ({status})");
    }
    say("stopped; the data is kept. `cargo xtask reset` deletes it");
    Ok(())
}

/// Builds the binary and says where it is.
pub(super) fn build(release: bool) -> Result<PathBuf> {
    let step = Step::begin("building das-tern (the first time takes some minutes)");
    let mut command = Command::new(env!("CARGO"));
    command.args([
        "build",
        "--package",
        "das-tern-api",
        "--bin",
        "das-tern",
        "--message-format",
        "json-render-diagnostics",
    ]);
    if release {
        command.arg("--release");
    }
    let output = command
        .current_dir(checkout())
        .stderr(std::process::Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the build failed");
    let artifacts = String::from_utf8(output.stdout)?;
    let binary = artifacts
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo does not say where the binary is")?;
    step.done();
    Ok(binary)
}

/// PORT where it is set, else 8080 or the next free one.
fn port_to_serve_on() -> Result<u16> {
    if let Ok(port) = env::var("PORT") {
        return port.parse().context("PORT is no port number");
    }
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (8080..8180).find(is_free).context("no port from 8080 to 8179 is free")
}

fn wait_until_ready(server: &mut Child, port: u16) -> Result<()> {
    let started = Instant::now();
    while !is_ready(port) {
        if interrupt::came() {
            return Ok(());
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended at once ({status})");
        }
        ensure!(started.elapsed() < PATIENCE, "the server is not ready after a minute");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether the server at this port says that it is ready.
pub(super) fn is_ready(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /api/v1/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

fn welcome(port: u16, folder: &Folder) {
    let log_in = r#"{"identifier": "+85512345678", "password": "password123"}"#;
    println!(
        "
Das Tern is up.

  Docs       http://127.0.0.1:{port}/docs
  Patients   +85512345678, +85512345679
  Doctor     +85512345680
  Family     +85512345681
  Password   password123 for all of them

  curl -s http://127.0.0.1:{port}/api/v1/auth/login -H 'Content-Type: application/json' \\
       -d '{log_in}'

Data and logs are in {}. Ctrl-C stops what was started.
",
        shown(folder.path())
    );
}

fn shown(path: &Path) -> String {
    path.strip_prefix(checkout()).unwrap_or(path).display().to_string()
}
