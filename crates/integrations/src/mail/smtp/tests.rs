use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;

use super::*;
use crate::fake::{Script, SmtpServer, impatient, nobody};
use crate::mail::{Encryption, MailProvider};
use crate::settings::faults;

const ADDRESS: &str = "sok.samnang@example.com";

fn settings(port: u16) -> MailSettings {
    MailSettings {
        provider: MailProvider::Smtp,
        host: Some("127.0.0.1".to_owned()),
        port,
        encryption: Encryption::None,
        username: None,
        password: None,
        sender: Some("Das Tern <no-reply@das-tern.example>".to_owned()),
        connections: 2,
        idle_timeout_s: 60,
        connect_timeout_ms: 500,
        timeout_ms: 10_000,
    }
}

fn mail() -> Mail {
    Mail {
        subject: "លេខកូដសម្រាប់បញ្ជាក់គណនី Das Tern".to_owned(),
        text: "លេខកូដរបស់អ្នកគឺ 0042\n.\n.. ចំណុចពីរ".to_owned(),
    }
}

fn smtp(settings: &MailSettings) -> Smtp {
    Smtp::new(settings, &impatient()).unwrap()
}

async fn send(smtp: &Smtp) -> Result<(), Error> {
    smtp.send(&ADDRESS.parse().unwrap(), &mail()).await
}

/// Sends one mail to a server of this script.
async fn send_by(script: Script) -> (Result<(), Error>, SmtpServer) {
    let timeout_ms = if script.is_silent_at(".") { 50 } else { 10_000 };
    let server = SmtpServer::start(script).await;
    let settings = MailSettings {
        timeout_ms,
        ..settings(server.port())
    };
    (send(&smtp(&settings)).await, server)
}

/// The header of this name, unfolded, its encoded words decoded.
fn header(mail: &str, name: &str) -> String {
    let head = mail.split_once("\r\n\r\n").unwrap().0.replace("\r\n ", " ");
    let prefix = format!("{name}: ");
    let value = head
        .lines()
        .find_map(|line| line.strip_prefix(&prefix))
        .unwrap()
        .to_owned();
    let (mut decoded, mut was_encoded) = (Vec::new(), true);
    for word in value.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        // The space between two encoded words is none.
        let is_apart = !was_encoded || encoded.is_none();
        if is_apart && !decoded.is_empty() {
            decoded.push(b' ');
        }
        was_encoded = encoded.is_some();
        match encoded {
            Some(encoded) => decoded.extend(STANDARD.decode(encoded).unwrap()),
            None => decoded.extend(word.bytes()),
        }
    }
    String::from_utf8(decoded).unwrap()
}

fn body(mail: &str) -> String {
    let body = mail.split_once("\r\n\r\n").unwrap().1;
    match &*header(mail, "Content-Transfer-Encoding") {
        "base64" => String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap(),
        "quoted-printable" => {
            let mut bytes = Vec::new();
            let joined = body.replace("=\r\n", "");
            let mut rest = joined.as_bytes();
            while let [first, tail @ ..] = rest {
                if *first == b'=' {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
                    rest = &tail[2..];
                } else {
                    bytes.push(*first);
                    rest = tail;
                }
            }
            String::from_utf8(bytes).unwrap()
        }
        _ => body.to_owned(),
    }
}

#[tokio::test]
async fn khmer_arrives_as_it_was_written() {
    let (outcome, server) = send_by(Script::default()).await;
    outcome.unwrap();
    let mails = server.mails();
    let mail = &mails[0];
    assert!(mail.is_ascii(), "{mail}");
    assert_eq!(header(mail, "Subject"), self::mail().subject);
    assert_eq!(body(mail).replace("\r\n", "\n").trim_end(), self::mail().text);
    assert_eq!(header(mail, "To"), ADDRESS);
    assert_eq!(header(mail, "From"), "\"Das Tern\" <no-reply@das-tern.example>");
    assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
    assert!(header(mail, "Message-ID").ends_with("@das-tern.example>"));
    assert!(header(mail, "Content-Type").contains("charset=utf-8"));
    assert!(mail.lines().any(|line| line.starts_with("Date: ")));
    let commands = server.commands();
    assert_eq!(commands[0], "EHLO das-tern.example");
    assert!(commands.contains(&format!("RCPT TO:<{ADDRESS}>")), "{commands:?}");
}

