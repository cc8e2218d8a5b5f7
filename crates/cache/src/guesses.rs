//! Wrong guesses in a row at something short, such as a PIN (rules §2).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::Script;

use crate::cache::milliseconds;
use crate::{Error, Redis};

static GUESS: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/guess.lua")));

/// How many entries the stand-in holds before it looks for old ones.
const ROOMY: usize = 10_000;

/// How many guesses may be wrong, and what then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuessPolicy {
    /// Wrong guesses in a row, after which none is checked.
    pub max_failures: u32,
    /// How long none is checked; also how long a wrong guess is remembered.
    pub lock: Duration,
}

/// Counts guesses by their key. Cheap to clone; clones share the stand-in, which counts from zero while Redis is away.
#[derive(Clone)]
pub struct Guesses {
    redis: Redis,
    stand_in: Arc<Mutex<StandIn>>,
}

impl Guesses {
    /// Counts in `redis`. A process has one.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self {
            redis,
            stand_in: Arc::default(),
        }
    }

    /// Counts a guess as wrong before it is checked; in how many seconds another may be made, rounded up, when there have
    /// been too many.
    ///
    /// # Errors
    /// The seconds to wait.
    pub async fn begin(&self, key: &str, policy: GuessPolicy) -> Result<(), u64> {
        let wait = match self.ask_redis(key, policy).await {
            Ok(milliseconds) => Duration::from_millis(milliseconds),
            Err(_) => self.stand_in().begin(key, policy, Instant::now()),
        };
        if wait.is_zero() {
            return Ok(());
        }
        Err(u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX))
    }

    /// Forgets the guesses of a key: the last one was right.
    pub async fn forget(&self, key: &str) {
        self.stand_in().counts.remove(key);
        let command = redis::cmd("DEL").arg(self.redis.key(&name_of(key))).to_owned();
        if let Err(error) = self.redis.query::<u64>(&command).await {
            tracing::debug!(%error, "wrong guesses are not forgotten before their time");
        }
    }

    async fn ask_redis(&self, key: &str, policy: GuessPolicy) -> Result<u64, Error> {
        let mut script = GUESS.key(self.redis.key(&name_of(key)));
        script.arg(policy.max_failures).arg(milliseconds(policy.lock));
        self.redis.run(&script).await
    }

    fn stand_in(&self) -> MutexGuard<'_, StandIn> {
        self.stand_in.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(key: &str) -> String {
    format!("guesses:{key}")
}

#[derive(Default)]
struct StandIn {
    counts: HashMap<String, Count>,
}

struct Count {
    guesses: u32,
    until: Instant,
}

impl StandIn {
    fn begin(&mut self, key: &str, policy: GuessPolicy, now: Instant) -> Duration {
        if self.counts.len() >= ROOMY {
            self.counts.retain(|_, count| count.until > now);
        }
        let fresh = || Count { guesses: 0, until: now };
        let count = self.counts.entry(key.to_owned()).or_insert_with(fresh);
        if count.until <= now {
            count.guesses = 0;
        }
        if count.guesses >= policy.max_failures {
            return count.until.saturating_duration_since(now);
        }
        count.guesses += 1;
        count.until = now + policy.lock;
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: GuessPolicy = GuessPolicy {
        max_failures: 5,
        lock: Duration::from_mins(15),
    };

    #[test]
    fn without_redis_the_sixth_guess_waits_until_the_lock_is_over() {
        let mut stand_in = StandIn::default();
        let now = Instant::now();
        for _ in 0..5 {
            assert_eq!(stand_in.begin("a", POLICY, now), Duration::ZERO);
        }
        assert_eq!(stand_in.begin("a", POLICY, now), POLICY.lock);
        assert_eq!(stand_in.begin("b", POLICY, now), Duration::ZERO);
        let later = now + POLICY.lock;
        for _ in 0..5 {
            assert_eq!(stand_in.begin("a", POLICY, later), Duration::ZERO);
        }
        assert_eq!(stand_in.begin("a", POLICY, later), POLICY.lock);
    }

    #[test]
    fn the_stand_in_makes_room_by_forgetting_what_is_over() {
        let mut stand_in = StandIn::default();
        let now = Instant::now();
        for number in 0..ROOMY {
            stand_in.begin(&number.to_string(), POLICY, now);
        }
        stand_in.begin("one more", POLICY, now + POLICY.lock);
        assert_eq!(stand_in.counts.len(), 1);
    }
}
