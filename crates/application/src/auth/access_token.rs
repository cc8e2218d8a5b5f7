use das_tern_domain::{Language, SessionId, SubscriptionTier, UserId, UserRole};
use das_tern_persistence::users::Account;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::keys::Key;
use crate::settings::{AuthSettings, SigningSecret};
use crate::{Code, Error};

/// What an access token says about its bearer (rules §2). What grants access is checked against the database with each
/// request; the claims only say whom to check.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who.
    pub sub: UserId,
    /// As what.
    pub role: UserRole,
    /// With which subscription.
    pub tier: SubscriptionTier,
    /// In which language.
    pub language: Language,
    /// On which signed-in device.
    pub session: SessionId,
    /// The account's token epoch when the token was issued.
    pub epoch: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// Who issued it.
    pub iss: String,
    /// For whom.
    pub aud: String,
}

struct NamedKey {
    name: String,
    decoding: DecodingKey,
}

/// Issues and reads access tokens: HS256, named by `kid`.
pub(crate) struct AccessTokens {
    header: Header,
    encoding: EncodingKey,
    accepted: Vec<NamedKey>,
    validation: Validation,
    issuer: String,
    audience: String,
    ttl_seconds: i64,
}

impl AccessTokens {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let current = signing_key(&settings.token_key);
        let mut accepted = vec![named(&current)];
        accepted.extend(
            settings
                .token_key_previous
                .as_ref()
                .map(|secret| named(&signing_key(secret))),
        );
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.validate_exp = false;
        Self {
            header: Header {
                kid: Some(current.name()),
                ..Header::new(Algorithm::HS256)
            },
            encoding: EncodingKey::from_secret(current.as_bytes()),
            accepted,
            validation,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            ttl_seconds: i64::from(settings.access_ttl_s),
        }
    }

    pub(crate) fn issue(
        &self,
        account: &Account,
        session: SessionId,
        now: OffsetDateTime,
    ) -> Result<SecretString, Error> {
        let iat = now.unix_timestamp();
        let claims = AccessClaims {
            sub: account.id,
            role: account.role,
            tier: account.subscription_tier,
            language: account.language,
            session,
            epoch: account.token_epoch,
            iat,
            exp: iat + self.ttl_seconds,
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.encoding)
            .map(SecretString::from)
            .map_err(Error::internal)
    }

    /// Reads a token. Its time is checked by our clock, not by the library's.
    pub(crate) fn read(&self, token: &str, now: OffsetDateTime) -> Result<AccessClaims, Error> {
        let unreadable = |_| Error::new(Code::Unauthenticated);
        let header = jsonwebtoken::decode_header(token).map_err(unreadable)?;
        let key = self
            .accepted
            .iter()
            .find(|key| Some(&key.name) == header.kid.as_ref())
            .ok_or_else(|| Error::new(Code::Unauthenticated))?;
        let claims = jsonwebtoken::decode::<AccessClaims>(token, &key.decoding, &self.validation)
            .map_err(unreadable)?
            .claims;
        if now.unix_timestamp() >= claims.exp {
            return Err(Error::new(Code::TokenExpired));
        }
        Ok(claims)
    }
}

fn signing_key(secret: &SigningSecret) -> Key {
    Key::derive(secret, "access token")
}

fn named(key: &Key) -> NamedKey {
    NamedKey {
        name: key.name(),
        decoding: DecodingKey::from_secret(key.as_bytes()),
    }
}
