//! The whole app without a database and without Redis: what every answer carries, and what becomes of a bug.

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{HttpResponse, web};
use das_tern_application::{Application, Integrations, Settings as ApplicationSettings, World};
use serde_json::{Value, json};

use crate::{Offer, Settings, State};

const ORIGIN: &str = "https://app.example";

async fn application() -> Application {
    let settings: ApplicationSettings = serde_json::from_value(json!({
        "auth": {
            "issuer": "test", "audience": "test", "token_key": "a key of the tests that everybody knows",
            "access_ttl_s": 900, "refresh_ttl_days": 7, "refresh_reuse_window_s": 30, "bcrypt_cost": 10,
            "hash_concurrency": 1, "hash_timeout_ms": 1000, "max_login_failures": 5, "lock_minutes": 15,
            "max_pin_failures": 5, "pin_lock_minutes": 15,
        },
        "limits": {
            "auth_per_minute": 5, "auth_per_minute_per_ip": 2, "general_per_minute": 100,
            "anonymous_per_minute_per_ip": 50, "sync_per_minute": 600, "uploads_per_hour": 10, "exports_per_hour": 5,
        },
        "accounts": { "foreign_phones": false, "auto_verify_doctors": false, "deletion_wait_days": 30 },
        "codes": { "ttl_s": 300, "cool_down_s": 60, "sends_per_hour": 3, "max_tries": 5, "lock_minutes": 15 },
        "admin": {},
        "connections": {
            "family_freemium": 1, "family_premium": 5, "family_family_premium": 10, "code_hours": 24,
            "codes_per_hour": 5, "code_tries_per_hour": 100, "invitation_days": 7, "invitations_per_hour": 10,
            "invitations_per_contact_per_hour": 3, "repeated_requests_per_day": 5,
            "access_request_days": 7, "approval_hours": 24, "nudges_per_dose": 2,
        },
        "schedule": { "horizon_days": 30, "batch": 200 },
        "pictures": {
            "max_pixels": 1_000_000, "max_side": 1000, "jpeg_quality": 85, "at_once": 1, "wait_ms": 1000,
        },
        "adherence": {
            "green_from": 80, "yellow_from": 50, "attention_below": 70, "warning_misses": 2, "critical_misses": 3,
        },
        "jobs": { "in_server": false, "heartbeat_timeout_s": 30, "licence_photos_every_s": 86_400,
            "schedules_every_s": 3600, "lapsed_courses_every_s": 3600,
            "accounts_to_delete_every_s": 3600 },
        "exports": { "deadline_s": 120 },
    }))
    .unwrap();
    // The port of nobody: both are away.
    let database = das_tern_persistence::Settings::new("postgres://nobody@127.0.0.1:9/none".into());
    let database = das_tern_persistence::Database::lazy(&database).await.unwrap();
    let redis = das_tern_cache::Redis::new(&das_tern_cache::Settings::new("redis://127.0.0.1:9".into())).unwrap();
    Application::new(
        settings,
        database,
        redis,
        Vec::new(),
        World::real(Integrations::local()),
    )
    .unwrap()
}

