//! What was sent to phones and mailboxes, for tests to read.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use das_tern_domain::{EmailAddress, PhoneNumber};
use das_tern_integrations::{Error, Mail, Mailer, Sms};

use super::redis::eventually;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub to: String,
    pub text: String,
    pub code: Option<String>,
}

#[derive(Default)]
pub struct Outbox {
    sent: Mutex<Vec<Sent>>,
    sms_fails: AtomicBool,
    mail_fails: AtomicBool,
    sms_is_unclear: AtomicBool,
}

impl Outbox {
    pub fn break_sms(&self) {
        self.sms_fails.store(true, Ordering::Relaxed);
    }

    /// An SMS arrives, but we do not hear that it does.
    pub fn make_sms_unclear(&self) {
        self.sms_is_unclear.store(true, Ordering::Relaxed);
    }

    pub fn break_mail(&self) {
        self.mail_fails.store(true, Ordering::Relaxed);
    }

    /// What was sent to somebody so far.
    pub fn sent_to(&self, to: &str) -> Vec<Sent> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|message| message.to == to).cloned().collect()
    }

    /// The `count`th message to somebody. Messages are sent after the answer, so it may have to be waited for.
    pub async fn message(&self, to: &str, count: usize) -> Sent {
        eventually("a message", async || self.sent_to(to).len() >= count).await;
        self.sent_to(to)[count - 1].clone()
    }

    /// The first code to somebody.
    pub async fn code(&self, to: &str) -> String {
        self.message(to, 1).await.code.unwrap()
    }

    fn post(&self, fails: &AtomicBool, message: Sent) -> Result<(), Error> {
        if fails.load(Ordering::Relaxed) {
            return Err(Error::Unavailable("the test says so".to_owned()));
        }
        self.sent.lock().unwrap().push(message);
        Ok(())
    }
}

#[async_trait::async_trait]
impl Sms for Outbox {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Error> {
        let message = Sent {
            to: to.as_str().to_owned(),
            text: text.to_owned(),
            code: None,
        };
        self.post(&self.sms_fails, message)
    }

    async fn send_code(&self, to: &PhoneNumber, text: &str, code: &str) -> Result<(), Error> {
        let message = Sent {
            to: to.as_str().to_owned(),
            text: text.to_owned(),
            code: Some(code.to_owned()),
        };
        self.post(&self.sms_fails, message)?;
        if self.sms_is_unclear.load(Ordering::Relaxed) {
            return Err(Error::Unavailable("the test says so".to_owned()));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Mailer for Outbox {
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Error> {
        let message = Sent {
            to: to.as_str().to_owned(),
            text: mail.text.clone(),
            code: None,
        };
        self.post(&self.mail_fails, message)
    }

    async fn send_code(&self, to: &EmailAddress, mail: &Mail, code: &str) -> Result<(), Error> {
        let message = Sent {
            to: to.as_str().to_owned(),
            text: mail.text.clone(),
            code: Some(code.to_owned()),
        };
        self.post(&self.mail_fails, message)
    }
}
