//! Names, numbers, codes, tokens and passwords are in no line of the log, however much is logged: the binary runs with
//! everything switched on, people go all the ways there are, and every line is searched for what they told.
//!
//! One line may have a code in it, and the identifier that it is for: the one with which development stands in for sending
//! messages. It is read here as a developer reads it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use das_tern_migration::sea_orm::{ConnectionTrait as _, Database};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::binary::{Server, TestDatabase, block_on, redis_url, run};

const CODE_LINE: &str = "one-time code for ";
const PASSWORD: &str = "canary password 7319";
const NEW_PASSWORD: &str = "canary password 8420";
const THIRD_PASSWORD: &str = "canary password 9531";

/// What must not be found, beside the tokens that are answered on the way.
const CANARIES: [&str; 34] = [
    PASSWORD,
    NEW_PASSWORD,
    THIRD_PASSWORD,
    "canary wrong password",
    "Canaryfirst",
    "Canarylast",
    "Canarynew",
    "កាណារី",
    "+85510987654",
    "010987654",
    "10987654",
    "+85510987655",
    "+85510987656",
    "canary@example.com",
    "canary.new@example.com",
    "canary.doctor@example.com",
    "canary.google.token",
    "CANARY-CARD-1",
    "CANARY-LICENCE-1",
    "Canary Clinic",
    "canary-file-name",
    "canary search",
    "canary reason",
    "Canarymycin",
    "canary skip",
    "canary symptoms",
    "canary title",
    "canary note",
    "canary message",
    "canary words",
    "canary.guest@example.com",
    "+85510987657",
    "canary-admin-guess",
    "1961-04-14",
];

/// A server that logs all there is, and whoever talks to it.
struct Visit {
    base: String,
    log: PathBuf,
    http: Client,
    /// Every token that was answered.
    tokens: Vec<String>,
    /// Every code that was sent.
    codes: Vec<String>,
    answered: usize,
}

