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
}