async fn panics() -> HttpResponse {
    panic!("a bug in the handler")
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn call(settings: Settings, requests: Vec<TestRequest>) -> Vec<Answer> {
    let state = State::new(application().await, settings, || "some_metric 1".to_owned());
    let service = init_service(crate::app(state, Offer::Everything).route("/panic", web::get().to(panics))).await;
    let mut answers = Vec::new();
    for request in requests {
        let peer = "127.0.0.1:4711".parse().unwrap();
        let answer = match try_call_service(&service, request.peer_addr(peer).to_request()).await {
            Ok(answer) => answer.map_into_boxed_body(),
            // As the server does with an error that has lost its request.
            Err(error) => ServiceResponse::new(TestRequest::default().to_http_request(), error.error_response()),
        };
        answers.push(read(answer).await);
    }
    answers
}

async fn read(answer: ServiceResponse<BoxBody>) -> Answer {
    let (_, answer) = answer.into_parts();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = to_bytes(answer.into_body()).await.unwrap();
    Answer {
        status,
        headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

async fn get(settings: Settings, path: &str) -> Answer {
    call(settings, vec![TestRequest::with_uri(path)]).await.remove(0)
}

fn with_origin() -> Settings {
    Settings {
        cors_origins: vec![ORIGIN.to_owned()],
        ..Settings::default()
    }
}

#[actix_web::test]
async fn a_panic_is_answered_like_every_failure_and_the_next_request_works() {
    let panic = || {
        TestRequest::with_uri("/panic")
            .insert_header(("origin", ORIGIN))
            .insert_header(("x-request-id", "r-1"))
    };
    let answers = call(with_origin(), vec![panic(), TestRequest::with_uri("/health/live")]).await;
    let [answer, next] = answers.try_into().ok().unwrap();
    assert_eq!((answer.status, next.status), (500, 200));
    let body = answer.json();
    assert_eq!(
        (&body["error"]["code"], &body["error"]["requestId"]),
        (&json!("INTERNAL"), &json!("r-1"))
    );
    assert!(!answer.text.contains("a bug in the handler"));
    assert_eq!(
        (answer.header("x-request-id"), answer.header("x-api-version")),
        ("r-1", "1")
    );
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(answer.header("content-type"), "application/json");
}

#[actix_web::test]
async fn a_cause_is_shown_in_development_only() {
    let shown = get(
        Settings {
            show_causes: true,
            ..Settings::default()
        },
        "/panic",
    )
    .await;
    assert_eq!(
        shown.json()["error"]["details"]["cause"],
        "panicked: a bug in the handler"
    );
    assert_eq!(
        get(Settings::default(), "/panic").await.json()["error"]["details"],
        json!({})
    );
}

#[actix_web::test]
async fn a_refused_preflight_has_the_shape_and_the_headers_of_every_failure() {
    let preflight = |origin: &str| {
        TestRequest::with_uri("/api/v1/auth/me")
            .method(Method::OPTIONS)
            .insert_header(("origin", origin))
            .insert_header(("access-control-request-method", "GET"))
    };
    let answers = call(
        with_origin(),
        vec![preflight("https://evil.example"), preflight(ORIGIN)],
    )
    .await;
    assert_eq!((answers[0].status, answers[1].status), (400, 200));
    assert_eq!(answers[0].json()["error"]["code"], "MALFORMED_REQUEST");
    for answer in &answers {
        assert_eq!(answer.header("x-ratelimit-limit"), "50");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[actix_web::test]
async fn a_sign_in_path_is_limited_however_it_is_spelled() {
    let login = |path: &str| TestRequest::post().uri(path);
    let paths = ["/api/v1/auth/login", "/api/v1/auth/%6Cogin", "/api/v1/auth/otp/send"];
    let answers = call(Settings::default(), paths.into_iter().map(login).collect()).await;
    assert_eq!(
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>(),
        [400, 400, 429]
    );
    assert_eq!(answers[2].json()["error"]["code"], "RATE_LIMITED");
    assert_eq!(answers[2].header("x-ratelimit-remaining"), "0");
    assert!((1..=60).contains(&answers[2].header("retry-after").parse::<u32>().unwrap()));
}

#[actix_web::test]
async fn what_is_away_is_told_with_the_time_to_ask_again() {
    let answer = get(Settings::default(), "/api/v1/health/ready").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
    let body = answer.json();
    assert_eq!(
        (&body["error"]["code"], &body["status"]),
        (&json!("UNAVAILABLE"), &json!("DOWN"))
    );
    assert_eq!(body["database"]["healthy"], false);
}

#[actix_web::test]
async fn metrics_and_docs_are_there_when_the_settings_say_so() {
    assert_eq!(get(Settings::default(), "/api/v1/metrics").await.status, 404);
    let settings = || Settings {
        metrics_token: Some("sixteen bytes ok".into()),
        docs: false,
        ..Settings::default()
    };
    let asked = TestRequest::with_uri("/api/v1/metrics").insert_header(("authorization", "Bearer sixteen bytes ok"));
    assert_eq!(call(settings(), vec![asked]).await[0].text, "some_metric 1");
    assert_eq!(
        get(settings(), "/api/v1/metrics").await.header("www-authenticate"),
        "Bearer"
    );
    for path in ["/api/v1/openapi.json", "/openapi.json", "/api/v1/docs/"] {
        assert_eq!(get(settings(), path).await.status, 404, "{path}");
        assert_eq!(get(Settings::default(), path).await.status, 200, "{path}");
    }
}

#[actix_web::test]
async fn https_is_insisted_on_only_when_configured() {
    let plain = get(Settings::default(), "/health/live").await;
    assert!(!plain.headers.contains_key("strict-transport-security"));
    let strict = get(
        Settings {
            hsts_max_age_s: 60,
            ..Settings::default()
        },
        "/health/live",
    )
    .await;
    assert_eq!(
        strict.header("strict-transport-security"),
        "max-age=60; includeSubDomains"
    );
}

#[actix_web::test]
async fn nobody_is_refused_for_the_encodings_they_do_not_take() {
    let ask =
        |accepted: &str| TestRequest::with_uri("/api/v1/openapi.json").insert_header(("accept-encoding", accepted));
    let answers = call(
        Settings::default(),
        vec![
            ask("identity;q=0"),
            ask("*; q=0.0"),
            ask("br"),
            ask("gzip;q=0.5, br;q=0.9"),
            ask("zstd"),
        ],
    )
    .await;
    let got: Vec<_> = answers
        .iter()
        .map(|answer| (answer.status, answer.header("content-encoding")))
        .collect();
    assert_eq!(got, [(200, ""), (200, ""), (200, "br"), (200, "br"), (200, "")]);
}
