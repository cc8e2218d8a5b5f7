use das_tern_domain::zone;
use time::{Date, Duration, OffsetDateTime, Time};

/// The two instants that the demonstration follows from.
pub(super) struct Calendar {
    pub(super) first_run: OffsetDateTime,
    pub(super) now: OffsetDateTime,
}

impl Calendar {
    pub(super) fn new(first_run: Option<OffsetDateTime>, now: OffsetDateTime) -> Self {
        let now = zone::to_millis(now);
        Self {
            first_run: first_run.unwrap_or(now),
            now,
        }
    }

    pub(super) fn today(&self) -> Date {
        zone::day_of(self.now)
    }

    /// The day this many days before the first run.
    pub(super) fn day(&self, days_ago: i64) -> Date {
        zone::day_of(self.first_run) - Duration::days(days_ago)
    }

    /// This hour of that day; `days_ago` is at least one, so that it is past whatever the time of day is.
    pub(super) fn at(&self, days_ago: i64, hour: u8) -> OffsetDateTime {
        let time = Time::from_hms(hour, 0, 0).unwrap_or(Time::MIDNIGHT);
        zone::at(self.day(days_ago), time)
    }
}
