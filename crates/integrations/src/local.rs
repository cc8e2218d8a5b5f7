//! What stands in for the outside world on a developer's machine.

use std::sync::Arc;

use async_trait::async_trait;
use das_tern_domain::{EmailAddress, PhoneNumber};
use time::OffsetDateTime;

use crate::{Error, Identity, IdentityError, IdentityProvider, Integrations, Mail, Mailer, MemoryObjects, Sms};

/// Logs one-time codes instead of sending them, and says that it would have sent anything else.
pub struct LoggingMessages;

#[async_trait]
impl Sms for LoggingMessages {
    async fn send(&self, _to: &PhoneNumber, _text: &str) -> Result<(), Error> {
        tracing::info!("a text message would have been sent");
        Ok(())
    }

    async fn send_code(&self, to: &PhoneNumber, _text: &str, code: &str) -> Result<(), Error> {
        log_code(to.as_str(), code);
        Ok(())
    }
}

#[async_trait]
impl Mailer for LoggingMessages {
    async fn send(&self, _to: &EmailAddress, _mail: &Mail) -> Result<(), Error> {
        tracing::info!("an e-mail would have been sent");
        Ok(())
    }

    async fn send_code(&self, to: &EmailAddress, _mail: &Mail, code: &str) -> Result<(), Error> {
        log_code(to.as_str(), code);
        Ok(())
    }
}

fn log_code(identifier: &str, code: &str) {
    tracing::info!("one-time code for {identifier}: {code}");
}

/// Knows nobody.
pub struct NoIdentities;

#[async_trait]
impl IdentityProvider for NoIdentities {
    async fn verify(&self, _id_token: &str, _now: OffsetDateTime) -> Result<Identity, IdentityError> {
        Err(IdentityError::NotConfigured)
    }
}

impl Integrations {
    /// An outside world that ends with the process: codes are logged, files are kept in memory, nobody is known to Google.
    #[must_use]
    pub fn local() -> Self {
        Self {
            sms: Arc::new(LoggingMessages),
            mailer: Arc::new(LoggingMessages),
            identities: Arc::new(NoIdentities),
            objects: Arc::new(MemoryObjects::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    /// A log in memory.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn each_code_is_one_line_of_the_log_and_nothing_else_is_shown() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_target(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let guard = tracing::subscriber::set_default(subscriber);
        let Integrations { sms, mailer, .. } = Integrations::local();
        let (phone, email) = ("+85512345678".parse().unwrap(), "sok@example.com".parse().unwrap());
        let mail = Mail {
            subject: "the subject".to_owned(),
            text: "the text".to_owned(),
        };
        sms.send_code(&phone, "the text", "0042").await.unwrap();
        mailer.send_code(&email, &mail, "0043").await.unwrap();
        sms.send(&phone, "the text").await.unwrap();
        mailer.send(&email, &mail).await.unwrap();
        drop(guard);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<_> = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches("INFO "))
            .collect();
        let expected = [
            "one-time code for +85512345678: 0042",
            "one-time code for sok@example.com: 0043",
            "a text message would have been sent",
            "an e-mail would have been sent",
        ];
        assert_eq!(lines, expected);
    }
}
