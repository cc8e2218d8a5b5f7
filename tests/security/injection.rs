//! Texts that mean something to somebody else: the database, a template, a browser, a mail server.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::{registration, unlimited};
use crate::conventions::coverage::{body, is_administration, operations, own_path};
use crate::support::TestApp;
use crate::support::google::Google;

const HOSTILE: [&str; 14] = [
    "'; DROP TABLE users; --",
    "' OR '1'='1",
    "\\'; SELECT pg_sleep(10); --",
    "$1 $$ {} %s %n %00",
    "{{7*7}} ${7*7} #{7*7} { $name }",
    "${jndi:ldap://127.0.0.1/a}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "a\r\nBcc: somebody@example.com",
    "a\u{0}b",
    "\u{202e}gnp.exe\u{200b}\u{feff}",
    "%' OR name ILIKE '%",
    "\u{fffe}\u{10ffff}",
    "=HYPERLINK(\"http://127.0.0.1\")",
];

/// The names of the texts in the JSON body of an operation, and of its query.
async fn texts(app: &TestApp, operation: &str) -> (Vec<String>, Vec<String>) {
    let document = app.client.get("/openapi.json").await.ok();
    let (verb, path) = operation.split_once(' ').unwrap();
    let item = &document["paths"][format!("/api/v1{path}")][verb.to_lowercase()];
    let mut schema = &item["requestBody"]["content"]["application/json"]["schema"];
    if let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let body = schema["properties"]
        .as_object()
        .map(|fields| fields.keys().cloned().collect());
    let parameters = item["parameters"].as_array().cloned().unwrap_or_default();
    let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let names = query
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect();
    (body.unwrap_or_default(), names)
}

fn encoded(text: &str) -> String {
    let escaped: Vec<_> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    escaped.concat()
}

/// What stands in the tables is there, whatever somebody wrote.
async fn is_unharmed(app: &TestApp, operation: &str) {
    let tables = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(app.rows(tables, []).await[0]["n"], 12, "{operation}");
    assert!(app.count("users", "true", []).await > 0, "{operation}");
}

#[tokio::test]
async fn no_text_of_any_body_means_anything() {
    let app = unlimited().await;
    let mut asked = 0;
    for (operation, method, path) in operations(&app).await {
        if method == Method::GET || is_administration(&path) {
            continue;
        }
        let (fields, _) = texts(&app, &operation).await;
        for field in fields {
            let caller = app.patient().await;
            let path = own_path(&app, &caller, &operation, &path).await;
            for text in HOSTILE {
                let mut body = body(&operation);
                body[&field] = json!(text);
                let answer = caller.client.send(method.clone(), &path, Some(body.to_string())).await;
                assert!(answer.status != 500, "{operation} {field} {text:?}: {}", answer.text);
                asked += 1;
            }
        }
        is_unharmed(&app, &operation).await;
    }
    assert!(asked > 300, "{asked}");
}

#[tokio::test]
async fn no_text_of_any_query_or_path_means_anything() {
    let app = unlimited().await;
    let caller = app.patient().await;
    for (operation, method, path) in operations(&app).await {
        if is_administration(&path) {
            continue;
        }
        let (_, parameters) = texts(&app, &operation).await;
        for text in HOSTILE {
            for parameter in &parameters {
                let path = format!("{path}?{parameter}={}", encoded(text));
                let answer = caller.client.get(&path).await;
                assert!(
                    answer.status != 500,
                    "{operation} {parameter} {text:?}: {}",
                    answer.text
                );
            }
            if path.contains("{id}") {
                let path = path.replace("{id}", &encoded(text));
                let answer = caller
                    .client
                    .send(method.clone(), &path, Some(body(&operation).to_string()))
                    .await;
                assert!(
                    (400..500).contains(&answer.status.as_u16()),
                    "{operation} {text:?}: {}",
                    answer.text
                );
            }
        }
    }
    is_unharmed(&app, "queries").await;
}

