use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bcrypt::{BcryptResult, HashParts};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use crate::Error;
use crate::settings::AuthSettings;
use crate::turns::Turns;

/// The salt and digest of a hash that no password is known for; with the cost in front it takes as long to check as a
/// real one.
const NOBODY: &str = "abcdefghijklmnopqrstuuWm3k4qxTcSSCxHXJyBNaI/FZfvDb6PC";

/// Hashes and checks passwords and PINs off the async threads, few at once, so that a crowd of logins leaves the other
/// requests alone.
pub(crate) struct Passwords {
    turns: Turns,
    cost: u32,
    nobody: String,
    discarded: OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_once = match settings.hash_concurrency {
            0 => cores.saturating_sub(1).max(1),
            given => given as usize,
        };
        Self {
            turns: Turns::new(at_once, settings.hash_timeout_ms),
            cost: settings.bcrypt_cost,
            nobody: format!("$2b${:02}${NOBODY}", settings.bcrypt_cost),
            discarded: OnceCell::new(),
        }
    }

    /// Whether `password` is the one that was hashed. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Error> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let matches = self
            .in_turn(move || bcrypt::verify(password.expose_secret(), &hash))
            .await?;
        Ok(matches && is_known)
    }

    /// The hash of a password or PIN, of at most 72 bytes, to be stored.
    pub(crate) async fn hash(&self, secret: String) -> Result<String, Error> {
        let cost = self.cost;
        self.in_turn(move || bcrypt::non_truncating_hash(secret, cost)).await
    }

    /// The hash of a secret that was thrown away, for accounts that no password opens. It takes as long to check as any
    /// other, and is made once: it gives away no more than that these accounts have no password.
    pub(crate) async fn hash_of_nobody(&self) -> Result<String, Error> {
        let secret: [u8; 32] = rand::random();
        let hashing = || self.hash(URL_SAFE_NO_PAD.encode(secret));
        self.discarded.get_or_try_init(hashing).await.cloned()
    }

    /// Whether a hash was made when hashes cost less than they do now.
    pub(crate) fn is_outdated(&self, hash: &str) -> bool {
        hash.parse::<HashParts>()
            .is_ok_and(|parts| parts.get_cost() < self.cost)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> BcryptResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.turns.run(work).await?.map_err(Error::internal)
    }
}
