use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{registration, unlimited};
use crate::support::TestApp;

#[tokio::test]
async fn a_name_of_a_mebibyte_is_refused_and_one_below_the_limit_of_bodies_is_too_long() {
    let app = unlimited().await;
    let patient = app.patient().await;
    for field in ["firstName", "lastName", "fullName"] {
        let huge = json!({ field: "ក".repeat((1 << 20) / 3) });
        patient
            .client
            .patch("/users/me", &huge)
            .await
            .refused(413, "PAYLOAD_TOO_LARGE");
        let large = json!({ field: "ក".repeat(300_000) });
        let refused = patient.client.patch("/users/me", &large).await.invalid_fields();
        assert_eq!(refused, [(field.to_owned(), "TOO_LONG".to_owned())]);
    }
    let login = json!({ "identifier": "x".repeat(16 << 10), "password": "x" });
    for path in ["/auth/login", "/%61uth/login", "/auth/%6Cogin"] {
        app.client.post(path, &login).await.refused(413, "PAYLOAD_TOO_LARGE");
    }
    let fields = [
        "firstName",
        "lastName",
        "password",
        "email",
        "phoneNumber",
        "idCardNumber",
        "pinCode",
    ];
    for field in fields {
        let mut body = registration(1);
        body[field] = json!("x".repeat(16 << 10));
        app.client
            .post("/auth/register/patient", &body)
            .await
            .refused(413, "PAYLOAD_TOO_LARGE");
        body[field] = json!("x".repeat(15_000));
        let refused = app.client.post("/auth/register/patient", &body).await.invalid_fields();
        assert_eq!(refused[0].0, field);
    }
    let login = json!({ "identifier": "+85512345678", "password": "x".repeat(15_000) });
    app.client
        .post("/auth/login", &login)
        .await
        .refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn nesting_is_read_to_no_depth_that_hurts() {
    let app = unlimited().await;
    let patient = app.patient().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(50_000), close.repeat(50_000));
        let named = format!("{{\"firstName\":{deep}}}");
        let refused = patient.client.send(Method::PATCH, "/users/me", Some(named)).await;
        refused.refused(400, "MALFORMED_REQUEST");
        // What nobody reads is stepped over without going down.
        for body in [format!("{{\"unknown\":{deep}}}"), deep] {
            let answer = patient.client.send(Method::PATCH, "/users/me", Some(body)).await;
            assert!(answer.status == 200 || answer.status == 400, "{}", answer.text);
        }
    }
    let wide: Value = (0..50_000).map(|n| (format!("field{n}"), json!(n))).collect();
    patient.client.patch("/users/me", &wide).await.ok();
}

async fn register(app: &TestApp, parts: &[(String, Vec<u8>)]) -> crate::support::client::Answer {
    let parts: Vec<(&str, Option<&str>, &[u8])> = parts
        .iter()
        .map(|(name, bytes)| (name.as_str(), None, bytes.as_slice()))
        .collect();
    app.client.post_form("/auth/register/doctor", &parts).await
}

#[tokio::test]
async fn a_form_has_no_more_parts_and_texts_than_anybody_needs() {
    let app = unlimited().await;
    let told = |extra: Vec<(String, Vec<u8>)>| {
        let own = [
            ("fullName", "លី សុភា"),
            ("phoneNumber", "+85512345678"),
            ("password", "correct horse"),
        ];
        let own = own.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
        own.into_iter().chain(extra).collect::<Vec<_>>()
    };
    let many: Vec<_> = (0..10_000).map(|n| (format!("part{n}"), Vec::new())).collect();
    register(&app, &told(many)).await.refused(413, "PAYLOAD_TOO_LARGE");
    let long = vec![("hospitalClinic".to_owned(), vec![b'x'; 1 << 20])];
    register(&app, &told(long)).await.refused(413, "PAYLOAD_TOO_LARGE");
    let binary = vec![("specialty".to_owned(), vec![0xff, 0xfe])];
    register(&app, &told(binary)).await.refused(400, "MALFORMED_REQUEST");
    assert_eq!(app.count("users", "true", []).await, 0);
    let few: Vec<_> = (0..10).map(|n| (format!("part{n}"), b"x".to_vec())).collect();
    register(&app, &told(few)).await.expect(201);
}

/// Sends a head that promises a body, and as much of it as `sent`; what comes back.
async fn stall(app: &TestApp, content_type: &str, path: &str, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: 1000\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> String {
    let mut answer = vec![0; 64];
    let reading = tokio::time::timeout(Duration::from_secs(20), stream.read(&mut answer));
    let length = reading.await.expect("the client is waited for").unwrap_or(0);
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_body_is_not_waited_for() {
    let app = TestApp::start_with(|config| {
        config.http.body_timeout_ms = 200;
        config.http.upload_timeout_ms = 200;
    })
    .await;
    let json = stall(&app, "application/json", "/auth/login", b"{\"identifier\":").await;
    assert!(json.starts_with("HTTP/1.1 400"), "{json}");
    let form = stall(
        &app,
        "multipart/form-data; boundary=x",
        "/auth/register/doctor",
        b"--x\r\nContent-Disposition: form-data; name=\"fullName\"\r\n\r\nA",
    )
    .await;
    assert!(form.starts_with("HTTP/1.1 400"), "{form}");
}

#[tokio::test]
async fn a_client_that_does_not_even_finish_the_head_is_not_waited_for() {
    let app = TestApp::start_with(|config| config.server.request_head_timeout_ms = 200).await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream
        .write_all(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: ")
        .await
        .unwrap();
    let head = read(&mut stream).await;
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408"), "{head}");
}
