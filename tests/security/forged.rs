//! Access tokens as attackers make them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::TestApp;

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn written(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

async fn is_refused(app: &TestApp, token: &str) {
    app.client
        .with_token(token)
        .get("/auth/me")
        .await
        .refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn no_claim_can_be_changed() {
    let app = TestApp::start().await;
    let (person, victim) = (app.patient().await, app.doctor().await);
    let parts: Vec<_> = person.access_token.split('.').collect();
    let changes = [
        ("sub", json!(victim.id)),
        ("role", json!("DOCTOR")),
        ("epoch", json!(1)),
        ("exp", json!(4_102_444_800_i64)),
        ("session", json!(uuid::Uuid::now_v7())),
    ];
    for (claim, value) in changes {
        let mut claims = part(&person.access_token, 1);
        claims[claim] = value;
        is_refused(&app, &format!("{}.{}.{}", parts[0], written(&claims), parts[2])).await;
    }
    person.client.get("/auth/me").await.ok();
}

#[tokio::test]
async fn the_token_does_not_choose_how_it_is_checked() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    let parts: Vec<_> = person.access_token.split('.').collect();
    for algorithm in ["none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA"] {
        let mut header = part(&person.access_token, 0);
        header["alg"] = json!(algorithm);
        for signature in ["", parts[2]] {
            is_refused(&app, &format!("{}.{}.{signature}", written(&header), parts[1])).await;
        }
    }
    for name in [
        json!("../../dev/null"),
        json!("' OR 1=1 --"),
        json!(""),
        json!("x".repeat(4_000)),
        json!(["a"]),
        json!(null),
    ] {
        let mut header = part(&person.access_token, 0);
        header["kid"] = name;
        is_refused(&app, &format!("{}.{}.{}", written(&header), parts[1], parts[2])).await;
    }
    let mut header = part(&person.access_token, 0);
    header.as_object_mut().unwrap().remove("kid");
    is_refused(&app, &format!("{}.{}.{}", written(&header), parts[1], parts[2])).await;
    // A key that the token brings along, or says where to find.
    for (name, value) in [
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("jku", json!("http://127.0.0.1:1/keys")),
        ("x5u", json!("http://127.0.0.1:1/keys")),
        ("crit", json!(["exp"])),
    ] {
        let mut header = part(&person.access_token, 0);
        header[name] = value;
        is_refused(&app, &format!("{}.{}.{}", written(&header), parts[1], parts[2])).await;
    }
}

#[tokio::test]
async fn a_token_of_another_key_or_issuer_is_refused() {
    let app = TestApp::start().await;
    let other_key = TestApp::start_with(|config| {
        config.application.auth.token_key = "another key that is long enough for this".into();
    })
    .await;
    let theirs = other_key.patient().await.access_token;
    is_refused(&app, &theirs).await;
    // Signed by the other key, under the name of ours.
    let ours = app.patient().await.access_token;
    let header = ours.split('.').next().unwrap();
    let (_, rest) = theirs.split_once('.').unwrap();
    is_refused(&app, &format!("{header}.{rest}")).await;
    let other_audience = TestApp::start_with(|config| config.application.auth.audience = "others".to_owned()).await;
    is_refused(&app, &other_audience.patient().await.access_token).await;
    let other_issuer = TestApp::start_with(|config| config.application.auth.issuer = "somebody else".to_owned()).await;
    is_refused(&app, &other_issuer.patient().await.access_token).await;
}

#[tokio::test]
async fn an_expired_token_stays_expired_whatever_is_done_to_it() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    app.clock.advance(time::Duration::minutes(16));
    person.client.get("/auth/me").await.refused(401, "TOKEN_EXPIRED");
    for token in [
        format!("{}.", person.access_token),
        format!("{}=", person.access_token),
        person.access_token.to_uppercase(),
    ] {
        is_refused(&app, &token).await;
    }
}

#[tokio::test]
async fn a_refresh_token_opens_nothing_and_an_access_token_refreshes_nothing() {
    let app = TestApp::start().await;
    let person = app.patient().await;
    is_refused(&app, &person.refresh_token).await;
    let body = json!({ "refreshToken": person.access_token });
    app.client
        .post("/auth/refresh", &body)
        .await
        .refused(401, "UNAUTHENTICATED");
}
