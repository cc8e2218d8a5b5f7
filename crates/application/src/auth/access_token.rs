use std::iter;

use das_tern_domain::{Language, SessionId, SubscriptionTier, UserId, UserRole};
use das_tern_persistence::users::Account;
use jsonwebtoken::crypto::verify;
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
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

/// A key whose tokens are accepted.
struct Accepted {
    /// What each of its tokens begins with: the header, which names it and its algorithm, up to the first dot.
    start: String,
    key: DecodingKey,
}

/// Why an access token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusableToken {
    /// It is none of ours.
    #[error("not a token of this server")]
    Foreign,
    /// Its time is over. It was of somebody who reads this language.
    #[error("the token has expired")]
    Expired(Language),
}

impl UnusableToken {
    /// The code of the refusal.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::Foreign => Code::Unauthenticated,
            Self::Expired(_) => Code::TokenExpired,
        }
    }
}

/// Issues and reads access tokens: HS256, the key named by `kid`.
///
/// All tokens of a key have one header, so a token is compared with it where others would read it: whatever else a header
/// may say is refused unread, and a request, of which this is the first part, costs half.
pub(crate) struct AccessTokens {
    header: Header,
    encoding: EncodingKey,
    accepted: Vec<Accepted>,
    issuer: String,
    audience: String,
    ttl_seconds: i64,
}

impl AccessTokens {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        let current = signing_key(&settings.token_key);
        let previous = settings.token_key_previous.as_ref().map(signing_key);
        let keys = iter::once(&current).chain(&previous);
        Self {
            header: header(&current),
            encoding: EncodingKey::from_secret(current.as_bytes()),
            accepted: keys.filter_map(accepted).collect(),
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
    pub(crate) fn read(&self, token: &str, now: OffsetDateTime) -> Result<AccessClaims, UnusableToken> {
        let claims = self.verified(token).ok_or(UnusableToken::Foreign)?;
        if now.unix_timestamp() >= claims.exp {
            return Err(UnusableToken::Expired(claims.language));
        }
        Ok(claims)
    }

    /// The claims of a token that we issued, at whatever time.
    fn verified(&self, token: &str) -> Option<AccessClaims> {
        let (message, signature) = token.rsplit_once('.')?;
        let (start, _) = message.rsplit_once('.')?;
        let accepted = self.accepted.iter().find(|accepted| accepted.start == start)?;
        let is_ours = verify(signature, message.as_bytes(), &accepted.key, Algorithm::HS256);
        if !is_ours.unwrap_or(false) {
            return None;
        }
        // Not insecure: the signature was good.
        let claims: AccessClaims = insecure_decode_claims(token).ok()?;
        (claims.iss == self.issuer && claims.aud == self.audience).then_some(claims)
    }
}

fn signing_key(secret: &SigningSecret) -> Key {
    Key::derive(secret, "access token")
}

fn header(key: &Key) -> Header {
    Header {
        kid: Some(key.name()),
        ..Header::new(Algorithm::HS256)
    }
}

fn accepted(key: &Key) -> Option<Accepted> {
    let secret = EncodingKey::from_secret(key.as_bytes());
    let token = jsonwebtoken::encode(&header(key), &(), &secret).ok()?;
    Some(Accepted {
        start: token.split('.').next()?.to_owned(),
        key: DecodingKey::from_secret(key.as_bytes()),
    })
}
