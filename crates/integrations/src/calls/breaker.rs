//! A circuit breaker: after some failures in a row a provider is left alone for a while, then one call tries it out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tells how time goes by.
pub(crate) type Now = Arc<dyn Fn() -> Instant + Send + Sync>;

pub(crate) struct Breaker {
    provider: &'static str,
    /// Failures in a row that open it.
    threshold: u32,
    /// How long it stays open.
    pause: Duration,
    now: Now,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One call is out to see whether the provider is back.
    Probing,
}

impl Breaker {
    pub(crate) fn new(provider: &'static str, threshold: u32, pause: Duration, now: Now) -> Self {
        Self {
            provider,
            threshold,
            pause,
            now,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// A turn to call; none while the provider is left alone.
    pub(crate) fn admit(&self) -> Option<Turn<'_>> {
        let mut state = self.state();
        let is_probe = match *state {
            State::Closed { .. } => false,
            State::Open { until } if (self.now)() >= until => {
                self.change(&mut state, State::Probing);
                true
            }
            State::Open { .. } | State::Probing => return None,
        };
        Some(Turn {
            breaker: self,
            is_probe,
            is_over: false,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, state: &mut State, next: State) {
        *state = next;
        let level = match next {
            State::Closed { .. } => 0.0,
            State::Probing => 1.0,
            State::Open { .. } => 2.0,
        };
        metrics::gauge!("provider_breaker_state", "provider" => self.provider).set(level);
    }
}

/// One call, which ends with what was learnt about the provider.
pub(crate) struct Turn<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
    is_over: bool,
}

impl Turn<'_> {
    /// The provider is there, whatever it said.
    pub(crate) fn answered(mut self) {
        self.is_over = true;
        let mut state = self.breaker.state();
        match *state {
            State::Probing if self.is_probe => {
                tracing::info!(provider = self.breaker.provider, "the provider is back");
                self.breaker.change(&mut state, State::Closed { failures: 0 });
            }
            State::Closed { .. } => self.breaker.change(&mut state, State::Closed { failures: 0 }),
            // A call of before, which says nothing about now.
            State::Open { .. } | State::Probing => {}
        }
    }

    /// The provider is away, or ill.
    pub(crate) fn failed(mut self) {
        self.is_over = true;
        let breaker = self.breaker;
        let mut state = breaker.state();
        let failures = match *state {
            State::Probing if self.is_probe => breaker.threshold,
            State::Closed { failures } => failures + 1,
            State::Open { .. } | State::Probing => return,
        };
        if failures < breaker.threshold {
            breaker.change(&mut state, State::Closed { failures });
            return;
        }
        if !self.is_probe {
            let pause_s = breaker.pause.as_secs();
            tracing::warn!(
                provider = breaker.provider,
                pause_s,
                "the provider fails and is left alone"
            );
        }
        let until = (breaker.now)() + breaker.pause;
        breaker.change(&mut state, State::Open { until });
    }
}

impl Drop for Turn<'_> {
    /// A caller who went away has learnt nothing: the next one tries the provider out.
    fn drop(&mut self) {
        if self.is_probe && !self.is_over {
            let until = (self.breaker.now)();
            self.breaker.change(&mut self.breaker.state(), State::Open { until });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::MovableClock;

    const ALMOST: Duration = Duration::from_millis(29_999);
    const PAUSE: Duration = Duration::from_secs(30);

    fn breaker() -> (Breaker, MovableClock) {
        let clock = MovableClock::default();
        (Breaker::new("test", 3, PAUSE, clock.now()), clock)
    }

    fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.admit().unwrap().failed();
        }
    }

    #[test]
    fn it_opens_after_failures_in_a_row() {
        let (breaker, _) = breaker();
        fail(&breaker, 2);
        breaker.admit().unwrap().answered();
        fail(&breaker, 2);
        assert!(breaker.admit().is_some());
        fail(&breaker, 1);
        assert!(breaker.admit().is_none());
    }

    #[test]
    fn one_call_alone_tries_out_whether_the_provider_is_back() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(ALMOST);
        assert!(breaker.admit().is_none());
        clock.advance(Duration::from_millis(1));
        let probe = breaker.admit().unwrap();
        assert!((0..64).all(|_| breaker.admit().is_none()));
        probe.answered();
        fail(&breaker, 2);
        assert!(breaker.admit().is_some());
    }

    #[test]
    fn a_failed_probe_starts_the_pause_anew() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(PAUSE);
        breaker.admit().unwrap().failed();
        clock.advance(ALMOST);
        assert!(breaker.admit().is_none());
        clock.advance(Duration::from_millis(1));
        assert!(breaker.admit().is_some());
    }

    #[test]
    fn a_probe_that_nobody_waits_for_any_more_leaves_its_place_to_the_next() {
        let (breaker, clock) = breaker();
        fail(&breaker, 3);
        clock.advance(PAUSE);
        drop(breaker.admit().unwrap());
        breaker.admit().unwrap().answered();
        assert!(breaker.admit().is_some());
    }

    #[test]
    fn what_was_under_way_when_it_opened_changes_nothing() {
        let (breaker, clock) = breaker();
        let [late, later] = [breaker.admit().unwrap(), breaker.admit().unwrap()];
        fail(&breaker, 3);
        late.answered();
        assert!(breaker.admit().is_none());
        clock.advance(PAUSE);
        let probe = breaker.admit().unwrap();
        later.failed();
        probe.answered();
        assert!(breaker.admit().is_some());
    }
}
