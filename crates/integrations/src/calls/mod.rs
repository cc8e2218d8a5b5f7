//! How every provider is called: again after a failure that may pass, and not at all while it keeps failing.

mod breaker;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use breaker::Now;

use crate::{Error, ProviderSettings};
use breaker::Breaker;

/// What a second try could do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Doing it twice is the same as doing it once.
    Idempotent,
    /// Doing it twice is wrong, such as sending a message.
    Once,
}

/// Why one attempt came to nothing, without anything personal in it.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    why: String,
    /// How long the provider wants to be left alone.
    wait: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The provider is well, and will never do this.
    Refused,
    /// The provider is well, and does not do this now.
    Busy,
    /// The provider is away or ill, and has not done it.
    Undone,
    /// The provider is away or ill, and may have done it all the same.
    Unclear,
    /// The provider was not asked.
    LeftAlone,
}

impl Failure {
    fn new(kind: Kind, why: impl Into<String>) -> Self {
        Self {
            kind,
            why: why.into(),
            wait: None,
        }
    }

    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::new(Kind::Refused, why)
    }

    pub(crate) fn busy(why: impl Into<String>) -> Self {
        Self::new(Kind::Busy, why)
    }

    pub(crate) fn undone(why: impl Into<String>) -> Self {
        Self::new(Kind::Undone, why)
    }

    pub(crate) fn unclear(why: impl Into<String>) -> Self {
        Self::new(Kind::Unclear, why)
    }

    pub(crate) fn after(self, wait: Option<Duration>) -> Self {
        Self { wait, ..self }
    }

    /// The provider's own number for it.
    pub(crate) fn with_code(self, code: u32) -> Self {
        let why = format!("{} ({code})", self.why);
        Self { why, ..self }
    }

    fn outcome(&self) -> &'static str {
        match self.kind {
            Kind::Refused => "refused",
            Kind::Busy => "busy",
            Kind::Undone => "failed",
            Kind::Unclear => "unclear",
            Kind::LeftAlone => "left_alone",
        }
    }

    fn may_pass(&self, effect: Effect) -> bool {
        match self.kind {
            Kind::Busy | Kind::Undone => true,
            Kind::Unclear => effect == Effect::Idempotent,
            Kind::Refused | Kind::LeftAlone => false,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            Kind::Refused => Self::Refused(failure.why),
            _ => Self::Unavailable(failure.why),
        }
    }
}

/// The calls to one provider.
pub(crate) struct Calls {
    provider: &'static str,
    settings: ProviderSettings,
    breaker: Breaker,
}

impl Calls {
    pub(crate) fn new(provider: &'static str, settings: &ProviderSettings) -> Self {
        Self::with_clock(provider, settings, Arc::new(Instant::now))
    }

    pub(crate) fn with_clock(provider: &'static str, settings: &ProviderSettings, now: Now) -> Self {
        let pause = Duration::from_secs(settings.breaker_pause_s.into());
        Self {
            provider,
            settings: settings.clone(),
            breaker: Breaker::new(provider, settings.breaker_failures, pause, now),
        }
    }

    /// Attempts something until it is done, is refused, or has failed too often.
    pub(crate) async fn run<T, F, A>(&self, effect: Effect, attempt: F) -> Result<T, Error>
    where
        F: Fn() -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let mut failure = match self.once(&attempt).await {
            Ok(done) => return Ok(done),
            Err(failure) => failure,
        };
        let mut attempts = 1;
        while failure.may_pass(effect)
            && let Some(pause) = self.pause(&failure, attempts)
        {
            tokio::time::sleep(pause).await;
            failure = match self.once(&attempt).await {
                Ok(done) => return Ok(done),
                // What happened says more than that nothing was tried after it.
                Err(next) if next.kind == Kind::LeftAlone => break,
                Err(next) => next,
            };
            attempts += 1;
        }
        Err(failure.into())
    }

    async fn once<T, F, A>(&self, attempt: &F) -> Result<T, Failure>
    where
        F: Fn() -> A,
        A: Future<Output = Result<T, Failure>>,
    {
        let Some(turn) = self.breaker.admit() else {
            let failure = Failure::new(Kind::LeftAlone, "it failed too often and is left alone for a while");
            self.count(failure.outcome());
            return Err(failure);
        };
        let done = attempt().await;
        match &done {
            Ok(_) => self.count("ok"),
            Err(failure) => self.count(failure.outcome()),
        }
        match &done {
            Err(failure) if matches!(failure.kind, Kind::Undone | Kind::Unclear) => turn.failed(),
            _ => turn.answered(),
        }
        done
    }

    /// How long to wait for the next attempt; none when there is no next one.
    fn pause(&self, failure: &Failure, attempts: u32) -> Option<Duration> {
        if attempts >= self.settings.attempts {
            return None;
        }
        let longest = Duration::from_millis(self.settings.backoff_max_ms.into());
        let shortest = Duration::from_millis(self.settings.backoff_min_ms.into());
        let doubled = shortest.saturating_mul(2_u32.saturating_pow(attempts - 1)).min(longest);
        // Callers that failed together do not come back together.
        let backoff = doubled.mul_f64(0.5 + rand::random::<f64>() / 2.0);
        let asked = failure.wait.unwrap_or_default();
        // Whoever wants to be left alone for longer than anybody waits is left alone.
        let is_bearable = asked <= Duration::from_millis(self.settings.retry_after_max_ms.into());
        is_bearable.then(|| backoff.max(asked))
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("provider_calls_total", "provider" => self.provider, "outcome" => outcome).increment(1);
    }
}

#[cfg(test)]
mod tests;
