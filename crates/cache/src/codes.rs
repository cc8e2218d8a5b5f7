//! One-time codes (rules §2): which was sent, how often, and how often it was guessed.
//!
//! Neither an identifier nor a code is ever stored: both come as MACs, under keys that are not in Redis, since four digits
//! would be found at once by trying. All that is known of an identifier is one hash, so that its limits hold for the
//! codes of every purpose together.

use std::sync::LazyLock;
use std::time::Duration;

use das_tern_domain::{Channel, CodePolicy, CodePurpose};
use redis::Script;
use time::OffsetDateTime;

use crate::cache::milliseconds;
use crate::sessions::{hex, instant};
use crate::{Error, Redis};

static ISSUE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/issue_code.lua")));
static REDIRECT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/redirect_code.lua")));
static VERIFY: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/verify_code.lua")));

const HOUR: Duration = Duration::from_hours(1);

/// A code of an identifier.
#[derive(Debug, Clone)]
pub struct CodeRequest {
    /// The MAC of the phone number or e-mail address.
    pub identifier: [u8; 32],
    /// What the code is good for.
    pub purpose: CodePurpose,
    /// The MAC of identifier, purpose, account and code.
    pub code: [u8; 32],
    /// Now.
    pub now: OffsetDateTime,
}

/// Whether a code may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issued {
    /// It may, and is remembered.
    Sent {
        /// The places of the identifiers that it is known by.
        places: Vec<usize>,
    },
    /// The one before it was sent a moment ago.
    CoolingDown {
        /// In how many seconds the next may be sent, rounded up.
        retry_after_seconds: u64,
    },
    /// Too many were sent within the hour.
    TooMany {
        /// In how many seconds the next may be sent, rounded up.
        retry_after_seconds: u64,
    },
    /// Too many wrong codes were tried.
    Locked {
        /// In how many seconds the lock ends, rounded up.
        retry_after_seconds: u64,
    },
}

/// What became of a presented code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It is the one that was sent, and is used up now.
    Accepted {
        /// The way that it went.
        channel: Channel,
    },
    /// It is not, or there is none.
    Wrong {
        /// How many wrong ones may follow before the identifier's codes are locked.
        tries_left: u64,
    },
    /// The one that was sent is not good any more.
    Expired,
    /// Too many wrong codes were tried.
    Locked {
        /// In how many seconds the lock ends, rounded up.
        retry_after_seconds: u64,
    },
}

/// Keeps one-time codes. Redis may lose them at any time, which costs their owners a new one.
#[derive(Clone)]
pub struct CodeStore {
    redis: Redis,
    policy: CodePolicy,
}

impl CodeStore {
    /// A store in `redis`.
    #[must_use]
    pub fn new(redis: Redis, policy: CodePolicy) -> Self {
        Self { redis, policy }
    }

    /// Remembers a code that is about to be sent by `channel`, for each identifier that it is to be known by, in place of the
    /// one before it. Where that comes too early for one of the first `required`, nothing changes for any; one of the others
    /// is only left out. All are of one purpose and one moment.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn issue(&self, requests: &[CodeRequest], required: usize, channel: Channel) -> Result<Issued, Error> {
        let Some(first) = requests.first() else {
            return Ok(Issued::Sent { places: Vec::new() });
        };
        let mut script = ISSUE.prepare_invoke();
        script.arg(required).arg(first.purpose.name()).arg(channel.name());
        script.arg(instant(first.now));
        for duration in [self.policy.validity, self.policy.cool_down] {
            script.arg(whole_milliseconds(duration));
        }
        script.arg(self.policy.sends_per_hour).arg(milliseconds(HOUR));
        script.arg(self.memory());
        for request in requests {
            script.key(self.key(request)).arg(hex(&request.code));
        }
        let (verdict, wait, places): (String, u64, Vec<usize>) = self.redis.run(&script).await?;
        let retry_after_seconds = seconds(wait);
        Ok(match verdict.as_str() {
            "issued" => Issued::Sent { places },
            "cooling" => Issued::CoolingDown { retry_after_seconds },
            "too many" => Issued::TooMany { retry_after_seconds },
            _ => Issued::Locked { retry_after_seconds },
        })
    }

    /// Remembers another code in place of one that was not sent, which is sent by `channel` instead: whether that one was
    /// still good. It counts as the same, and is good for as long as that would have been.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn redirect(&self, unsent: &CodeRequest, code: [u8; 32], channel: Channel) -> Result<bool, Error> {
        let mut script = REDIRECT.key(self.key(unsent));
        script.arg(unsent.purpose.name()).arg(hex(&unsent.code));
        script.arg(hex(&code)).arg(channel.name());
        self.redis.run(&script).await
    }

    /// Compares a code with the one that was sent. Of many at once, one is accepted.
    ///
    /// # Errors
    /// While Redis is away.
    pub async fn verify(&self, request: &CodeRequest) -> Result<Verified, Error> {
        let mut script = VERIFY.key(self.key(request));
        script.arg(request.purpose.name()).arg(hex(&request.code));
        script.arg(instant(request.now)).arg(self.policy.max_tries);
        script.arg(whole_milliseconds(self.policy.lock)).arg(self.memory());
        let (verdict, rest): (String, u64) = self.redis.run(&script).await?;
        let accepted = [Channel::Sms, Channel::Mail]
            .into_iter()
            .find(|channel| channel.name() == verdict);
        if let Some(channel) = accepted {
            return Ok(Verified::Accepted { channel });
        }
        Ok(match verdict.as_str() {
            "expired" => Verified::Expired,
            "wrong" => Verified::Wrong { tries_left: rest },
            _ => Verified::Locked {
                retry_after_seconds: seconds(rest),
            },
        })
    }

    fn key(&self, request: &CodeRequest) -> String {
        self.redis.key(&format!("code:{}", hex(&request.identifier)))
    }

    /// As long as anything that is remembered still counts.
    fn memory(&self) -> u64 {
        let longest = self.policy.validity.max(self.policy.cool_down).max(self.policy.lock);
        whole_milliseconds(longest).max(milliseconds(HOUR))
    }
}

fn whole_milliseconds(duration: time::Duration) -> u64 {
    u64::try_from(duration.whole_milliseconds()).unwrap_or(0)
}

fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1_000)
}
