use async_trait::async_trait;
use das_tern_domain::PhoneNumber;

use crate::Error;

/// Sends text messages.
#[async_trait]
pub trait Sms: Send + Sync {
    /// Sends `text` to a phone.
    ///
    /// # Errors
    /// When the provider refuses, or cannot be reached in time.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Error>;

    /// Sends a text that carries a one-time code. Only an implementation that sends nothing has a use for the code itself.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    async fn send_code(&self, to: &PhoneNumber, text: &str, _code: &str) -> Result<(), Error> {
        self.send(to, text).await
    }
}
