//! How much of what was planned was taken (rules §8).

use crate::DoseEventStatus;

/// `part` of `whole` in whole percent, rounded half up; `None` of nothing.
#[must_use]
pub fn percentage(part: u64, whole: u64) -> Option<u8> {
    if whole == 0 {
        return None;
    }
    u8::try_from((200 * part.min(whole) + whole) / (2 * whole)).ok()
}

/// How far a patient is through a day: taken doses of all doses of the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyProgress {
    /// Doses taken, on time or late.
    pub taken: u32,
    /// All doses of the day.
    pub total: u32,
}

impl DailyProgress {
    /// The progress over the doses of one day, as-needed ones left out by the caller.
    pub fn of(statuses: impl IntoIterator<Item = DoseEventStatus>) -> Self {
        statuses.into_iter().fold(Self::default(), |progress, status| Self {
            taken: progress.taken + u32::from(status.is_taken()),
            total: progress.total + 1,
        })
    }

    /// The same day after one of its doses went from one status to another.
    #[must_use]
    pub fn after(self, before: DoseEventStatus, after: DoseEventStatus) -> Self {
        let without = self.taken.saturating_sub(u32::from(before.is_taken()));
        Self {
            taken: without + u32::from(after.is_taken()),
            ..self
        }
    }

    /// In whole percent; a day without doses is 0.
    #[must_use]
    pub fn percent(self) -> u8 {
        percentage(self.taken.into(), self.total.into()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 0, None)]
    #[case(0, 3, Some(0))]
    #[case(1, 3, Some(33))]
    #[case(2, 3, Some(67))]
    #[case(1, 8, Some(13))]
    #[case(1, 200, Some(1))]
    #[case(3, 3, Some(100))]
    fn percent_is_whole_and_rounded_half_up(#[case] part: u64, #[case] whole: u64, #[case] expected: Option<u8>) {
        assert_eq!(percentage(part, whole), expected);
    }

    #[test]
    fn only_taken_doses_count_as_progress() {
        let progress = DailyProgress::of([
            DoseEventStatus::TakenOnTime,
            DoseEventStatus::TakenLate,
            DoseEventStatus::Skipped,
            DoseEventStatus::Missed,
            DoseEventStatus::Due,
        ]);
        assert_eq!(progress, DailyProgress { taken: 2, total: 5 });
        assert_eq!(
            progress
                .after(DoseEventStatus::Due, DoseEventStatus::TakenOnTime)
                .percent(),
            60
        );
        assert_eq!(
            progress.after(DoseEventStatus::Due, DoseEventStatus::Skipped).percent(),
            40
        );
    }

    proptest! {
        #[test]
        fn percent_never_leaves_its_scale(part in 0_u64..1_000_000, whole in 1_u64..1_000_000) {
            prop_assert!(percentage(part, whole).unwrap() <= 100);
        }
    }
}
