use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Application;
use crate::keys::hex;

/// A key that opens administration. Only its digest is configured; with 256 random bits there is nothing to guess, so a
/// fast digest is as good as a slow one.
pub struct AdministratorKey(String);

impl AdministratorKey {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(hex(&rand::random::<[u8; 32]>()))
    }

    /// The key itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What goes into the configuration.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.0)
    }
}

impl Application {
    /// Whether this key opens administration.
    #[must_use]
    pub fn is_administrator(&self, key: &str) -> bool {
        let expected = self.settings().admin.key_hash.as_deref().unwrap_or_default();
        !expected.is_empty()
            && digest(key)
                .as_bytes()
                .ct_eq(expected.to_ascii_lowercase().as_bytes())
                .into()
    }
}

fn digest(key: &str) -> String {
    hex(&Sha256::digest(key.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_and_its_digest_is_that_of_its_text() {
        let key = AdministratorKey::generate();
        assert_eq!((key.reveal().len(), key.digest().len()), (64, 64));
        assert_ne!(key.digest(), AdministratorKey::generate().digest());
        assert_eq!(
            digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
