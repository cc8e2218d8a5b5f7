mod settings;
mod twilio;

use std::sync::Arc;

use async_trait::async_trait;
use das_tern_domain::PhoneNumber;

pub use settings::{SmsProvider, SmsSettings};
pub use twilio::Twilio;

use crate::{Error, LoggingMessages, ProviderSettings, SetupError};

/// Sends text messages.
#[async_trait]
pub trait Sms: Send + Sync {
    /// Sends `text` to a phone, at most once.
    ///
    /// # Errors
    /// When the provider refuses, or cannot be reached in time; then it may have been sent all the same.
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Error>;

    /// Sends a text that carries a one-time code. Only an implementation that sends nothing has a use for the code itself.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    async fn send_code(&self, to: &PhoneNumber, text: &str, _code: &str) -> Result<(), Error> {
        self.send(to, text).await
    }
}

pub(crate) fn connect(settings: &SmsSettings, providers: &ProviderSettings) -> Result<Arc<dyn Sms>, SetupError> {
    Ok(match settings.provider {
        SmsProvider::Log => Arc::new(LoggingMessages),
        SmsProvider::Twilio => Arc::new(Twilio::new(settings, providers)?),
    })
}
