//! A clock that tests move.

use std::sync::Mutex;

use das_tern_application::Clock;
use time::{Duration, OffsetDateTime};

pub struct MovableClock(Mutex<OffsetDateTime>);

impl MovableClock {
    pub fn at(now: OffsetDateTime) -> Self {
        Self(Mutex::new(now))
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    pub fn set(&self, now: OffsetDateTime) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for MovableClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap()
    }
}