impl Visit {
    async fn send(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.as_u16() < 500 || status == 503, "{status} {text}");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn call(&mut self, method: Method, path: &str, token: Option<&str>, body: Value) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let (status, answer) = self.send(request).await;
        for name in ["accessToken", "refreshToken"] {
            self.tokens.extend(answer[name].as_str().map(str::to_owned));
        }
        self.answered += 1;
        (status, answer)
    }

    async fn post(&mut self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, None, body).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    async fn refused(&mut self, path: &str, body: Value) {
        let (status, answer) = self.call(Method::POST, path, None, body).await;
        assert!(status.is_client_error(), "{path}: {answer}");
    }

    fn lines(&self) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap();
        log.lines().map(str::to_owned).collect()
    }

    /// The next code for somebody that was not used yet.
    async fn code(&mut self, identifier: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        let start = format!("{CODE_LINE}{identifier}: ");
        loop {
            let lines = self.lines();
            let codes = lines.iter().filter_map(|line| line.split_once(&start));
            let codes: Vec<String> = codes.map(|(_, rest)| rest[..4].to_owned()).collect();
            let used = self.codes.iter().filter(|used| used.starts_with(identifier)).count();
            if let Some(code) = codes.get(used) {
                self.codes.push(format!("{identifier}={code}"));
                return code.clone();
            }
            assert!(Instant::now() < deadline, "no code for {identifier}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[test]
fn nothing_that_people_told_is_in_any_line_of_the_log() {
    let database = TestDatabase::create("canaries");
    let redis = redis_url();
    let prefix = format!("canaries:{}:", std::process::id());
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", &redis),
        ("DASTERN__REDIS__KEY_PREFIX", &prefix),
        ("DASTERN__LOG__LEVEL", "trace"),
        ("DASTERN__LOG__FORMAT", "json"),
        ("DASTERN__CODES__COOL_DOWN_S", "0"),
        ("DASTERN__CODES__SENDS_PER_HOUR", "100"),
        ("DASTERN__LIMITS__AUTH_PER_MINUTE", "1000"),
        ("DASTERN__LIMITS__AUTH_PER_MINUTE_PER_IP", "1000"),
        ("DASTERN__DATABASE__SLOW_STATEMENT_MS", "1"),
    ];
    assert_eq!(run(&["migrate", "up"], &variables).code, Some(0));
    let log = std::env::temp_dir().join(format!("das-tern-canaries-{}.log", std::process::id()));
    let server = Server::start_logging(&variables, &log);
    let mut visit = Visit {
        base: format!("http://{}/api/v1", server.address),
        log: log.clone(),
        http: Client::new(),
        tokens: Vec::new(),
        codes: Vec::new(),
        answered: 0,
    };
    block_on(async {
        let token = register(&mut visit).await;
        be_signed_in(&mut visit, &token, &database.url).await;
        be_a_doctor(&mut visit).await;
        be_a_stranger(&mut visit).await;
        forget_and_leave(&mut visit).await;
    });
    drop(server);
    search(&visit);
    std::fs::remove_file(log).unwrap();
}

async fn register(visit: &mut Visit) -> String {
    let person = json!({
        "firstName": "Canaryfirst", "lastName": "កាណារី Canarylast", "gender": "FEMALE", "dateOfBirth": "1961-04-14",
        "phoneNumber": "+85510987654", "email": "canary@example.com", "password": PASSWORD,
        "idCardNumber": "CANARY-CARD-1", "pinCode": "7319",
    });
    for _ in 0..2 {
        visit.post("/auth/register/patient", person.clone()).await;
        visit.code("+85510987654").await;
    }
    visit
        .refused(
            "/auth/login",
            json!({ "identifier": "010987654", "password": PASSWORD }),
        )
        .await;
    visit.post("/auth/otp/send", json!({ "identifier": "010987654" })).await;
    visit
        .refused(
            "/auth/otp/verify",
            json!({ "identifier": "+85510987654", "otp": "12345" }),
        )
        .await;
    let code = visit.code("+85510987654").await;
    let session = visit
        .post("/auth/otp/verify", json!({ "identifier": "+85510987654", "otp": code }))
        .await;
    visit.refused("/auth/register/family", person).await;
    session["accessToken"].as_str().unwrap().to_owned()
}

async fn be_signed_in(visit: &mut Visit, token: &str, database: &str) {
    for path in [
        "/auth/me",
        "/users/me",
        "/users/export",
        "/users/storage",
        "/auth/sessions",
        "/audit-logs",
    ] {
        let (status, answer) = visit.call(Method::GET, path, Some(token), json!({})).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
    let change = json!({ "firstName": "Canarynew", "email": "canary.new@example.com", "currentPassword": PASSWORD });
    visit.call(Method::PATCH, "/users/me", Some(token), change).await;
    let code = visit.code("canary.new@example.com").await;
    let confirm = json!({ "identifier": "canary.new@example.com", "otp": code });
    let (status, _) = visit.call(Method::POST, "/auth/otp/verify", Some(token), confirm).await;
    assert_eq!(status, 200);
    let pin = json!({ "pinCode": "7319", "password": PASSWORD });
    assert_eq!(visit.call(Method::PUT, "/auth/pin", Some(token), pin).await.0, 200);
    let pin = json!({ "pinCode": "7319" });
    visit.call(Method::POST, "/auth/pin/verify", Some(token), pin).await;
    visit
        .call(Method::GET, "/doctors?search=canary%20search", Some(token), json!({}))
        .await;
    record_a_dose(visit, token, database).await;
    be_treated(visit, token).await;
    connect(visit, token).await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    let (status, session) = visit
        .call(Method::POST, "/auth/change-password", Some(token), change)
        .await;
    assert_eq!(status, 200, "{session}");
    let refresh = json!({ "refreshToken": session["refreshToken"] });
    visit.post("/auth/refresh", refresh.clone()).await;
    visit.post("/auth/refresh", refresh).await;
    // A token that is over, and one that is none.
    visit.call(Method::GET, "/auth/me", Some(token), json!({})).await;
    visit.refused("/auth/refresh", json!({ "refreshToken": token })).await;
}

async fn record_a_dose(visit: &mut Visit, token: &str, database: &str) {
    let sql = "WITH patient AS (SELECT id FROM users WHERE phone_number = '+85510987654'), \
               prescription AS (INSERT INTO prescriptions (patient_id, patient_name, patient_gender, patient_age, symptoms, \
               status) SELECT id, 'Canaryfirst', 'FEMALE', 61, 'canary reason', 'ACTIVE' FROM patient RETURNING id, patient_id), \
               medication AS (INSERT INTO medications (prescription_id, row_number, medicine_name) \
               SELECT id, 1, 'Canarymycin' FROM prescription RETURNING id) \
               INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, missed_after, time_period) \
               SELECT '0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60', p.id, m.id, p.patient_id, now(), now() + interval '30 minutes', \
               'DAYTIME' FROM prescription p, medication m";
    let db = Database::connect(database).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
    let path = "/doses/0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60/skipped";
    let skip = json!({ "reason": "canary skip" });
    let (status, answer) = visit.call(Method::PATCH, path, Some(token), skip).await;
    assert_eq!(status, 200, "{answer}");
    visit.call(Method::GET, "/doses/schedule", Some(token), json!({})).await;
}

/// What a patient writes down of what they take.
async fn be_treated(visit: &mut Visit, token: &str) {
    let row =
        json!({ "medicineName": "Canarymycin", "dosageAmount": 1, "night": true, "additionalNote": "canary note" });
    let own = json!({ "title": "canary title", "symptoms": "canary symptoms", "medicines": [row], "draft": true });
    let (status, own) = visit
        .call(Method::POST, "/prescriptions/patient", Some(token), own)
        .await;
    assert_eq!(status, 201, "{own}");
    let path = format!("/prescriptions/{}", own["id"].as_str().unwrap());
    let change = json!({ "notes": "canary note", "changeReason": "canary reason" });
    let refused = json!({ "medications": [{ "medicineName": "Canarymycin", "unit": "canary note" }], "symptoms": "canary symptoms" });
    for (method, path, body, expected) in [
        (Method::PATCH, path.clone(), change, 200),
        (Method::PATCH, path.clone(), refused, 400),
        (Method::POST, format!("{path}/medicines"), row, 201),
        (
            Method::POST,
            format!("{path}/reject"),
            json!({ "reason": "canary reason" }),
            200,
        ),
        (Method::GET, format!("{path}/versions"), json!({}), 200),
    ] {
        let (status, answer) = visit.call(method, &path, Some(token), body).await;
        assert_eq!(status, expected, "{path}: {answer}");
    }
}

/// Codes and invitations open a patient's data to whoever has them, and are secrets as tokens are.
async fn connect(visit: &mut Visit, token: &str) {
    let level = json!({ "permissionLevel": "ALLOWED" });
    let (status, code) = visit
        .call(Method::POST, "/connections/tokens/generate", Some(token), level)
        .await;
    assert_eq!(status, 201, "{code}");
    let code = code["token"].as_str().unwrap().to_owned();
    for step in ["validate", "consume"] {
        let path = format!("/connections/tokens/{step}");
        visit
            .call(Method::POST, &path, Some(token), json!({ "token": code }))
            .await;
    }
    visit.tokens.push(code);
    for contact in ["+85510987657", "canary.guest@example.com"] {
        let method = if contact.starts_with('+') { "PHONE" } else { "EMAIL" };
        let invitation = json!({ "method": method, "contact": contact, "permissionLevel": "SELECTED" });
        let (status, invitation) = visit
            .call(Method::POST, "/connections/invitations", Some(token), invitation)
            .await;
        assert_eq!(status, 201, "{invitation}");
        visit
            .tokens
            .push(invitation["invitationToken"].as_str().unwrap().to_owned());
    }
    let nobody = "0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e61";
    let ask = json!({ "userId": nobody, "message": "canary message" });
    let words = json!({ "doseId": nobody, "response": "canary words" });
    for (path, body) in [("/connections", ask), ("/connections/nudge/respond", words)] {
        let (status, answer) = visit.call(Method::POST, path, Some(token), body).await;
        assert!(status.is_client_error(), "{path}: {answer}");
    }
}

async fn be_a_doctor(visit: &mut Visit) {
    let boundary = "canary-boundary";
    let part =
        |(name, text)| format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    let texts = [
        ("fullName", "Canarylast"),
        ("email", "canary.doctor@example.com"),
        ("phoneNumber", "+85510987655"),
        ("password", PASSWORD),
        ("licenseNumber", "CANARY-LICENCE-1"),
        ("hospitalClinic", "Canary Clinic"),
    ];
    let photo = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"licensePhoto\"; filename=\"canary-file-name.pdf\"\r\n\r\n\
         %PDF-1.7\r\n--{boundary}--\r\n"
    );
    let form = texts.map(part).concat() + &photo;
    let request = visit
        .http
        .post(format!("{}/auth/register/doctor", visit.base))
        .header("content-type", format!("multipart/form-data; boundary={boundary}"))
        .body(form);
    let (status, answer) = visit.send(request).await;
    assert_eq!(status, 201, "{answer}");
    let code = visit.code("+85510987655").await;
    visit
        .post("/auth/otp/verify", json!({ "identifier": "+85510987655", "otp": code }))
        .await;
    let login = json!({ "identifier": "canary.doctor@example.com", "password": PASSWORD });
    visit.refused("/auth/login", login).await;
    let request = visit
        .http
        .get(format!("{}/admin/doctors", visit.base))
        .header("x-admin-key", "canary-admin-guess");
    visit.send(request).await;
}

/// Requests that come to nothing tell as much as others.
async fn be_a_stranger(visit: &mut Visit) {
    for body in [
        json!({ "identifier": "+85510987656", "password": "canary wrong password" }),
        json!({ "identifier": "Canaryfirst", "password": "canary wrong password" }),
        json!({ "identifier": ["canary@example.com"], "password": { "a": PASSWORD } }),
    ] {
        visit.refused("/auth/login", body).await;
    }
    visit
        .call(
            Method::POST,
            "/auth/google",
            None,
            json!({ "idToken": "canary.google.token" }),
        )
        .await;
    let broken = format!("{{\"password\": \"{PASSWORD}\", \"firstName\": \"Canaryfirst");
    for path in ["/auth/register/patient", "/auth/login", "/nowhere/canary@example.com"] {
        let request = visit
            .http
            .post(format!(
                "{}{path}?search=canary%20search&email=canary@example.com",
                visit.base
            ))
            .header("content-type", "application/json")
            .header("user-agent", "Canaryfirst")
            .header("x-request-id", "Canaryfirst Canarylast")
            .body(broken.clone());
        visit.send(request).await;
    }
    visit
        .call(Method::GET, "/users/me", Some("Canaryfirst.Canarylast.x"), json!({}))
        .await;
}

async fn forget_and_leave(visit: &mut Visit) {
    visit
        .post(
            "/auth/forgot-password",
            json!({ "identifier": "canary.new@example.com" }),
        )
        .await;
    let code = visit.code("+85510987654").await;
    let reset = json!({ "identifier": "canary.new@example.com", "otp": code, "newPassword": THIRD_PASSWORD });
    visit.post("/auth/reset-password-otp", reset).await;
    let login = json!({ "identifier": "canary.new@example.com", "password": THIRD_PASSWORD });
    let session = visit.post("/auth/login", login.clone()).await;
    let token = session["accessToken"].as_str().unwrap().to_owned();
    let (status, _) = visit.call(Method::DELETE, "/users/me", Some(&token), json!({})).await;
    assert_eq!(status, 200);
    visit.post("/auth/login", login).await;
}

fn search(visit: &Visit) {
    let lines = visit.lines();
    // Everything was switched on, and the statements are there.
    for seen in ["\"TRACE\"", "UPDATE users", "\"request\"", "das_tern"] {
        assert!(lines.iter().any(|line| line.contains(seen)), "{seen} was not logged");
    }
    assert!(visit.answered > 30 && visit.tokens.len() > 10, "{}", visit.tokens.len());
    let (codes, others): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.contains(CODE_LINE));
    assert!(codes.len() >= visit.codes.len());
    let canaries = CANARIES
        .iter()
        .map(ToString::to_string)
        .chain(visit.tokens.iter().cloned());
    for canary in canaries.flat_map(|canary| spellings(&canary)) {
        let found = others.iter().find(|line| line.to_lowercase().contains(&canary));
        assert_eq!(found, None, "{canary:?} is in the log");
    }
    // A code is so short that it is looked for where a message would have it.
    for code in visit.codes.iter().filter_map(|code| code.rsplit('=').next()) {
        for near in [format!(": {code}\""), format!("\"{code}\""), format!(" {code} ")] {
            let found = others.iter().find(|line| line.contains(&near));
            assert_eq!(found, None, "a code is in the log");
        }
    }
    for line in codes {
        let (_, rest) = line.split_once(CODE_LINE).unwrap();
        let said = rest.split('"').next().unwrap();
        let (identifier, code) = said.split_once(": ").unwrap();
        assert!(
            code.len() == 4 && code.bytes().all(|byte| byte.is_ascii_digit()),
            "{said}"
        );
        assert!(identifier.starts_with('+') || identifier.contains('@'), "{said}");
        for canary in &CANARIES[..8] {
            assert!(!line.contains(canary), "{line}");
        }
    }
}

/// As it was told, as a log may escape it, and as an address may.
fn spellings(canary: &str) -> Vec<String> {
    let escaped: Vec<_> = canary.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let percent: Vec<_> = canary.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let spaces = canary.replace(' ', "%20");
    vec![
        canary.to_lowercase(),
        escaped.concat(),
        percent.concat(),
        spaces.to_lowercase(),
    ]
}
