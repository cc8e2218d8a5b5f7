mod server;

use std::time::Duration;

use async_trait::async_trait;
use das_tern_domain::EmailAddress;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Mail, MailSettings, Mailer};
use crate::calls::{Calls, Effect, Failure};
use crate::{Error, ProviderSettings, SetupError};
use server::{Idle, Server, perhaps_taken};

/// Sends e-mail through a mail server, over a few connections that are kept.
///
/// What the server may have taken is never handed over again: an attempt is repeated when no connection came about, and when
/// the server answered that it does not take the mail now (4xx).
pub struct Smtp {
    server: Server,
    sender: Mailbox,
    idle: Idle,
    turns: Semaphore,
    connect_timeout: Duration,
    timeout: Duration,
    calls: Calls,
}

impl Smtp {
    /// Through a server. Nobody is called yet.
    ///
    /// # Errors
    /// When the settings lack the server or the sender, or encryption cannot be used.
    pub fn new(settings: &MailSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        let missing = |what: &str| SetupError(format!("SMTP needs {what}"));
        let sender = settings.sender.as_deref().ok_or_else(|| missing("a sender"))?;
        let sender: Mailbox = sender.parse().map_err(|_| missing("a mailbox as its sender"))?;
        let host = settings.host.clone().ok_or_else(|| missing("a server"))?;
        Ok(Self {
            server: Server::new(settings, host, sender.email.domain())?,
            sender,
            idle: Idle::new(Duration::from_secs(settings.idle_timeout_s.into())),
            turns: Semaphore::new(settings.connections as usize),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms.into()),
            timeout: Duration::from_millis(settings.timeout_ms.into()),
            calls: Calls::new("mail", providers),
        })
    }

    /// The mail as it goes over the line. All attempts are one message: its id stays the same.
    fn letter(&self, to: &EmailAddress, mail: &Mail) -> Result<Message, Error> {
        let refused = |what: &str| Error::Refused(what.to_owned());
        if mail.subject.chars().any(char::is_control) {
            return Err(refused("the subject is more than one line"));
        }
        let address = to.as_str().parse().map_err(|_| refused("no address for mail"))?;
        let id = format!("<{:032x}@{}>", rand::random::<u128>(), self.sender.email.domain());
        let by_machine = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.sender.clone())
            .to(Mailbox::new(None, address))
            .subject(&mail.subject)
            .message_id(Some(id))
            .raw_header(HeaderValue::new(by_machine, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|_| refused("no mail can be made of it"))
    }

    async fn hand_over(&self, envelope: &Envelope, letter: &[u8]) -> Result<(), Failure> {
        let turn = timeout(self.timeout, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(Failure::busy("too much mail at once"));
        };
        let connecting = timeout(self.connect_timeout, self.connection()).await;
        let mut connection = connecting.map_err(|_| Failure::undone("no connection in time"))??;
        let sent = timeout(self.timeout, connection.send(envelope, letter)).await;
        sent.map_err(|_| Failure::unclear("no answer in time"))?
            .map_err(|error| perhaps_taken(&error))?;
        self.idle.park(connection);
        Ok(())
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Failure> {
        while let Some(mut connection) = self.idle.take() {
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        self.server.open().await
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Error> {
        let letter = self.letter(to, mail)?;
        let (envelope, bytes) = (letter.envelope(), letter.formatted());
        self.calls.run(Effect::Once, || self.hand_over(envelope, &bytes)).await
    }
}

#[cfg(test)]
mod tests;
