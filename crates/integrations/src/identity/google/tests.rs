use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use jsonwebtoken::{EncodingKey, Header, encode};
use rstest::rstest;
use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::signer::{Signer, set};
use super::*;
use crate::fake::{HttpServer, Reply, impatient, nobody};
use crate::settings::faults;

const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
const IOS: &str = "ios.apps.googleusercontent.com";
const WEB: &str = "web.apps.googleusercontent.com";

fn settings(keys_url: &str) -> GoogleSettings {
    GoogleSettings {
        audiences: vec![IOS.to_owned(), WEB.to_owned()],
        issuers: vec![
            "https://accounts.google.com".to_owned(),
            "accounts.google.com".to_owned(),
        ],
        keys_url: keys_url.to_owned(),
        keys_min_s: 60,
        keys_max_s: 7200,
        unknown_key_pause_s: 60,
        clock_skew_s: 30,
        connect_timeout_ms: 500,
        timeout_ms: 300,
    }
}

fn claims() -> Value {
    let now = NOW.unix_timestamp();
    json!({
        "iss": "https://accounts.google.com", "aud": WEB, "sub": "110169484474386276334",
        "iat": now, "exp": now + 3600, "email": "Sok.Samnang@example.com", "email_verified": true,
        "given_name": "សំណាង", "family_name": "សុខ",
    })
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[field] = value.into();
    claims
}

fn keys(signers: &[&Signer]) -> Reply {
    Reply::new(200, set(signers)).with("Cache-Control", "public, max-age=3600, must-revalidate")
}

fn google(server: &HttpServer) -> Google {
    Google::new(&settings(&server.url()), &impatient()).unwrap()
}

/// What becomes of a token while Google publishes the first key.
async fn verify(token: &str) -> Result<Identity, IdentityError> {
    let server = HttpServer::replying([keys(&[Signer::first()])]).await;
    google(&server).verify(token, NOW).await
}

#[track_caller]
fn assert_invalid(outcome: Result<Identity, IdentityError>, what: &str) {
    match outcome {
        Err(IdentityError::Invalid(why)) => assert_eq!(why, what),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_away(outcome: &Result<Identity, IdentityError>) {
    assert!(matches!(outcome, Err(IdentityError::Unavailable(_))), "{outcome:?}");
}

#[rstest]
#[case::as_it_is(claims())]
#[case::another_app(with("aud", IOS))]
#[case::the_other_issuer(with("iss", "accounts.google.com"))]
#[case::verified_in_words(with("email_verified", "true"))]
#[case::expired_within_the_skew(with("exp", NOW.unix_timestamp() - 29))]
#[case::issued_within_the_skew(with("iat", NOW.unix_timestamp() + 30))]
#[tokio::test]
async fn a_token_of_google_names_its_bearer(#[case] claims: Value) {
    let identity = verify(&Signer::first().sign(&claims)).await.unwrap();
    let expected = Identity {
        subject: "110169484474386276334".to_owned(),
        email: "Sok.Samnang@example.com".parse().unwrap(),
        given_name: Some("សំណាង".to_owned()),
        family_name: Some("សុខ".to_owned()),
    };
    assert_eq!(identity, expected);
}

#[rstest]
#[case("iss", "https://accounts.google.com.evil.example", "issued by somebody else")]
#[case("aud", "another.apps.googleusercontent.com", "meant for somebody else")]
#[case("exp", NOW.unix_timestamp() - 30, "expired")]
#[case("iat", NOW.unix_timestamp() + 31, "issued in the future")]
#[case("nbf", NOW.unix_timestamp() + 31, "not good yet")]
#[case("email_verified", false, "for an address that is not verified")]
#[case("email_verified", "false", "for an address that is not verified")]
#[case("email_verified", Value::Null, "for an address that is not verified")]
#[case("email", Value::Null, "without an address")]
#[case("email", "Sok <sok@example.com>", "without an address")]
#[case("sub", "", "for an account without an id")]
#[case("aud", json!([WEB]), "not signed by the provider, or without its claims")]
#[case("exp", Value::Null, "not signed by the provider, or without its claims")]
#[case("email_verified", 1, "not signed by the provider, or without its claims")]
#[tokio::test]
async fn a_token_that_says_anything_else_is_refused(
    #[case] field: &str,
    #[case] value: impl Into<Value>,
    #[case] what: &str,
) {
    assert_invalid(verify(&Signer::first().sign(&with(field, value))).await, what);
}

#[tokio::test]
async fn the_signature_decides() {
    let own = Signer::first().sign(&claims());
    let (signed, signature) = own.rsplit_once('.').unwrap();
    let (head, _) = signed.split_once('.').unwrap();
    let forged_claims = URL_SAFE_NO_PAD.encode(with("sub", "1").to_string());
    let unsigned = "not signed by the provider, or without its claims";
    for token in [
        format!("{head}.{forged_claims}.{signature}"),
        format!("{signed}."),
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode([0; 256])),
    ] {
        assert_invalid(verify(&token).await, unsigned);
    }
}

#[tokio::test]
async fn no_other_way_of_signing_is_taken() {
    let payload = URL_SAFE_NO_PAD.encode(claims().to_string());
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"first"}"#);
    assert_invalid(verify(&format!("{none}.{payload}.")).await, "no token");
    // The public key as the secret of a MAC.
    let header = Header {
        kid: Some("first".to_owned()),
        ..Header::new(Algorithm::HS256)
    };
    let secret = EncodingKey::from_secret(Signer::first().modulus().as_bytes());
    let confused = encode(&header, &claims(), &secret).unwrap();
    assert_invalid(verify(&confused).await, "signed in another way");
    let other_hash = Signer::first().sign_as("RS512", &claims());
    assert_invalid(verify(&other_hash).await, "signed in another way");
}

