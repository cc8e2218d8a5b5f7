use std::io::{ErrorKind, Read, Write, read_to_string};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::compose::{self, Containers};
use super::dev::{Claim, Notes, UP, own_services};
use super::down::stop_leftovers;
use crate::interrupt;
use crate::progress::{Step, finish, say};
use crate::services::{Folder, Services, checkout, given};

/// How `up` is to go about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpOptions {
    /// The services come from the compose file.
    pub docker: bool,
    /// The server is built optimised.
    pub release: bool,
}

/// How long the server may take to become ready, and to stop, and the build to stop.
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
    let process = std::process::id().to_string();
    let mut services = own_services(&folder, &[(UP, &process)])?;
    let result = serve(&folder, &services, options);
    services.stop();
    result
}

/// Containers that ran before go on afterwards, as they were.
fn up_with_containers(folder: &Folder, options: UpOptions) -> Result<()> {
    // The new notes know nothing of what the old ones do.
    stop_leftovers(folder, &Notes::read(folder));
    let Containers { services, are_ours } = compose::start()?;
    let process = std::process::id().to_string();
    let mut notes = vec![(UP, process.as_str())];
    notes.extend(are_ours.then_some((compose::NOTE, "started")));
    let result = Notes::write(folder, &services, &notes).and_then(|()| serve(folder, &services, options));
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

    run_server(&mut das_tern(&["serve"]), folder)?;
    say("stopped; the data is kept. `cargo xtask reset` deletes it");
    Ok(())
}

/// Runs the server until somebody stops us.
fn run_server(command: &mut Command, folder: &Folder) -> Result<()> {
    let (host, port) = place_to_serve_on()?;
    let address = reachable(&host, port)?;
    let step = Step::begin("starting the server");
    let mut server = command
        .env("HOST", &host)
        .env("PORT", port.to_string())
        .process_group(0)
        .spawn()
        .context("cannot start the server")?;
    if let Err(error) = wait_until_ready(&mut server, address) {
        interrupt::end(&mut server, PATIENCE)?;
        return Err(error);
    }
    if !interrupt::came() {
        step.done();
        welcome(address, folder);
    }
    let status = interrupt::wait(&mut server, PATIENCE)?;
    ensure!(interrupt::came(), "the server ended by itself ({status})");
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
    let artifacts = read_output(command.current_dir(checkout()))?;
    let binary = artifacts
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .context("cargo does not say where the binary is")?;
    step.done();
    Ok(binary)
}

/// What a build puts out, unless somebody wants us to stop.
fn read_output(build: &mut Command) -> Result<String> {
    let mut child = build
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the build")?;
    let output = child.stdout.take().context("the build has no output")?;
    // A pipe that nobody empties would hold the build up.
    let reader = thread::spawn(move || read_to_string(output));
    let status = interrupt::wait(&mut child, PATIENCE)?;
    ensure!(!interrupt::came(), "stopped");
    ensure!(status.success(), "the build failed");
    match reader.join() {
        Ok(output) => output.context("cannot read what the build puts out"),
        Err(_) => bail!("what the build puts out was not read"),
    }
}

/// The host and the port that the environment names, else 127.0.0.1, and 8080 or the next one that is free there. As for the
/// server, the long name of a setting wins over the short one, an empty variable says nothing, and 0 is any free port.
fn place_to_serve_on() -> Result<(String, u16)> {
    let setting = |long, short| given(long).or_else(|| given(short));
    let host = setting("DASTERN__SERVER__HOST", "HOST").unwrap_or_else(|| Ipv4Addr::LOCALHOST.to_string());
    let port = match setting("DASTERN__SERVER__PORT", "PORT") {
        Some(port) => port.parse().with_context(|| format!("{port} is no port number"))?,
        None => 0,
    };
    let port = if port == 0 { free_port_at(&host)? } else { port };
    Ok((host, port))
}

fn free_port_at(host: &str) -> Result<u16> {
    for port in 8080..8180 {
        match TcpListener::bind((host, port)) {
            Ok(_) => return Ok(port),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error).with_context(|| format!("cannot listen on {host}")),
        }
    }
    bail!("no port from 8080 to 8179 is free")
}

/// Where the server is asked: one that listens everywhere is found on the loopback.
fn reachable(host: &str, port: u16) -> Result<SocketAddr> {
    let mut addresses = (host, port)
        .to_socket_addrs()
        .with_context(|| format!("{host} is no address"))?;
    let mut address = addresses.next().with_context(|| format!("{host} has no address"))?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Ok(address)
}

fn wait_until_ready(server: &mut Child, address: SocketAddr) -> Result<()> {
    let started = Instant::now();
    while !is_ready(address) {
        if interrupt::came() {
            return Ok(());
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended at once ({status})");
        }
        ensure!(
            started.elapsed() < PATIENCE,
            "after a minute the server at {address} does not say that it is ready; it was stopped"
        );
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether the server at this address says that it is ready.
pub(super) fn is_ready(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /api/v1/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

fn welcome(address: SocketAddr, folder: &Folder) {
    let log_in = r#"{"identifier": "+85512345678", "password": "password123"}"#;
    println!(
        "
Das Tern is up.

  Docs       http://{address}/docs
  Patients   +85512345678, +85512345679
  Doctor     +85512345680
  Family     +85512345681
  Password   password123 for all of them

  curl -s http://{address}/api/v1/auth/login -H 'Content-Type: application/json' \\
       -d '{log_in}'

Data and logs are in {}. Ctrl-C stops what was started.
",
        shown(folder.path())
    );
}

fn shown(path: &Path) -> String {
    path.strip_prefix(checkout()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_listens_everywhere_is_asked_on_the_loopback() {
        let asked = |host| reachable(host, 8080).unwrap().to_string();
        assert_eq!(asked("0.0.0.0"), "127.0.0.1:8080");
        assert_eq!(asked("::"), "[::1]:8080");
        assert_eq!(asked("192.0.2.7"), "192.0.2.7:8080");
        assert!(reachable("no address", 8080).is_err());
    }

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let first = free_port_at("127.0.0.1").unwrap();
        let _taken = TcpListener::bind(("127.0.0.1", first));
        assert_ne!(free_port_at("127.0.0.1").unwrap(), first);
        // An address that is for documents alone is nobody's.
        let refused = free_port_at("203.0.113.1").unwrap_err().to_string();
        assert_eq!(refused, "cannot listen on 203.0.113.1");
    }

    #[test]
    fn what_a_build_puts_out_is_read_whole_and_its_failure_is_told() {
        let script = |script: &str| read_output(Command::new("sh").args(["-c", script]));
        assert_eq!(script("head -c 300000 /dev/zero").unwrap().len(), 300_000);
        assert_eq!(script("exit 3").unwrap_err().to_string(), "the build failed");
    }
}
