use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use super::binary::{Answer, run};

/// Asks a server that answers with `status`, and returns what it was asked as well.
fn ask(status: &'static str) -> (Answer, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        // In two parts, as a network may deliver it.
        stream.write_all(b"HTTP/1.1 ").unwrap();
        stream.flush().unwrap();
        stream
            .write_all(format!("{status}\r\nContent-Length: 0\r\n\r\n").as_bytes())
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let answer = run(&["healthcheck"], &[("PORT", &port)]);
    (answer, server.join().unwrap())
}

#[test]
fn a_ready_server_is_healthy() {
    let (answer, request) = ask("200 OK");
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    assert!(
        request.starts_with("GET /api/v1/health/ready HTTP/1.1\r\nHost: 127.0.0.1"),
        "{request}"
    );
}

#[test]
fn a_server_that_is_not_ready_is_not_healthy() {
    let (answer, _) = ask("503 Service Unavailable");
    assert_eq!(answer.code, Some(1));
    assert!(answer.err.contains("503"), "{}", answer.err);
}

#[test]
fn no_server_is_not_healthy() {
    let answer = run(&["healthcheck"], &[("PORT", "1")]);
    assert_eq!(answer.code, Some(1));
    assert!(answer.err.contains("no answer from 127.0.0.1:1"), "{}", answer.err);
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    assert_eq!(run(&["healthcheck"], &[("PORT", &port)]).code, Some(1));
}

#[test]
fn a_server_that_listens_everywhere_is_asked_on_this_machine() {
    let answer = run(&["healthcheck"], &[("HOST", "0.0.0.0"), ("PORT", "1")]);
    assert!(answer.err.contains("no answer from 127.0.0.1:1"), "{}", answer.err);
}

#[test]
fn a_wrong_configuration_is_1_as_container_engines_keep_2_for_themselves() {
    assert_eq!(run(&["healthcheck"], &[("PORT", "http")]).code, Some(1));
}
