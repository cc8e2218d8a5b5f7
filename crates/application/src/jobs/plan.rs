//! When a job is due. Decided by the product's clock, which tests move and operators set.

use time::{Duration, OffsetDateTime};

/// How long after a run that did not come to its end the next one starts, where it would not start earlier.
const RETRY: Duration = Duration::MINUTE;

/// When one job runs next.
#[derive(Debug)]
pub(super) struct Plan {
    every: Duration,
    due: OffsetDateTime,
    is_running: bool,
}

impl Plan {
    /// Due for the first time at `first`, which is soon: whatever was missed while nobody ran the job is caught up with.
    pub(super) fn new(every: Duration, first: OffsetDateTime) -> Self {
        Self {
            every,
            due: first,
            is_running: false,
        }
    }

    /// Whether a run starts now. Then the next one is planned, and starts no earlier than this one has ended.
    pub(super) fn starts(&mut self, now: OffsetDateTime) -> bool {
        let next = now + self.every;
        // Somebody set the clock back: what was planned by the old one would come much too late.
        self.due = self.due.min(next);
        if self.is_running || now < self.due {
            return false;
        }
        self.is_running = true;
        self.due = next;
        true
    }

    /// The run has ended. One that failed, or that another process was at, which may fail yet, is soon followed by another.
    pub(super) fn ended(&mut self, now: OffsetDateTime, is_done: bool) {
        self.is_running = false;
        if !is_done {
            self.due = self.due.min(now + RETRY);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-06 07:00 +7);
    const EVERY: Duration = Duration::HOUR;

    fn after_a_run(is_done: bool) -> Plan {
        let mut plan = Plan::new(EVERY, NOW);
        assert!(plan.starts(NOW));
        plan.ended(NOW, is_done);
        plan
    }

    #[test]
    fn a_job_is_due_soon_after_the_start_of_the_process_and_then_at_its_interval() {
        let first = NOW + Duration::seconds(3);
        let mut plan = Plan::new(EVERY, first);
        assert!(!plan.starts(NOW));
        assert!(plan.starts(first));
        plan.ended(first, true);
        assert!(!plan.starts(first + EVERY - Duration::MILLISECOND));
        assert!(plan.starts(first + EVERY));
    }

    #[test]
    fn a_run_that_is_under_way_is_not_joined_by_another() {
        let mut plan = Plan::new(EVERY, NOW);
        assert!(plan.starts(NOW) && !plan.starts(NOW + EVERY * 5));
        plan.ended(NOW + EVERY * 5, true);
        assert!(plan.starts(NOW + EVERY * 5));
    }

    #[test]
    fn days_of_outage_are_caught_up_with_by_one_run() {
        let mut plan = after_a_run(true);
        let later = NOW + Duration::days(3);
        assert!(plan.starts(later));
        plan.ended(later, true);
        assert!(!plan.starts(later + Duration::MINUTE));
    }

    #[test]
    fn a_failed_run_is_tried_again_within_a_minute() {
        let mut plan = after_a_run(false);
        assert!(!plan.starts(NOW + RETRY - Duration::SECOND));
        assert!(plan.starts(NOW + RETRY));
        let mut plan = Plan::new(Duration::seconds(10), NOW);
        assert!(plan.starts(NOW));
        plan.ended(NOW, false);
        assert!(plan.starts(NOW + Duration::seconds(10)), "sooner than that is sooner");
    }

    #[test]
    fn a_clock_that_is_set_back_delays_no_job_by_more_than_its_interval() {
        let mut plan = after_a_run(true);
        let before = NOW - Duration::days(7);
        assert!(!plan.starts(before));
        assert!(plan.starts(before + EVERY));
    }
}
