use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::redis_url;
use crate::support::client::Answer;
use crate::support::people::{PASSWORD, Person};
use crate::support::redis::{PrivateRedis, raw, run};

async fn set(person: &Person, pin: &str, password: &str) -> Answer {
    let body = json!({ "pinCode": pin, "password": password });
    person.client.put("/auth/pin", &body).await
}

async fn verify(person: &Person, pin: &str) -> Answer {
    person.client.post("/auth/pin/verify", &json!({ "pinCode": pin })).await
}

#[track_caller]
fn valid(answer: &Answer) -> bool {
    answer.ok()["valid"].as_bool().unwrap()
}

#[tokio::test]
async fn a_pin_is_set_with_the_password_and_checked() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    assert!(!valid(&verify(&person, "0007").await), "none is set");
    let said = set(&person, "0007", PASSWORD).await.ok();
    assert!(said["message"].as_str().is_some_and(|message| !message.is_empty()));
    assert!(valid(&verify(&person, "0007").await));
    assert!(!valid(&verify(&person, "0008").await));
    set(&person, "4711", PASSWORD).await.ok();
    assert!(!valid(&verify(&person, "0007").await));
    assert!(valid(&verify(&person, "4711").await));
    let hashed = "id = $1 AND pin_code_hash LIKE '$2b$%'";
    assert_eq!(app.count("users", hashed, [person.id.into()]).await, 1);
    let entry = "actor_id = $1 AND details->>'change' = 'PIN_SET'";
    assert_eq!(app.count("audit_logs", entry, [person.id.into()]).await, 2);
}

#[tokio::test]
async fn a_wrong_password_sets_no_pin_and_counts_toward_the_lock() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    for _ in 0..5 {
        set(&person, "0007", "wrong").await.refused(401, "INVALID_CREDENTIALS");
    }
    set(&person, "0007", PASSWORD).await.refused(403, "ACCOUNT_LOCKED");
    assert!(!valid(&verify(&person, "0007").await));
}

#[tokio::test]
async fn only_four_digits_are_a_pin() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    for pin in ["123", "12345", "12a4", "១២៣៤", " 123"] {
        let invalid = [("pinCode".to_owned(), "INVALID_PIN".to_owned())];
        assert_eq!(set(&person, pin, PASSWORD).await.invalid_fields(), invalid);
        assert_eq!(verify(&person, pin).await.invalid_fields(), invalid);
    }
    let fields = person.client.put("/auth/pin", &json!({})).await.invalid_fields();
    let required = |field: &str| (field.to_owned(), "REQUIRED".to_owned());
    assert_eq!(fields, [required("pinCode"), required("password")]);
    let number = json!({ "pinCode": 1234 });
    person
        .client
        .post("/auth/pin/verify", &number)
        .await
        .refused(400, "MALFORMED_REQUEST");
}

#[tokio::test]
async fn five_wrong_pins_in_a_row_close_the_check_for_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let (person, other) = (app.patient().await, app.patient().await);
    for somebody in [&person, &other] {
        set(somebody, "0007", PASSWORD).await.ok();
    }
    for _ in 0..5 {
        assert!(!valid(&verify(&person, "9999").await));
    }
    let refused = verify(&person, "0007").await;
    refused.refused(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((880..=900).contains(&wait), "{wait}");
    assert!(valid(&verify(&other, "0007").await), "others go on");
    person.client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn a_right_pin_or_a_new_one_forgets_the_wrong_ones_before_it() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    set(&person, "0007", PASSWORD).await.ok();
    for _ in 0..2 {
        for _ in 0..4 {
            assert!(!valid(&verify(&person, "9999").await));
        }
        assert!(valid(&verify(&person, "0007").await));
    }
    for _ in 0..5 {
        assert!(!valid(&verify(&person, "9999").await));
    }
    set(&person, "4711", PASSWORD).await.ok();
    assert!(valid(&verify(&person, "4711").await));
}

#[tokio::test]
async fn of_many_guesses_at_once_five_are_checked() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    set(&person, "0007", PASSWORD).await.ok();
    let answers = futures_util::future::join_all((0..32).map(|_| verify(&person, "9999"))).await;
    let checked = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((checked, refused), (5, 27));
}

#[tokio::test]
async fn the_check_opens_again_when_the_lock_is_over() {
    let mut prefix = String::new();
    let app = TestApp::start_with(|config| prefix.clone_from(&config.redis.key_prefix)).await;
    let person = app.patient().await;
    set(&person, "0007", PASSWORD).await.ok();
    for _ in 0..5 {
        assert!(!valid(&verify(&person, "9999").await));
    }
    verify(&person, "0007").await.refused(429, "RATE_LIMITED");
    let key = format!("{prefix}guesses:pin:{}", person.id);
    let ended: u64 = run(&mut raw(&redis_url()).await, &["PEXPIRE", &key, "0"])
        .await
        .unwrap();
    assert_eq!(ended, 1);
    assert!(valid(&verify(&person, "0007").await));
}

#[tokio::test]
async fn pins_are_guarded_without_redis_too() {
    let mut redis = PrivateRedis::start().await;
    let settings = redis.settings();
    let app = TestApp::start_with(|config| config.redis = settings).await;
    let person = app.patient().await;
    set(&person, "0007", PASSWORD).await.ok();
    redis.kill();
    for _ in 0..4 {
        assert!(!valid(&verify(&person, "9999").await));
    }
    assert!(valid(&verify(&person, "0007").await));
    let mut answers: Vec<Value> = Vec::new();
    for _ in 0..6 {
        answers.push(verify(&person, "9999").await.status.as_u16().into());
    }
    assert_eq!(answers, [200, 200, 200, 200, 200, 429]);
}