#[rstest]
#[case("", "no token")]
#[case("a.b.c", "no token")]
#[case("លេខកូដ", "no token")]
#[tokio::test]
async fn what_is_no_token_costs_nobody_a_request(#[case] token: &str, #[case] what: &str) {
    let server = HttpServer::replying([keys(&[Signer::first()])]).await;
    let google = google(&server);
    assert_invalid(google.verify(token, NOW).await, what);
    assert_invalid(google.verify(&"a".repeat(LONGEST_TOKEN + 1), NOW).await, "too long");
    let nameless = encode(
        &Header::new(Algorithm::HS256),
        &claims(),
        &EncodingKey::from_secret(b"secret"),
    );
    assert_invalid(google.verify(&nameless.unwrap(), NOW).await, "signed in another way");
    assert_eq!(server.requests().len(), 0);
}

#[rstest]
#[case::as_google_says("public, max-age=3600", 3600)]
#[case::less_what_it_waited_on_its_way("max-age=3600;age=600", 3000)]
#[case::at_least_a_minute("max-age=0", 60)]
#[case::without_a_word("no-store", 60)]
#[case::at_most_two_hours("max-age=999999999", 7200)]
#[tokio::test]
async fn keys_are_kept_as_long_as_google_says_within_bounds(#[case] control: &str, #[case] seconds: i64) {
    let (control, age) = control.split_once(";age=").unwrap_or((control, "0"));
    let reply = Reply::new(200, set(&[Signer::first()]))
        .with("Cache-Control", control)
        .with("Age", age);
    let server = HttpServer::replying([reply]).await;
    let google = google(&server);
    let token = Signer::first().sign(&with("exp", NOW.unix_timestamp() + 99_999));
    for (after, fetched) in [(0, 1), (seconds - 1, 1), (seconds, 2)] {
        google.verify(&token, NOW + Duration::seconds(after)).await.unwrap();
        assert_eq!(server.requests().len(), fetched, "after {after} s");
    }
}

