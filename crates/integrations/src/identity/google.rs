use async_trait::async_trait;
use das_tern_domain::EmailAddress;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use time::OffsetDateTime;

use super::keys::Keys;
use super::{GoogleSettings, Identity, IdentityError, IdentityProvider};
use crate::{ProviderSettings, SetupError};

/// The longest token that is read, in bytes.
const LONGEST_TOKEN: usize = 16 << 10;
/// The longest id of an account, in characters, as Google promises.
const LONGEST_SUBJECT: usize = 255;

/// Checks Google's ID tokens against the keys that Google publishes.
///
/// A token counts when it is signed with RS256 by one of the keys, for one of our apps, in Google's name, within its time by
/// the caller's clock, and for an address that Google has verified. While the keys cannot be had, nobody can tell.
pub struct Google {
    keys: Keys,
    settings: GoogleSettings,
    validation: Validation,
}

/// What a token says, as far as it is believed.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    email: Option<String>,
    email_verified: Option<Verified>,
    given_name: Option<String>,
    family_name: Option<String>,
}

/// Google writes it both ways.
#[derive(Deserialize)]
#[serde(untagged)]
enum Verified {
    Flag(bool),
    Text(String),
}

impl Google {
    /// Over Google's keys. Nobody is called yet.
    ///
    /// # Errors
    /// When there can be no HTTP client.
    pub fn new(settings: &GoogleSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        let mut validation = Validation::new(Algorithm::RS256);
        // The library would ask the machine's clock; all claims are checked here.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            keys: Keys::new(settings, providers)?,
            settings: settings.clone(),
            validation,
        })
    }

    fn check(&self, claims: &Claims, now: OffsetDateTime) -> Result<(), IdentityError> {
        let (now, skew) = (now.unix_timestamp(), i64::from(self.settings.clock_skew_s));
        let is_verified = match &claims.email_verified {
            Some(Verified::Flag(is_verified)) => *is_verified,
            Some(Verified::Text(text)) => text == "true",
            None => false,
        };
        let subject = &claims.sub;
        let faults = [
            (!self.settings.issuers.contains(&claims.iss), "issued by somebody else"),
            (
                !self.settings.audiences.contains(&claims.aud),
                "meant for somebody else",
            ),
            (now >= claims.exp.saturating_add(skew), "expired"),
            (claims.iat > now.saturating_add(skew), "issued in the future"),
            (
                claims.nbf.is_some_and(|from| from > now.saturating_add(skew)),
                "not good yet",
            ),
            (
                subject.is_empty() || subject.len() > LONGEST_SUBJECT || !subject.bytes().all(|b| b.is_ascii_graphic()),
                "for an account without an id",
            ),
            (!is_verified, "for an address that is not verified"),
        ];
        let fault = faults.into_iter().find(|(is_there, _)| *is_there);
        fault.map_or(Ok(()), |(_, what)| Err(invalid(what)))
    }
}

#[async_trait]
impl IdentityProvider for Google {
    async fn verify(&self, id_token: &str, now: OffsetDateTime) -> Result<Identity, IdentityError> {
        if id_token.len() > LONGEST_TOKEN {
            return Err(invalid("too long"));
        }
        let header = decode_header(id_token).map_err(|_| invalid("no token"))?;
        // Before any key is looked for: a made-up token costs nobody a request.
        if header.alg != Algorithm::RS256 {
            return Err(invalid("signed in another way"));
        }
        let name = header.kid.ok_or_else(|| invalid("signed with a key without a name"))?;
        let key = self.keys.find(&name, now).await?;
        let token = decode::<Claims>(id_token, &key, &self.validation);
        let claims = token
            .map_err(|_| invalid("not signed by the provider, or without its claims"))?
            .claims;
        self.check(&claims, now)?;
        let email: Option<EmailAddress> = claims.email.as_deref().and_then(|email| email.parse().ok());
        Ok(Identity {
            subject: claims.sub,
            email: email.ok_or_else(|| invalid("without an address"))?,
            given_name: claims.given_name,
            family_name: claims.family_name,
        })
    }
}

fn invalid(what: &str) -> IdentityError {
    IdentityError::Invalid(what.to_owned())
}

#[cfg(test)]
mod signer;
#[cfg(test)]
mod tests;
