use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use das_tern_domain::{SessionId, UserId};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::keys::Key;
use crate::settings::{AuthSettings, SigningSecret};
use crate::{Code, Error};

const TAG_BYTES: usize = 16;
const BODY_BYTES: usize = 16 + 16 + 8 + 32;

/// A refresh token: whose session, of which token epoch, and 256 bits that only its holder knows.
///
/// The tag shows that we issued it, so that a made-up token never reaches the store and cannot end a session as a
/// stolen one would.
#[derive(Clone)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    pub(crate) user: UserId,
    pub(crate) epoch: i64,
    secret: [u8; 32],
}

impl RefreshToken {
    pub(crate) fn new(session: SessionId, user: UserId, epoch: i64, secret: [u8; 32]) -> Self {
        Self {
            session,
            user,
            epoch,
            secret,
        }
    }

    /// What the store keeps of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }

    fn body(&self) -> Vec<u8> {
        let parts: [&[u8]; 4] = [
            self.session.0.as_bytes(),
            self.user.0.as_bytes(),
            &self.epoch.to_be_bytes(),
            &self.secret,
        ];
        parts.concat()
    }
}

/// Writes, reads and succeeds refresh tokens.
pub(crate) struct RefreshTokens {
    current: RefreshKeys,
    previous: Option<RefreshKeys>,
}

struct RefreshKeys {
    tag: Key,
    successor: Key,
}

impl RefreshKeys {
    fn derive(secret: &SigningSecret) -> Self {
        Self {
            tag: Key::derive(secret, "refresh token"),
            successor: Key::derive(secret, "refresh token successor"),
        }
    }
}

impl RefreshTokens {
    pub(crate) fn new(settings: &AuthSettings) -> Self {
        Self {
            current: RefreshKeys::derive(&settings.token_key),
            previous: settings.token_key_previous.as_ref().map(RefreshKeys::derive),
        }
    }

    /// The token as the client carries it.
    pub(crate) fn write(&self, token: &RefreshToken) -> SecretString {
        let mut bytes = token.body();
        let tag = self.current.tag.sign(&[&bytes]);
        bytes.extend_from_slice(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes).into()
    }

    /// Reads a token that we issued.
    pub(crate) fn read(&self, text: &str) -> Result<RefreshToken, Error> {
        let unknown = || Error::new(Code::Unauthenticated);
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
        if bytes.len() != BODY_BYTES + TAG_BYTES {
            return Err(unknown());
        }
        let (body, tag) = bytes.split_at(BODY_BYTES);
        let is_ours = |keys: &RefreshKeys| keys.tag.verifies(&[body], tag);
        if !is_ours(&self.current) && !self.previous.as_ref().is_some_and(is_ours) {
            return Err(unknown());
        }
        parse_body(body).ok_or_else(unknown)
    }

    /// The token that follows: the same for everyone who asks with the same token, so that an app that refreshes twice
    /// at once goes on with one session.
    pub(crate) fn successor(&self, token: &RefreshToken) -> RefreshToken {
        RefreshToken {
            secret: self.current.successor.sign(&[&token.body()]),
            ..token.clone()
        }
    }
}

fn parse_body(body: &[u8]) -> Option<RefreshToken> {
    let (session, rest) = body.split_first_chunk::<16>()?;
    let (user, rest) = rest.split_first_chunk::<16>()?;
    let (epoch, rest) = rest.split_first_chunk::<8>()?;
    Some(RefreshToken {
        session: SessionId(Uuid::from_bytes(*session)),
        user: UserId(Uuid::from_bytes(*user)),
        epoch: i64::from_be_bytes(*epoch),
        secret: rest.try_into().ok()?,
    })
}