#[tokio::test]
async fn what_is_only_a_strange_name_comes_back_as_it_was_written() {
    let app = unlimited().await;
    let patient = app.patient().await;
    for name in [
        "'; DROP TABLE users; --",
        "{{7*7}} { $name }",
        "<script>alert(1)</script>",
        "Robert \"Bobby\" O'Neil",
    ] {
        let change = json!({ "firstName": name, "lastName": "%s", "fullName": name });
        let me = patient.client.patch("/users/me", &change).await.ok();
        assert_eq!((&me["firstName"], &me["fullName"]), (&json!(name), &json!(name)));
        let greeting = patient.client.get("/users/me").await.ok()["greeting"].clone();
        assert!(greeting.as_str().unwrap().ends_with(name), "{greeting}");
    }
}

#[tokio::test]
async fn a_line_break_gets_into_no_name_and_no_address() {
    let app = unlimited().await;
    for (number, field) in ["firstName", "lastName", "email", "phoneNumber", "idCardNumber"]
        .into_iter()
        .enumerate()
    {
        for text in [
            "Sok\r\nBcc: somebody@example.com",
            "Sok\nX",
            "Sok\u{0}",
            "Sok\u{85}X",
            "Sok\u{1b}[31m",
        ] {
            let mut body = registration(u32::try_from(number).unwrap());
            body[field] = json!(text);
            let refused = app.client.post("/auth/register/patient", &body).await.invalid_fields();
            assert_eq!(refused.len(), 1, "{field} {text:?}");
            assert_eq!(refused[0].0, field);
        }
    }
    assert_eq!(app.count("users", "true", []).await, 0);
}

#[tokio::test]
async fn a_name_from_google_is_one_line_too() {
    let google = Arc::new(Google::default());
    let app = TestApp::start_among(google.integrations(), |_| ()).await;
    google.vouch_as(
        "token",
        "g-1",
        "sok@example.com",
        "Sok\r\nBcc: x@example.com",
        "Sam\u{0}nang",
    );
    let session = app
        .client
        .post("/auth/google", &json!({ "idToken": "token" }))
        .await
        .ok();
    assert_eq!(session["user"]["firstName"], "SokBcc: x@example.com");
    assert_eq!(session["user"]["lastName"], "Samnang");
    google.vouch_as("other", "g-2", "sopheap@example.com", "\u{202e}kos", "\u{200b}");
    let other = app
        .client
        .post("/auth/google", &json!({ "idToken": "other" }))
        .await
        .ok();
    assert!(
        other["user"]["firstName"].is_null() && other["user"]["lastName"].is_null(),
        "{other}"
    );
}

#[tokio::test]
async fn the_name_of_a_file_goes_nowhere() {
    let app = unlimited().await;
    let document = b"%PDF-1.7".as_slice();
    for (number, name) in ["../../x.png", "a.png; name=role", "a%0d%0aX: y", "x.php"]
        .into_iter()
        .enumerate()
    {
        let phone = format!("+85596{number:07}");
        let parts: [(&str, Option<&str>, &[u8]); 4] = [
            ("fullName", None, "លី សុភា".as_bytes()),
            ("phoneNumber", None, phone.as_bytes()),
            ("password", None, b"correct horse"),
            ("licensePhoto", Some(name), document),
        ];
        app.client.post_form("/auth/register/doctor", &parts).await.expect(201);
        let sql = "SELECT license_photo_url AS key FROM users WHERE phone_number = $1";
        let key = app.rows(sql, [phone.into()]).await[0]["key"].clone();
        let key: &str = key.as_str().unwrap();
        let id = key
            .strip_prefix("licenses/")
            .and_then(|key| key.strip_suffix(".pdf"))
            .unwrap();
        assert!(uuid::Uuid::try_parse(id).is_ok(), "{key}");
    }
    let columns: Value = app
        .rows("SELECT count(*) AS n FROM users WHERE role <> 'DOCTOR'", [])
        .await[0]["n"]
        .clone();
    assert_eq!(columns, 0);
}
