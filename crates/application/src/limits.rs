//! How often one may ask (rules §13).

use std::fmt::Display;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use das_tern_cache::Rule;
use das_tern_domain::{Identifier, SessionId, UserId};

use crate::{AccessClaims, Application, Error};

pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitClass {
    /// A request without a token, by its address.
    Anonymous,
    /// Registering, signing in, or a code, by its address.
    Auth,
    /// Any other request, by its user.
    General,
    /// A request of an administrator, which is not counted.
    Administrator,
}

/// Whether a request may go on, and what is left of its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// How many requests the window takes.
    pub limit: u32,
    /// How many are left in it.
    pub remaining: u32,
    /// When the window is empty again, in seconds.
    pub reset_seconds: u64,
    /// Whether the request may go on.
    pub verdict: Verdict,
}

/// Whether a request may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Admitted,
    /// It came too early.
    TooMany {
        /// How long to wait, in seconds.
        retry_after_seconds: u64,
    },
    /// Its session was ended.
    SessionEnded,
}

impl Application {
    /// Counts a request, and asks in the same round trip whether its session was ended.
    pub async fn admit(&self, class: LimitClass, ip: IpAddr, claims: Option<&AccessClaims>) -> Admission {
        let limits = &self.settings().limits;
        if class == LimitClass::Administrator {
            return Admission {
                limit: limits.general_per_minute,
                remaining: limits.general_per_minute,
                reset_seconds: 0,
                verdict: Verdict::Admitted,
            };
        }
        let session = claims.map(|claims| claims.session);
        let mut admission = self.limiter().admit(&[self.rule_of(class, ip, claims)], session).await;
        let is_over = admission.session_revoked;
        if is_over {
            // Whoever goes on with it is as good as somebody without a token.
            admission = self.limiter().admit(&[self.rule_of(class, ip, None)], None).await;
        }
        let verdict = match admission.retry_after_seconds {
            Some(retry_after_seconds) => Verdict::TooMany { retry_after_seconds },
            None if is_over => Verdict::SessionEnded,
            None => Verdict::Admitted,
        };
        Admission {
            limit: admission.limit,
            remaining: admission.remaining,
            reset_seconds: admission.reset_seconds,
            verdict,
        }
    }

    /// Whether a session was ended, as far as Redis knows.
    pub async fn has_ended(&self, session: SessionId) -> bool {
        self.limiter().admit(&[], Some(session)).await.session_revoked
    }

    fn rule_of(&self, class: LimitClass, ip: IpAddr, claims: Option<&AccessClaims>) -> Rule {
        let limits = &self.settings().limits;
        let source = source_of(ip);
        let (key, limit) = match (class, claims) {
            // The epoch is part of it: a token that was ended with all others uses up nothing of what came after it.
            (LimitClass::General, Some(claims)) => (
                format!("user:{}:{}", claims.sub, claims.epoch),
                limits.general_per_minute,
            ),
            (LimitClass::Auth, _) => (format!("auth:{source}"), limits.auth_per_minute_per_ip),
            (LimitClass::General | LimitClass::Anonymous | LimitClass::Administrator, _) => {
                (format!("anonymous:{source}"), limits.anonymous_per_minute_per_ip)
            }
        };
        Rule {
            key,
            limit,
            window: MINUTE,
        }
    }

    /// Counts a login of one identifier from one address. The identifier is kept as a keyed digest: a phone number is no
    /// key to leave lying around.
    pub(crate) async fn limit_login(&self, identifier: &Identifier, ip: IpAddr) -> Result<(), Error> {
        self.limit_identifier("login", identifier, ip).await
    }

    /// The same for another operation, which has a count of its own: whoever registers may still sign in.
    pub(crate) async fn limit_identifier(
        &self,
        operation: &str,
        identifier: &Identifier,
        ip: IpAddr,
    ) -> Result<(), Error> {
        let name = self.identifier_name(identifier);
        let limit = self.settings().limits.auth_per_minute;
        self.admit_one(format!("{operation}:{}:{name}", source_of(ip)), limit, MINUTE)
            .await
    }

    /// Counts what one user does, or one session, by a rule of its own, beside all of their requests.
    pub(crate) async fn limit_one(
        &self,
        operation: &str,
        whose: impl Display,
        limit: u32,
        window: Duration,
    ) -> Result<(), Error> {
        self.admit_one(format!("{operation}:{whose}"), limit, window).await
    }

    /// The same for what comes from one address without a user.
    pub(crate) async fn limit_address(
        &self,
        operation: &str,
        ip: IpAddr,
        limit: u32,
        window: Duration,
    ) -> Result<(), Error> {
        self.admit_one(format!("{operation}:{}", source_of(ip)), limit, window)
            .await
    }

    /// Counts what is sent to one phone number or e-mail address, whoever asks for it.
    pub(crate) async fn limit_contact(
        &self,
        operation: &str,
        contact: &Identifier,
        limit: u32,
        window: Duration,
    ) -> Result<(), Error> {
        let name = self.identifier_name(contact);
        self.admit_one(format!("{operation}:{name}"), limit, window).await
    }

    /// Counts what one user does to another one.
    pub(crate) async fn limit_pair(
        &self,
        operation: &str,
        (user, other): (UserId, UserId),
        limit: u32,
        window: Duration,
    ) -> Result<(), Error> {
        self.admit_one(format!("{operation}:{user}:{other}"), limit, window)
            .await
    }

    async fn admit_one(&self, key: String, limit: u32, window: Duration) -> Result<(), Error> {
        let rule = Rule { key, limit, window };
        let admission = self.limiter().admit(&[rule], None).await;
        match admission.retry_after_seconds {
            Some(seconds) => Err(Error::limited(seconds)
                .with("limit", admission.limit)
                .with("resetAfter", admission.reset_seconds)),
            None => Ok(()),
        }
    }

    /// The name of an identifier among what is counted.
    fn identifier_name(&self, identifier: &Identifier) -> String {
        URL_SAFE_NO_PAD.encode(&self.identifier_digest(identifier)[..12])
    }

    /// The name under which Redis knows an identifier.
    pub(crate) fn identifier_digest(&self, identifier: &Identifier) -> [u8; 32] {
        self.identifier_key().sign(&[identifier.folded().as_bytes()])
    }
}

/// Whom an address is counted as. A host that speaks IPv6 has a network of 2^64 addresses to itself.
fn source_of(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_of_one_host_are_counted_as_one() {
        let source = |text: &str| source_of(text.parse().unwrap()).to_string();
        assert_eq!(source("203.0.113.9"), "203.0.113.9");
        assert_eq!(source("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(source("2001:db8:1:2::"), source("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
    }
}
