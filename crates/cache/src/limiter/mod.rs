//! How often something may happen, in sliding windows (rules §13).

mod stand_in;

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use das_tern_domain::SessionId;
use redis::Script;

use crate::cache::milliseconds;
use crate::sessions::ended_key;
use crate::{Error, Redis};
use stand_in::StandIn;

static ADMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("../lua/admit.lua")));

/// At most `limit` within any `window`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What is counted, such as `user:{id}`. One key always goes with one window.
    pub key: String,
    /// How many are admitted.
    pub limit: u32,
    /// Within how long.
    pub window: Duration,
}

/// Whether a request may go on, and how much its tightest rule leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// The limit of the rule that is closest to refusing, or refuses for longest.
    pub limit: u32,
    /// How many more it will admit now.
    pub remaining: u32,
    /// In how many seconds its window is empty, rounded up.
    pub reset_seconds: u64,
    /// In how many seconds it will admit another, rounded up; nothing, when the request may go on.
    pub retry_after_seconds: Option<u64>,
    /// Whether the session that was asked about has ended. Without Redis nobody knows, and the answer is no.
    pub session_revoked: bool,
}

/// What one window says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    reset: Duration,
    wait: Option<Duration>,
}

/// Admits requests. Cheap to clone; clones share the stand-in.
///
/// A refused request counts in none of its windows, so that somebody who keeps asking gets in as soon as there is room.
/// While Redis is away each process counts for itself, by the same rules, from zero.
#[derive(Clone)]
pub struct Limiter {
    redis: Redis,
    stand_in: Arc<Mutex<StandIn>>,
}

impl Limiter {
    /// A limiter that counts in `redis`. A process has one.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            stand_in: Arc::default(),
        }
    }

    /// Counts a request in all of `rules`, or in none when one of them refuses it, or when `session` was ended, which is asked
    /// in the same round trip. Without rules everything is admitted.
    pub async fn admit(&self, rules: &[Rule], session: Option<SessionId>) -> Admission {
        if let Ok((standings, session_revoked)) = self.ask_redis(rules, session).await {
            return Admission::of(&standings, session_revoked);
        }
        let mut stand_in = self.stand_in.lock().unwrap_or_else(PoisonError::into_inner);
        Admission::of(&stand_in.admit(rules, Instant::now()), false)
    }

    async fn ask_redis(&self, rules: &[Rule], session: Option<SessionId>) -> Result<(Vec<Standing>, bool), Error> {
        let mut script = ADMIT.prepare_invoke();
        for rule in rules {
            script.key(self.redis.key(&format!("limit:{}", rule.key)));
            script.arg(rule.limit).arg(milliseconds(rule.window));
        }
        if let Some(session) = session {
            script.key(self.redis.key(&ended_key(session)));
        }
        let answer: Vec<i64> = self.redis.run(&script).await?;
        let (ended, windows) = answer.split_first().unwrap_or((&0, &[]));
        let standings = rules
            .iter()
            .zip(windows.chunks_exact(3))
            .map(|(rule, window)| Standing {
                limit: rule.limit,
                remaining: u32::try_from(window[0]).unwrap_or(0),
                reset: duration(window[1]).unwrap_or_default(),
                wait: duration(window[2]),
            });
        Ok((standings.collect(), *ended == 1))
    }
}

impl Admission {
    fn of(standings: &[Standing], session_revoked: bool) -> Self {
        let tightest = standings
            .iter()
            .min_by_key(|standing| (std::cmp::Reverse(standing.wait), standing.remaining));
        let unlimited = Standing {
            limit: u32::MAX,
            remaining: u32::MAX,
            reset: Duration::ZERO,
            wait: None,
        };
        let standing = tightest.unwrap_or(&unlimited);
        Self {
            limit: standing.limit,
            remaining: standing.remaining,
            reset_seconds: whole_seconds(standing.reset),
            retry_after_seconds: standing.wait.map(|wait| whole_seconds(wait).max(1)),
            session_revoked,
        }
    }
}

fn duration(milliseconds: i64) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

fn whole_seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(limit: u32, remaining: u32, wait: Option<u64>) -> Standing {
        let wait = wait.map(Duration::from_millis);
        Standing {
            limit,
            remaining,
            reset: Duration::from_millis(1001),
            wait,
        }
    }

    #[test]
    fn the_rule_that_leaves_least_is_the_one_that_is_told() {
        let admission = Admission::of(&[standing(30, 20, None), standing(5, 4, None)], false);
        assert_eq!(
            (admission.limit, admission.remaining, admission.reset_seconds),
            (5, 4, 2)
        );
        assert_eq!(admission.retry_after_seconds, None);
    }

    #[test]
    fn of_two_refusals_the_longer_is_told() {
        let standings = [
            standing(30, 0, Some(1500)),
            standing(5, 0, Some(40_000)),
            standing(9, 0, None),
        ];
        let admission = Admission::of(&standings, false);
        assert_eq!((admission.limit, admission.retry_after_seconds), (5, Some(40)));
    }

    #[test]
    fn a_wait_is_never_zero_seconds() {
        assert_eq!(
            Admission::of(&[standing(5, 0, Some(0))], false).retry_after_seconds,
            Some(1)
        );
    }
}
