use async_trait::async_trait;
use das_tern_domain::EmailAddress;

use crate::Error;

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
    /// Sends `mail` to an address.
    ///
    /// # Errors
    /// When the server refuses, or cannot be reached in time.
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Error>;
}
