use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;
use crate::settings::AuthSettings;

/// The salt and digest of a hash that no password is known for; with the cost in front it takes as long to check as a
/// real one.
const NOBODY: &str = "abcdefghijklmnopqrstuuWm3k4qxTcSSCxHXJyBNaI/FZfvDb6PC";

/// The hash was not checked in time.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being checked at once")]
struct Crowded;

/// Checks passwords off the async threads, few at once, so that a crowd of logins leaves the other requests alone.
pub(crate) struct Passwords {
    cost: u32,
    turns: Arc<Semaphore>,
    patience: Duration,
    nobody: String,
}

impl Passwords {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = match settings.hash_concurrency {
            0 => cores.saturating_sub(1).max(1),
            given => given as usize,
        };
        Self {
            cost: settings.bcrypt_cost,
            turns: Arc::new(Semaphore::new(at_once)),
            patience: Duration::from_millis(settings.hash_timeout_ms.into()),
            nobody: format!("$2b${:02}${NOBODY}", settings.bcrypt_cost),
        }
    }

    /// Whether `password` is the one that was hashed. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Error> {
        let turn = self.turn().await?;
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let matches = tokio::task::spawn_blocking(move || {
            let matches = bcrypt::verify(password.expose_secret(), &hash);
            drop(turn);
            matches
        });
        Ok(matches.await.map_err(Error::internal)?.map_err(Error::internal)? && is_known)
    }

    /// The hash of a password or PIN, of at most 72 bytes, to be stored.
    pub(crate) async fn hash(&self, secret: String) -> Result<String, Error> {
        let turn = self.turn().await?;
        let cost = self.cost;
        let hash = tokio::task::spawn_blocking(move || {
            let hash = bcrypt::non_truncating_hash(secret, cost);
            drop(turn);
            hash
        });
        hash.await.map_err(Error::internal)?.map_err(Error::internal)
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        tokio::time::timeout(self.patience, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| Error::unavailable(Crowded))?
            .map_err(Error::internal)
    }
}
