mod settings;
mod smtp;

use std::sync::Arc;

use async_trait::async_trait;
use das_tern_domain::EmailAddress;

pub use settings::{Encryption, MailProvider, MailSettings};
pub use smtp::Smtp;

use crate::{Error, LoggingMessages, ProviderSettings, SetupError};

/// A plain-text message.
#[derive(Clone)]
pub struct Mail {
    /// The subject, one line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// Sends e-mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends `mail` to an address, at most once.
    ///
    /// # Errors
    /// When the server refuses, or cannot be reached in time; then it may have been sent all the same.
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Error>;

    /// Sends a mail that carries a one-time code. Only an implementation that sends nothing has a use for the code itself.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    async fn send_code(&self, to: &EmailAddress, mail: &Mail, _code: &str) -> Result<(), Error> {
        self.send(to, mail).await
    }
}

pub(crate) fn connect(settings: &MailSettings, providers: &ProviderSettings) -> Result<Arc<dyn Mailer>, SetupError> {
    Ok(match settings.provider {
        MailProvider::Log => Arc::new(LoggingMessages),
        MailProvider::Smtp => Arc::new(Smtp::new(settings, providers)?),
    })
}
