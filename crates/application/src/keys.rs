//! The keys that tokens and cursors are signed with, all derived from the one secret of the configuration.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::settings::SigningSecret;

/// A key for one purpose.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key that `secret` gives for `purpose`.
    pub(crate) fn derive(secret: &SigningSecret, purpose: &str) -> Self {
        let whole = Self(Sha256::digest(secret.as_bytes()).into());
        Self(whole.sign(&[purpose.as_bytes()]))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The HMAC-SHA-256 of the parts, each preceded by its length so that no two lists of parts run together.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is the beginning of the parts' HMAC, in constant time.
    pub(crate) fn verifies(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(parts).verify_truncated_left(tag).is_ok()
    }

    /// A short public name of the key, for a token's `kid`.
    pub(crate) fn name(&self) -> String {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(self.0)[..6])
    }

    /// HMAC pads a key with zeros up to its block; doing it here makes every key of the right length by its type.
    fn padded(key: [u8; 32]) -> [u8; 64] {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        block
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&Self::padded(self.0).into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
