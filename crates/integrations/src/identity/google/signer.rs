//! Somebody who signs tokens as Google does, with keys made for the test.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// An RSA key with a name.
pub(super) struct Signer {
    name: &'static str,
    pair: RsaKeyPair,
}

impl Signer {
    /// The key that most tests sign with. Making one takes a while, so they share it.
    pub(super) fn first() -> &'static Self {
        static KEY: OnceLock<Signer> = OnceLock::new();
        KEY.get_or_init(|| Self::new("first"))
    }

    /// The key that comes after it.
    pub(super) fn second() -> &'static Self {
        static KEY: OnceLock<Signer> = OnceLock::new();
        KEY.get_or_init(|| Self::new("second"))
    }

    fn new(name: &'static str) -> Self {
        Self {
            name,
            pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap(),
        }
    }

    /// The modulus, as it is published.
    pub(super) fn modulus(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().modulus().big_endian_without_leading_zero())
    }

    pub(super) fn published(&self) -> Value {
        let exponent = self
            .pair
            .public_key()
            .exponent()
            .big_endian_without_leading_zero()
            .to_vec();
        json!({
            "kid": self.name, "kty": "RSA", "use": "sig", "alg": "RS256",
            "n": self.modulus(), "e": URL_SAFE_NO_PAD.encode(exponent),
        })
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as("RS256", claims)
    }

    pub(super) fn sign_as(&self, algorithm: &str, claims: &Value) -> String {
        let header = json!({ "alg": algorithm, "kid": self.name, "typ": "JWT" });
        let [header, claims] = [&header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let encoding = match algorithm {
            "RS512" => &RSA_PKCS1_SHA512,
            _ => &RSA_PKCS1_SHA256,
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(encoding, &random, signed.as_bytes(), &mut signature)
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A set of keys, as it is published.
pub(super) fn set(signers: &[&Signer]) -> String {
    json!({ "keys": signers.iter().map(|signer| signer.published()).collect::<Vec<_>>() }).to_string()
}
