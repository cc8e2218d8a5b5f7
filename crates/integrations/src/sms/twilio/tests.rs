use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;

use super::*;
use crate::fake::{HttpServer, Reply, impatient, nobody};
use crate::settings::faults;
use crate::{SmsProvider, sms};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "the-token-of-the-account";
const PHONE: &str = "+85512345678";
const TEXT: &str = "លេខកូដ Das Tern របស់អ្នកគឺ 0042 & មួយទៀត+១";

fn settings(base_url: &str) -> SmsSettings {
    SmsSettings {
        provider: SmsProvider::Twilio,
        account_sid: Some(ACCOUNT.to_owned()),
        auth_token: Some(TOKEN.into()),
        sender: Some("+15005550006".to_owned()),
        messaging_service_sid: None,
        base_url: base_url.to_owned(),
        connect_timeout_ms: 500,
        timeout_ms: 10_000,
    }
}

fn accepted() -> Reply {
    Reply::new(201, r#"{"sid": "SM0123", "status": "queued", "to": "+85512345678"}"#)
}

async fn send_to(base_url: &str) -> Result<(), Error> {
    let twilio = Twilio::new(&settings(base_url), &impatient()).unwrap();
    twilio.send(&PHONE.parse().unwrap(), TEXT).await
}

/// Sends one message to a Twilio that replies so, and counts what it heard.
async fn send(replies: impl Into<Vec<Reply>>) -> (Result<(), Error>, usize) {
    let replies = replies.into();
    let timeout_ms = if matches!(replies[0], Reply::Silence) {
        50
    } else {
        10_000
    };
    let server = HttpServer::replying(replies).await;
    let settings = SmsSettings {
        timeout_ms,
        ..settings(&server.url())
    };
    let twilio = Twilio::new(&settings, &impatient()).unwrap();
    let outcome = twilio.send(&PHONE.parse().unwrap(), TEXT).await;
    (outcome, server.requests().len())
}

#[tokio::test]
async fn a_message_is_posted_as_twilio_reads_it() {
    let server = HttpServer::replying([accepted()]).await;
    send_to(&format!("{}/", server.url())).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(request.method, "POST");
    assert_eq!(request.path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    let credentials = STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    assert_eq!(request.headers["authorization"], format!("Basic {credentials}"));
    let form = request.form();
    assert_eq!(
        (&*form["To"], &*form["From"], &*form["Body"]),
        (PHONE, "+15005550006", TEXT)
    );
    assert_eq!(form.len(), 3);
}

#[tokio::test]
async fn a_messaging_service_may_choose_the_sender() {
    let server = HttpServer::replying([accepted()]).await;
    let service = "MG0123456789abcdef0123456789abcdef";
    let settings = SmsSettings {
        sender: None,
        messaging_service_sid: Some(service.to_owned()),
        ..settings(&server.url())
    };
    let sms = sms::connect(&settings, &impatient()).unwrap();
    sms.send_code(&PHONE.parse().unwrap(), TEXT, "0042").await.unwrap();
    let form = server.requests()[0].form();
    assert_eq!(form["MessagingServiceSid"], service);
    assert!(!form.contains_key("From"));
}

#[rstest]
#[case(
    400,
    r#"{"code": 21211, "message": "The 'To' number +85512345678 is not a valid phone number."}"#,
    "HTTP 400 (21211)"
)]
#[case(401, r#"{"code": 20003, "message": "Authenticate"}"#, "HTTP 401 (20003)")]
#[case(404, "<html>", "HTTP 404")]
#[case(408, "", "HTTP 408")]
#[case(302, "", "HTTP 302")]
#[tokio::test]
async fn a_refusal_is_final_and_names_nobody(#[case] status: u16, #[case] body: &str, #[case] why: &str) {
    let (outcome, requests) = send([Reply::new(status, body), accepted()]).await;
    let error = outcome.unwrap_err();
    assert!(matches!(&error, Error::Refused(text) if text == why), "{error}");
    assert_eq!(requests, 1);
    assert!(!format!("{error} {error:?}").contains("12345678"));
}

#[rstest]
#[case(429)]
#[case(500)]
#[case(503)]
#[tokio::test]
async fn what_twilio_has_not_taken_is_sent_again(#[case] status: u16) {
    let (outcome, requests) = send([Reply::new(status, ""), Reply::new(status, "{}"), accepted()]).await;
    outcome.unwrap();
    assert_eq!(requests, 3);
    let (outcome, requests) = send([Reply::new(status, "")]).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))));
    assert_eq!(requests, 3);
}

#[rstest]
#[case::time_out(Reply::Silence)]
#[case::broken_line(Reply::HangUp)]
#[case::bad_gateway(Reply::new(502, ""))]
#[case::slow_gateway(Reply::new(504, ""))]
#[case::garbage(Reply::new(201, "<html>"))]
#[case::somebody_else(Reply::new(201, r#"{"sid": "CA0123"}"#))]
#[case::too_much(Reply::new(201, vec![b' '; LARGEST_ANSWER + 1]))]
#[tokio::test]
async fn what_twilio_may_have_taken_is_never_sent_again(#[case] reply: Reply) {
    let (outcome, requests) = send([reply, accepted()]).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn patience_is_had_with_whoever_asks_for_little_of_it() {
    let busy = |seconds: &str| Reply::new(429, "").with("Retry-After", seconds);
    let (outcome, requests) = send([busy("0"), accepted()]).await;
    outcome.unwrap();
    assert_eq!(requests, 2);
    let (outcome, requests) = send([busy("3600"), accepted()]).await;
    assert!(outcome.is_err());
    assert_eq!(requests, 1);
}

#[tokio::test]
async fn nobody_there_is_told_without_the_number_and_the_token() {
    let error = send_to(&format!("http://{}", nobody().await)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)));
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("no connection"), "{shown}");
    assert!(
        !shown.contains(ACCOUNT) && !shown.contains(TOKEN) && !shown.contains("12345678"),
        "{shown}"
    );
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_named() {
    assert_eq!(faults(&settings("https://api.twilio.com")), [""; 0]);
    let named = SmsSettings {
        sender: Some("Das Tern".to_owned()),
        ..settings("https://api.twilio.com")
    };
    assert_eq!(faults(&named), [""; 0]);
    let empty = SmsSettings {
        account_sid: None,
        auth_token: None,
        sender: None,
        connect_timeout_ms: 0,
        timeout_ms: 0,
        ..settings("http://api.twilio.com")
    };
    let all = [
        "account_sid",
        "auth_token",
        "base_url",
        "connect_timeout_ms",
        "sender",
        "timeout_ms",
    ];
    assert_eq!(faults(&empty), all);
    let wrong = SmsSettings {
        account_sid: Some("AC/../../evil".to_owned()),
        sender: Some("Das\r\nTern".to_owned()),
        messaging_service_sid: Some("MG1".to_owned()),
        ..settings("https://api.twilio.com")
    };
    assert_eq!(faults(&wrong), ["account_sid", "messaging_service_sid", "sender"]);
    let logging = SmsSettings {
        provider: SmsProvider::Log,
        connect_timeout_ms: 500,
        timeout_ms: 500,
        base_url: "https://api.twilio.com".to_owned(),
        ..empty
    };
    assert_eq!(faults(&logging), [""; 0]);
}
