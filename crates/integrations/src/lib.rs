//! The outside world of Das Tern, each part behind a small trait with a real and a local implementation: text messages,
//! e-mail, Google's identities and object storage.
//!
//! Depends on the domain for phone numbers and e-mail addresses; knows no SQL, no Redis and no rules. Every provider is
//! called in the same way: bounded in time, repeated after a failure that may pass (but nothing that may have been sent is
//! sent again), and left alone for a while when it keeps failing.
//!
//! ```no_run
//! use das_tern_integrations::{Integrations, Settings, SetupError};
//!
//! fn outside(settings: &Settings) -> Result<Integrations, SetupError> {
//!     Integrations::connect(settings)
//! }
//! ```
//!
//! To add a provider: implement its trait here over `Calls`, give it settings, and test it against a local server that
//! speaks its protocol.

mod calls;
#[cfg(test)]
mod fake;
mod http;
mod identity;
mod local;
mod mail;
mod objects;
mod settings;
mod sms;

use std::sync::Arc;

pub use identity::{Google, GoogleSettings, Identity, IdentityError, IdentityProvider};
pub use local::{LoggingMessages, NoIdentities};
pub use mail::{Encryption, Mail, MailProvider, MailSettings, Mailer, Smtp};
pub use objects::{MemoryObjects, ObjectEntry, ObjectProvider, ObjectSettings, ObjectStore, Objects, StoredObject};
pub use settings::{ProviderSettings, Settings};
pub use sms::{Sms, SmsProvider, SmsSettings, Twilio};

/// A provider did not do what it was asked. Its text has no phone number, address, message or token in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The provider refuses this request, and would refuse it again.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The provider could not be reached, or failed; later it may succeed.
    #[error("the provider is not available: {0}")]
    Unavailable(String),
}

/// A provider cannot be used as it is set up, such as a folder that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(pub(crate) String);

/// Everything outside that the product talks to. Cheap to clone.
#[derive(Clone)]
pub struct Integrations {
    /// Text messages.
    pub sms: Arc<dyn Sms>,
    /// E-mail.
    pub mailer: Arc<dyn Mailer>,
    /// Who somebody is, as Google says.
    pub identities: Arc<dyn IdentityProvider>,
    /// Files.
    pub objects: Arc<dyn ObjectStore>,
}

impl Integrations {
    /// The outside world as it is set up. Nobody is called yet.
    ///
    /// # Errors
    /// When a provider cannot be used as it is set up.
    pub fn connect(settings: &Settings) -> Result<Self, SetupError> {
        let providers = &settings.providers;
        Ok(Self {
            sms: sms::connect(&settings.sms, providers)?,
            mailer: mail::connect(&settings.mail, providers)?,
            identities: identity::connect(&settings.google, providers)?,
            objects: objects::connect(&settings.objects, providers)?,
        })
    }
}
