use time::{Duration, OffsetDateTime};

use crate::{DoseEventStatus, zone};

/// How long before its time a dose may be taken, where its day has not begun by then.
const EARLIEST: Duration = Duration::hours(4);
/// How long after its time a dose may still be taken.
const LATEST: Duration = Duration::hours(24);

/// When an intake of a dose counts, and as what (rules §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoseWindow {
    /// The start of the dose's day, or four hours before the dose if that is earlier.
    pub opens_at: OffsetDateTime,
    /// The last instant that counts as on time.
    pub on_time_until: OffsetDateTime,
    /// The last instant that counts at all: 24 hours after the scheduled time.
    pub closes_at: OffsetDateTime,
}

impl DoseWindow {
    /// The window of a dose with this time and end of grace.
    #[must_use]
    pub fn of(scheduled_time: OffsetDateTime, missed_after: OffsetDateTime) -> Self {
        let start_of_day = zone::start_of(zone::day_of(scheduled_time));
        Self {
            opens_at: start_of_day.min(scheduled_time - EARLIEST),
            on_time_until: missed_after,
            closes_at: scheduled_time + LATEST,
        }
    }

    /// What an intake at `instant` counts as; `None` outside the window.
    #[must_use]
    pub fn classify(&self, instant: OffsetDateTime) -> Option<DoseEventStatus> {
        if !self.contains(instant) {
            None
        } else if instant <= self.on_time_until {
            Some(DoseEventStatus::TakenOnTime)
        } else {
            Some(DoseEventStatus::TakenLate)
        }
    }

    /// Whether an outcome at `instant` may be recorded.
    #[must_use]
    pub fn contains(&self, instant: OffsetDateTime) -> bool {
        (self.opens_at..=self.closes_at).contains(&instant)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    fn window(scheduled: OffsetDateTime) -> DoseWindow {
        DoseWindow::of(scheduled, scheduled + Duration::minutes(30))
    }

    #[test]
    fn a_daytime_dose_opens_with_its_day() {
        let window = window(datetime!(2026-03-06 07:00 +7));
        assert_eq!(window.opens_at, datetime!(2026-03-06 00:00 +7));
        assert_eq!(window.closes_at, datetime!(2026-03-07 07:00 +7));
    }

    #[test]
    fn a_dose_just_after_midnight_opens_four_hours_before() {
        assert_eq!(
            window(datetime!(2026-03-06 00:30 +7)).opens_at,
            datetime!(2026-03-05 20:30 +7)
        );
    }

    #[test]
    fn the_last_instant_of_each_stretch_belongs_to_it() {
        let window = window(datetime!(2026-03-06 07:00 +7));
        let tick = Duration::milliseconds(1);
        assert_eq!(window.classify(window.opens_at - tick), None);
        assert_eq!(window.classify(window.opens_at), Some(DoseEventStatus::TakenOnTime));
        assert_eq!(
            window.classify(window.on_time_until),
            Some(DoseEventStatus::TakenOnTime)
        );
        assert_eq!(
            window.classify(window.on_time_until + tick),
            Some(DoseEventStatus::TakenLate)
        );
        assert_eq!(window.classify(window.closes_at), Some(DoseEventStatus::TakenLate));
        assert_eq!(window.classify(window.closes_at + tick), None);
    }

    proptest! {
        #[test]
        fn every_dose_may_be_taken_at_its_own_time(seconds in 0_i64..4_000_000_000, grace in 10_i64..=60) {
            let scheduled = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let window = DoseWindow::of(scheduled, scheduled + Duration::minutes(grace));
            prop_assert_eq!(window.classify(scheduled), Some(DoseEventStatus::TakenOnTime));
            prop_assert!(window.opens_at < window.on_time_until && window.on_time_until < window.closes_at);
        }
    }
}
