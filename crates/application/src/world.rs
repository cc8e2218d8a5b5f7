//! Time and identity come from outside, so that tests can hold them still.

use std::sync::Arc;

use das_tern_integrations::Integrations;
use time::OffsetDateTime;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> OffsetDateTime;
}

/// Makes ids up.
pub trait IdSource: Send + Sync {
    /// A new `UUIDv7`.
    fn next_id(&self) -> Uuid;
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Ids from the machine's clock and randomness.
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids up")]
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// What the use cases take from outside.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn IdSource>,
    /// Text messages, e-mail, identities and files.
    pub integrations: Integrations,
}

impl World {
    /// The machine's time and randomness, and the given outside world.
    #[must_use]
    pub fn real(integrations: Integrations) -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            integrations,
        }
    }
}
