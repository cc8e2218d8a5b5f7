use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use das_tern_domain::{ConnectionOfferId, OfferKind};

use crate::keys::{Key, hex};
use crate::settings::SigningSecret;

/// 32 letters and digits, without those that are taken for each other: 0 and O, 1 and I.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How long a connection code is: 40 bits.
const CODE_LENGTH: usize = 8;
/// How many random-looking bytes an invitation's token has.
const INVITATION_BYTES: usize = 24;

/// Derives the tokens of offers, and what is stored of them.
///
/// A token is a MAC of its offer's id, so that whoever made it can be shown it again, and the database, which has the id,
/// cannot make it. What is stored to find an offer by is a MAC of the token.
pub(crate) struct OfferKeys {
    token: Key,
    lookup: Key,
}

impl OfferKeys {
    pub(crate) fn derive(secret: &SigningSecret) -> Self {
        Self {
            token: Key::derive(secret, "connection offer"),
            lookup: Key::derive(secret, "connection offer lookup"),
        }
    }

    /// The token of an offer.
    pub(super) fn token(&self, id: ConnectionOfferId, kind: OfferKind) -> String {
        if kind.is_invitation() {
            let bytes = self.token.sign(&[b"invitation", id.0.as_bytes()]);
            return URL_SAFE_NO_PAD.encode(&bytes[..INVITATION_BYTES]);
        }
        let bytes = self.token.sign(&[b"code", id.0.as_bytes()]);
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
        bytes[..CODE_LENGTH].iter().map(letter).collect()
    }

    /// What an offer is found by.
    pub(super) fn mac(&self, token: &str) -> String {
        hex(&self.lookup.sign(&[read(token).as_bytes()])[..16])
    }
}

/// A code is read in any case, with the spaces and hyphens that people put into it.
fn read(token: &str) -> String {
    let token = token.trim();
    let plain: String = token.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if plain.chars().count() == CODE_LENGTH {
        plain.to_ascii_uppercase()
    } else {
        token.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn keys(secret: &str) -> OfferKeys {
        OfferKeys::derive(&secret.into())
    }

    fn id(number: u128) -> ConnectionOfferId {
        ConnectionOfferId(Uuid::from_u128(number))
    }

    #[test]
    fn a_code_has_eight_letters_that_nobody_confuses_and_an_invitation_192_bits() {
        let keys = keys("a secret");
        for number in 0..200 {
            let code = keys.token(id(number), OfferKind::Code);
            assert_eq!(code.len(), CODE_LENGTH);
            assert!(code.bytes().all(|byte| ALPHABET.contains(&byte)), "{code}");
        }
        assert!(!ALPHABET.iter().any(|byte| b"01IO".contains(byte)));
        assert_eq!(keys.token(id(1), OfferKind::Phone).len(), 32);
    }

    #[test]
    fn a_token_is_the_same_again_and_another_one_for_another_id_or_secret() {
        let one = keys("a secret").token(id(1), OfferKind::Code);
        assert_eq!(one, keys("a secret").token(id(1), OfferKind::Code));
        assert_ne!(one, keys("a secret").token(id(2), OfferKind::Code));
        assert_ne!(one, keys("another").token(id(1), OfferKind::Code));
    }

    #[test]
    fn a_code_is_found_however_it_is_typed_and_an_invitation_only_as_it_is() {
        let keys = keys("a secret");
        let mac = keys.mac("ABCD2345");
        for typed in ["abcd2345", " ABCD-2345 ", "abcd 2345"] {
            assert_eq!(keys.mac(typed), mac, "{typed}");
        }
        let token = keys.token(id(1), OfferKind::Email);
        assert_eq!(keys.mac(&format!(" {token}\n")), keys.mac(&token));
        assert_ne!(keys.mac(&token.to_ascii_uppercase()), keys.mac(&token));
    }
}
