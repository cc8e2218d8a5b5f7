use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bcrypt::{BcryptResult, HashParts};
use das_tern_domain::MAX_PASSWORD_BYTES;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use crate::Error;
use crate::settings::AuthSettings;
use crate::turns::Turns;

/// The salt and digest of a hash that no password is known for; with the cost in front it takes as long to check as a
/// real one.
const NOBODY: &str = "abcdefghijklmnopqrstuuWm3k4qxTcSSCxHXJyBNaI/FZfvDb6PC";

/// A hash of a cost that no password is known for.
fn nobody(cost: u32) -> String {
    format!("$2b${cost:02}${NOBODY}")
}

/// The costs that a hash lacks to what hashes cost now. Each doubles the time, so that checking one of its own cost and one of
/// each of these takes exactly as long as checking one of the present cost.
fn rest_of(hash: &str, cost: u32) -> Range<u32> {
    let own = hash.parse::<HashParts>().map_or(cost, |parts| parts.get_cost());
    own..cost
}

/// Hashes and checks passwords and PINs off the async threads, few at once, so that a crowd of logins leaves the other
/// requests alone.
pub(crate) struct Passwords {
    turns: Turns,
    cost: u32,
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
            discarded: OnceCell::new(),
        }
    }

    /// Whether `password` is the one that was hashed. Without a hash the answer is no, after the same time.
    pub(crate) async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, Error> {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| nobody(self.cost));
        let rest = rest_of(&hash, self.cost);
        let check = move || {
            let password = password.expose_secret();
            // The hash is over so many bytes, and would match whatever follows them.
            let is_possible = password.len() <= MAX_PASSWORD_BYTES;
            let matches = bcrypt::verify(password, &hash)? && is_possible;
            // A right password shows itself anyway, and is hashed again.
            if !matches {
                for cost in rest {
                    bcrypt::verify(password, &nobody(cost))?;
                }
            }
            Ok(matches)
        };
        Ok(self.in_turn(check).await? && is_known)
    }

    /// The hash of a password or PIN, of at most 72 bytes, to be stored.
    pub(crate) async fn hash(&self, secret: String) -> Result<String, Error> {
        let cost = self.cost;
        if secret.len() > MAX_PASSWORD_BYTES {
            return Err(Error::internal("a password is longer than what its hash is over"));
        }
        self.in_turn(move || bcrypt::hash(secret, cost)).await
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
        !rest_of(hash, self.cost).is_empty()
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> BcryptResult<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.turns.run(work).await?.map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checking_an_old_hash_takes_as_long_as_checking_a_new_one() {
        for own in 10..=13 {
            let rest: u64 = rest_of(&nobody(own), 13).map(|cost| 1 << cost).sum();
            assert_eq!((1 << own) + rest, 1 << 13);
        }
        assert!(rest_of(&nobody(14), 13).is_empty());
        assert!(bcrypt::verify("anything", &nobody(10)).is_ok_and(|matches| !matches));
    }
}