#[tokio::test]
async fn a_subject_cannot_bring_headers_of_its_own() {
    let server = SmtpServer::start(Script::default()).await;
    let smtp = smtp(&settings(server.port()));
    for line_break in ["\r\n", "\n", "\r", "\0"] {
        let injected = Mail {
            subject: format!("Hello{line_break}Bcc: everybody@example.com"),
            text: String::new(),
        };
        let error = smtp.send(&ADDRESS.parse().unwrap(), &injected).await.unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = SmtpServer::start(Script::default()).await;
    let smtp = smtp(&settings(server.port()));
    for _ in 0..3 {
        send(&smtp).await.unwrap();
    }
    assert_eq!((server.connections(), server.mails().len()), (1, 3));
}

#[tokio::test]
async fn a_crowd_shares_few_connections() {
    let server = SmtpServer::start(Script::default()).await;
    let smtp = smtp(&settings(server.port()));
    let sends = (0..20).map(|_| send(&smtp));
    for outcome in futures_util::future::join_all(sends).await {
        outcome.unwrap();
    }
    assert_eq!(server.mails().len(), 20);
    assert!(server.connections() <= 2, "{}", server.connections());
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced_without_a_loss() {
    let server = SmtpServer::start(Script::default().hanging_up_at("NOOP")).await;
    let smtp = smtp(&settings(server.port()));
    send(&smtp).await.unwrap();
    send(&smtp).await.unwrap();
    assert_eq!((server.connections(), server.mails().len()), (2, 2));
}

#[tokio::test]
async fn a_late_answer_is_not_taken_for_the_answer_to_the_next_mail() {
    let script = Script::default().silent_at(".").answering(".", "554 no");
    let server = SmtpServer::start(script).await;
    let hasty = MailSettings {
        timeout_ms: 500,
        ..settings(server.port())
    };
    let smtp = smtp(&hasty);
    assert!(matches!(send(&smtp).await, Err(Error::Unavailable(_))));
    assert!(matches!(send(&smtp).await, Err(Error::Refused(_))));
    assert_eq!(server.connections(), 2);
}

#[rstest]
#[case::recipient(Script::default().answering("RCPT", "550 5.1.1 <sok.samnang@example.com> unknown"), "SMTP 550")]
#[case::sender(Script::default().answering("MAIL", "553 not from you"), "SMTP 553")]
#[case::content(Script::default().answering(".", "554 spam"), "SMTP 554")]
#[tokio::test]
async fn a_refusal_is_final_and_names_nobody(#[case] script: Script, #[case] why: &str) {
    let (outcome, server) = send_by(script).await;
    let error = outcome.unwrap_err();
    assert!(matches!(&error, Error::Refused(text) if text == why), "{error}");
    assert_eq!(server.connections(), 1);
    assert!(!format!("{error} {error:?}").contains("samnang"));
}

#[rstest]
#[case::greeting(Script::default().answering("HI", "421 too busy"))]
#[case::no_greeting(Script::default().silent_at("HI"))]
#[case::garbage(Script::default().answering("HI", "HTTP/1.1 400 Bad Request"))]
#[case::recipient(Script::default().answering("RCPT", "451 greylisted"))]
#[case::content(Script::default().answering(".", "452 full"))]
#[tokio::test]
async fn what_the_server_has_not_taken_is_handed_over_again(#[case] script: Script) {
    let (outcome, server) = send_by(script).await;
    outcome.unwrap();
    assert_eq!(server.connections(), 2);
}

#[rstest]
#[case::mailbox("450 4.2.1 mailbox unavailable", true)]
#[case::full("452 4.2.2 full", true)]
#[case::server("421 4.3.2 shutting down", false)]
#[tokio::test]
async fn one_recipient_does_not_keep_the_others_waiting(#[case] reply: &'static str, #[case] goes_on: bool) {
    let providers = ProviderSettings {
        breaker_failures: 3,
        ..impatient()
    };
    let script = (0..providers.attempts).fold(Script::default(), |script, _| script.answering("RCPT", reply));
    let server = SmtpServer::start(script).await;
    let smtp = Smtp::new(&settings(server.port()), &providers).unwrap();
    assert!(matches!(send(&smtp).await, Err(Error::Unavailable(_))));
    assert_eq!(send(&smtp).await.is_ok(), goes_on);
}

#[rstest]
#[case::silence(Script::default().silent_at("."))]
#[case::broken_line(Script::default().hanging_up_at("."))]
#[case::garbage(Script::default().answering(".", "?"))]
#[tokio::test]
async fn what_the_server_may_have_taken_is_never_handed_over_again(#[case] script: Script) {
    let (outcome, server) = send_by(script).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn the_password_is_shown_to_a_server_that_asks_and_a_wrong_one_is_final() {
    let server = SmtpServer::start(Script::default().offering("AUTH PLAIN LOGIN")).await;
    let with_password = MailSettings {
        username: Some("das-tern".to_owned()),
        password: Some("hunter2".into()),
        ..settings(server.port())
    };
    send(&smtp(&with_password)).await.unwrap();
    let credentials = STANDARD.encode("\0das-tern\0hunter2");
    assert!(server.commands().contains(&format!("AUTH PLAIN {credentials}")));

    let script = Script::default().offering("AUTH PLAIN").answering("AUTH", "535 no");
    let server = SmtpServer::start(script).await;
    let wrong = MailSettings {
        port: server.port(),
        ..with_password
    };
    let error = send(&smtp(&wrong)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused(text) if text.contains("535")),
        "{error}"
    );
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_offers_no_encryption_learns_nothing() {
    let server = SmtpServer::start(Script::default().offering("AUTH PLAIN")).await;
    let encrypted = MailSettings {
        encryption: Encryption::Starttls,
        username: Some("das-tern".to_owned()),
        password: Some("hunter2".into()),
        ..settings(server.port())
    };
    assert!(matches!(send(&smtp(&encrypted)).await, Err(Error::Refused(_))));
    assert_eq!(server.verbs(), ["EHLO"]);

    let at_once = MailSettings {
        encryption: Encryption::Tls,
        ..encrypted
    };
    assert!(matches!(send(&smtp(&at_once)).await, Err(Error::Unavailable(_))));
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn nobody_there_is_no_connection() {
    let settings = settings(nobody().await.port());
    let error = send(&smtp(&settings)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unavailable(why) if why == "no connection"),
        "{error}"
    );
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_named() {
    assert_eq!(faults(&settings(25)), [""; 0]);
    let empty = MailSettings {
        host: None,
        port: 0,
        sender: None,
        username: Some("das-tern".to_owned()),
        connections: 0,
        idle_timeout_s: 0,
        connect_timeout_ms: 0,
        timeout_ms: 0,
        ..settings(25)
    };
    let all = [
        "connect_timeout_ms",
        "connections",
        "encryption",
        "host",
        "idle_timeout_s",
        "password",
        "port",
        "sender",
        "timeout_ms",
    ];
    assert_eq!(faults(&empty), all);
    let plain = MailSettings {
        host: Some("mail.example.com".to_owned()),
        password: Some("hunter2".into()),
        sender: Some("nobody".to_owned()),
        ..settings(25)
    };
    assert_eq!(faults(&plain), ["encryption", "sender", "username"]);
}
