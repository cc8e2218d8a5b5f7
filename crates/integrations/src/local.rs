//! What stands in for the outside world on a developer's machine.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use das_tern_domain::{EmailAddress, PhoneNumber};
use time::OffsetDateTime;

use crate::{
    Error, Identity, IdentityError, IdentityProvider, Integrations, Mail, Mailer, ObjectStore, Sms, StoredObject,
};

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

/// Keeps files until the process ends.
#[derive(Default)]
pub struct MemoryObjects(Mutex<HashMap<String, StoredObject>>);

#[async_trait]
impl ObjectStore for MemoryObjects {
    async fn put(&self, key: &str, object: StoredObject) -> Result<(), Error> {
        self.objects().insert(key.to_owned(), object);
        Ok(())
    }

    async fn fetch(&self, key: &str) -> Result<Option<StoredObject>, Error> {
        Ok(self.objects().get(key).cloned())
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        self.objects().remove(key);
        Ok(())
    }
}

impl MemoryObjects {
    fn objects(&self) -> std::sync::MutexGuard<'_, HashMap<String, StoredObject>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Integrations {
    /// An outside world that ends with the process: codes are logged, files are kept in memory, nobody is known to Google.
    #[must_use]
    pub fn local() -> Self {
        use std::sync::Arc;
        Self {
            sms: Arc::new(LoggingMessages),
            mailer: Arc::new(LoggingMessages),
            identities: Arc::new(NoIdentities),
            objects: Arc::new(MemoryObjects::default()),
        }
    }
}
