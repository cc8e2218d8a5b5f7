//! The outside world of Das Tern, each part behind a small trait with a real and a local implementation: text messages,
//! e-mail, Google's identities and object storage.
//!
//! Depends on the domain for phone numbers and e-mail addresses; knows no SQL, no Redis and no rules. To add a provider:
//! implement its trait here, give it settings, and test it against a local server that speaks its protocol.

mod identity;
mod local;
mod mail;
mod objects;
mod sms;

use std::sync::Arc;

pub use identity::{Identity, IdentityError, IdentityProvider};
pub use local::{LoggingMessages, MemoryObjects, NoIdentities};
pub use mail::{Mail, Mailer};
pub use objects::{ObjectStore, StoredObject};
pub use sms::Sms;

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