#[tokio::test]
async fn a_crowd_fetches_the_keys_once() {
    let server = HttpServer::replying([keys(&[Signer::first()])]).await;
    let google = google(&server);
    let token = Signer::first().sign(&claims());
    for outcome in join_all((0..64).map(|_| google.verify(&token, NOW))).await {
        outcome.unwrap();
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_crowd_shares_a_failure_too() {
    let server = HttpServer::replying([Reply::new(503, "")]).await;
    let google = google(&server);
    let token = Signer::first().sign(&claims());
    join_all((0..64).map(|_| google.verify(&token, NOW)))
        .await
        .iter()
        .for_each(assert_away);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_new_key_is_found_when_it_is_used_first() {
    let server = HttpServer::replying([keys(&[Signer::first()]), keys(&[Signer::first(), Signer::second()])]).await;
    let google = google(&server);
    google.verify(&Signer::first().sign(&claims()), NOW).await.unwrap();
    google.verify(&Signer::second().sign(&claims()), NOW).await.unwrap();
    google.verify(&Signer::first().sign(&claims()), NOW).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_crowd_with_a_new_key_waits_for_one_look() {
    let server = HttpServer::replying([keys(&[Signer::first()]), keys(&[Signer::second()])]).await;
    let google = google(&server);
    google.verify(&Signer::first().sign(&claims()), NOW).await.unwrap();
    let token = Signer::second().sign(&claims());
    for outcome in join_all((0..64).map(|_| google.verify(&token, NOW))).await {
        outcome.unwrap();
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn keys_that_nobody_has_are_looked_for_once_in_a_while() {
    let server = HttpServer::replying([keys(&[Signer::first()])]).await;
    let google = google(&server);
    google.verify(&Signer::first().sign(&claims()), NOW).await.unwrap();
    let stranger = Signer::second().sign(&claims());
    for (after, fetched) in [(0, 2), (0, 2), (59, 2), (60, 3), (119, 3)] {
        let outcome = google.verify(&stranger, NOW + Duration::seconds(after)).await;
        assert_invalid(outcome, "signed with an unknown key");
        assert_eq!(server.requests().len(), fetched, "after {after} s");
    }
}

#[tokio::test]
async fn a_key_that_google_withdrew_is_good_for_nothing() {
    let server = HttpServer::replying([keys(&[Signer::first()]), keys(&[Signer::second()])]).await;
    let google = google(&server);
    let token = Signer::first().sign(&claims());
    google.verify(&token, NOW).await.unwrap();
    let outcome = google.verify(&token, NOW + Duration::hours(1)).await;
    assert_invalid(outcome, "signed with an unknown key");
}

#[rstest]
#[case::ill(Reply::new(500, ""))]
#[case::silent(Reply::Silence)]
#[case::gone(Reply::HangUp)]
#[case::no_json(Reply::new(200, "<html>"))]
#[case::no_set(Reply::new(200, "{}"))]
#[case::no_keys(Reply::new(200, r#"{"keys": []}"#))]
#[case::no_rsa(Reply::new(200, r#"{"keys": [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}]}"#))]
#[case::too_much(Reply::new(200, vec![b' '; 300 << 10]))]
#[tokio::test]
async fn while_the_keys_cannot_be_had_nobody_can_tell(#[case] reply: Reply) {
    let server = HttpServer::replying([reply.clone(), reply.clone(), reply, keys(&[Signer::first()])]).await;
    let google = google(&server);
    let token = Signer::first().sign(&claims());
    assert_away(&google.verify(&token, NOW).await);
    assert_eq!(server.requests().len(), 3);
    google.verify(&token, NOW).await.unwrap();
}

#[tokio::test]
async fn a_wrong_address_for_the_keys_is_not_asked_again_and_again() {
    let server = HttpServer::replying([Reply::new(404, "")]).await;
    assert_away(&google(&server).verify(&Signer::first().sign(&claims()), NOW).await);
    assert_eq!(server.requests().len(), 1);
    let google = Google::new(&settings(&format!("http://{}", nobody().await)), &impatient()).unwrap();
    assert_away(&google.verify(&Signer::first().sign(&claims()), NOW).await);
}

#[tokio::test]
async fn keys_of_other_kinds_beside_ours_are_passed_over() {
    let mut published: Value = serde_json::from_str(&set(&[Signer::first()])).unwrap();
    let mut encrypting = Signer::second().published();
    encrypting["use"] = "enc".into();
    let others = [
        encrypting,
        json!({ "kty": "EC", "kid": "ec", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB" }),
    ];
    published["keys"].as_array_mut().unwrap().extend(others);
    let server = HttpServer::replying([Reply::new(200, published.to_string())]).await;
    let google = google(&server);
    google.verify(&Signer::first().sign(&claims()), NOW).await.unwrap();
    let outcome = google.verify(&Signer::second().sign(&claims()), NOW).await;
    assert_invalid(outcome, "signed with an unknown key");
}

#[tokio::test]
async fn whoever_stops_waiting_does_not_keep_the_others_from_the_keys() {
    let (asked, calls) = (Arc::new(AtomicUsize::new(0)), impatient());
    let count = asked.clone();
    let server = HttpServer::start(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Silence,
        _ => keys(&[Signer::first()]),
    })
    .await;
    let patient = GoogleSettings {
        timeout_ms: 10_000,
        ..settings(&server.url())
    };
    let google = Arc::new(Google::new(&patient, &calls).unwrap());
    let token = Signer::first().sign(&claims());
    let first = tokio::spawn({
        let (google, token) = (google.clone(), token.clone());
        async move { google.verify(&token, NOW).await.map(|_| ()) }
    });
    while asked.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    google.verify(&token, NOW).await.unwrap();
}

#[tokio::test]
async fn without_an_app_nobody_signs_in_with_google() {
    let nobody = GoogleSettings {
        audiences: Vec::new(),
        ..settings("https://keys.example")
    };
    let provider = crate::identity::connect(&nobody, &impatient()).unwrap();
    let outcome = provider.verify(&Signer::first().sign(&claims()), NOW).await;
    assert!(matches!(outcome, Err(IdentityError::NotConfigured)));
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_named() {
    assert_eq!(faults(&settings("https://keys.example")), [""; 0]);
    let wrong = GoogleSettings {
        audiences: vec![" ".to_owned()],
        issuers: Vec::new(),
        keys_url: "http://keys.example".to_owned(),
        keys_min_s: 9000,
        keys_max_s: 1,
        unknown_key_pause_s: 0,
        clock_skew_s: 301,
        connect_timeout_ms: 0,
        timeout_ms: 0,
    };
    let all = [
        "audiences",
        "clock_skew_s",
        "connect_timeout_ms",
        "issuers",
        "keys_max_s",
        "keys_min_s",
        "keys_url",
        "timeout_ms",
        "unknown_key_pause_s",
    ];
    assert_eq!(faults(&wrong), all);
}
