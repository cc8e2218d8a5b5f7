use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::binary::{NO_REDIS, Server, TestDatabase, redis_url, run};

const BODY: &str = r#"{"identifier":"nobody@example.com","password":"password123"}"#;

/// Sends a login without the end of its body, so that the server is in the middle of it.
fn begin_login(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
    write!(
        stream,
        "{head}\r\nContent-Length: {}\r\n\r\n{}",
        BODY.len(),
        &BODY[..10]
    )
    .unwrap();
    stream
}

fn finish_login(mut stream: TcpStream) -> String {
    stream.write_all(&BODY.as_bytes()[10..]).unwrap();
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

/// Waits until a server takes no new connections: it is ending.
fn wait_for_closed(address: &str) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the server goes on");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_server_ends_with_0_once_the_request_under_way_is_answered() {
    let database = TestDatabase::create("serve");
    let redis = redis_url();
    let variables = [("DATABASE_URL", &*database.url), ("REDIS_URL", &redis)];
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let mut server = Server::start(&variables);
        let ready = run(&["healthcheck"], &[("PORT", server.port())]);
        assert_eq!(ready.code, Some(0), "{}", ready.err);

        let idle = TcpStream::connect(&server.address).unwrap();
        let login = begin_login(&server.address);
        // The server has read the head once it has answered somebody who came later.
        assert_eq!(run(&["healthcheck"], &[("PORT", server.port())]).code, Some(0));
        server.signal(signal);
        wait_for_closed(&server.address);
        let answer = finish_login(login);
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        assert_eq!(server.wait().code(), Some(0));
        drop(idle);
    }
}

#[test]
fn a_server_outside_development_leaves_the_schema_alone_and_is_not_ready() {
    let database = TestDatabase::create("pending");
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", NO_REDIS),
    ];
    let server = Server::start(&variables);
    let health = run(&["healthcheck"], &[("PORT", server.port())]);
    assert!(health.err.contains("503"), "{}", health.err);
    assert!(
        run(&["migrate", "status"], &variables)
            .out
            .contains("pending  m20261123_000001_schema")
    );
    assert_eq!(run(&["migrate", "up"], &variables).code, Some(0));
    let health = run(&["healthcheck"], &[("PORT", server.port())]);
    assert_eq!(health.code, Some(0), "{}", health.err);
}

#[test]
fn a_taken_port_is_said_to_be_taken() {
    let database = TestDatabase::create("port");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let port = address.port().to_string();
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", NO_REDIS),
        ("PORT", &port),
    ];
    let answer = run(&["serve"], &variables);
    assert_eq!(answer.code, Some(1));
    assert!(
        answer.err.contains(&format!("cannot listen on {address}")),
        "{}",
        answer.err
    );
}

#[test]
fn a_server_that_waits_for_its_database_can_be_ended() {
    // Accepts connections, and never says a word.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://app@{}/das_tern", mute.local_addr().unwrap());
    let mut process = super::binary::das_tern(&["serve"], &[("DATABASE_URL", &url), ("REDIS_URL", NO_REDIS)])
        .spawn()
        .unwrap();
    let connection = mute.accept();
    assert!(connection.is_ok());
    super::binary::signal(process.id(), Signal::SIGTERM);
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

#[test]
fn a_server_that_was_told_to_end_says_so_before_it_does() {
    let database = TestDatabase::create("drain");
    let drain = ("DASTERN__SERVER__DRAIN_S", "1");
    let mut server = Server::start(&[("DATABASE_URL", &*database.url), ("REDIS_URL", NO_REDIS), drain]);
    assert_eq!(run(&["healthcheck"], &[("PORT", server.port())]).code, Some(0));
    let signalled = Instant::now();
    server.signal(Signal::SIGTERM);
    let health = loop {
        let health = run(&["healthcheck"], &[("PORT", server.port())]);
        if health.code != Some(0) {
            break health;
        }
    };
    assert!(health.err.contains("503"), "{}", health.err);
    assert_eq!(server.wait().code(), Some(0));
    assert!(signalled.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_worker_tells_how_it_is_doing_and_nothing_else_and_ends_with_0() {
    let database = TestDatabase::create("worker");
    let redis = redis_url();
    let variables = [("DATABASE_URL", &*database.url), ("REDIS_URL", &redis)];
    let mut worker = Server::start_as("worker", &variables);
    let ready = run(&["healthcheck"], &[("PORT", worker.port())]);
    assert_eq!(ready.code, Some(0), "{}", ready.err);
    let health = ask(&worker.address, "/api/v1/health");
    assert!(health.contains(r#""worker":{"healthy":true,"ageMs":"#), "{health}");
    let elsewhere = ask(&worker.address, "/api/v1/auth/me");
    assert!(elsewhere.starts_with("HTTP/1.1 404"), "{elsewhere}");
    worker.signal(Signal::SIGTERM);
    assert_eq!(worker.wait().code(), Some(0));
}

/// The whole answer to a GET.
fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
