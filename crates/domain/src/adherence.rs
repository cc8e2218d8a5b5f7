//! How much of what was planned was taken (rules §8).

use std::str::FromStr;

use serde::Serialize;

use crate::{DoseEventStatus, UnknownLabel};

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

/// Where the levels of adherence begin, and when a doctor should look at a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdherencePolicy {
    /// From here on it is GREEN, in percent.
    pub green_from: u8,
    /// From here on it is YELLOW, in percent; below it is RED.
    pub yellow_from: u8,
    /// Below this a patient needs attention, in percent.
    pub attention_below: u8,
    /// So many doses missed in a row are a warning.
    pub warning_misses: u32,
    /// So many doses missed in a row are critical.
    pub critical_misses: u32,
}

/// The colours of adherence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AdherenceLevel {
    /// Nearly everything is taken.
    Green,
    /// Some of it is not.
    Yellow,
    /// Much of it is not.
    Red,
}

/// How bad it is that doses are missed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MissAlert {
    /// It may be the beginning of something.
    Warning,
    /// It is something.
    Critical,
}

/// How much of the doses whose outcome is decided was taken, as-needed ones left out by the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Adherence {
    /// Taken, on time or late.
    pub taken: u32,
    /// Those of them that were taken late.
    pub late: u32,
    /// Missed.
    pub missed: u32,
    /// Taken, missed or skipped.
    pub decided: u32,
}

impl Adherence {
    /// In whole percent; `None` where no outcome is decided.
    #[must_use]
    pub fn percentage(self) -> Option<u8> {
        percentage(self.taken.into(), self.decided.into())
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            taken: self.taken + other.taken,
            late: self.late + other.late,
            missed: self.missed + other.missed,
            decided: self.decided + other.decided,
        }
    }

    /// The same where a number is expected: 0 where no outcome is decided.
    #[must_use]
    pub fn shown(self) -> u8 {
        self.percentage().unwrap_or(0)
    }
}

impl AdherencePolicy {
    /// The level of so many percent.
    #[must_use]
    pub fn level(&self, percent: u8) -> AdherenceLevel {
        if percent >= self.green_from {
            AdherenceLevel::Green
        } else if percent >= self.yellow_from {
            AdherenceLevel::Yellow
        } else {
            AdherenceLevel::Red
        }
    }

    /// The least and the most percent of a level. A level that no percent has is an empty range.
    #[must_use]
    pub fn range(&self, level: AdherenceLevel) -> (u8, u8) {
        match level {
            AdherenceLevel::Green => (self.green_from, 100),
            AdherenceLevel::Yellow => (self.yellow_from, self.green_from.saturating_sub(1)),
            AdherenceLevel::Red => (0, self.yellow_from.saturating_sub(1)),
        }
    }

    /// What so many doses missed in a row mean, if anything.
    #[must_use]
    pub fn alert(&self, missed_in_a_row: u32) -> Option<MissAlert> {
        if missed_in_a_row >= self.critical_misses {
            Some(MissAlert::Critical)
        } else if missed_in_a_row >= self.warning_misses {
            Some(MissAlert::Warning)
        } else {
            None
        }
    }
}

impl FromStr for AdherenceLevel {
    type Err = UnknownLabel;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        match label {
            "GREEN" => Ok(Self::Green),
            "YELLOW" => Ok(Self::Yellow),
            "RED" => Ok(Self::Red),
            _ => Err(UnknownLabel {
                label: label.to_owned(),
                expected: "adherence level",
            }),
        }
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

    const POLICY: AdherencePolicy = AdherencePolicy {
        green_from: 80,
        yellow_from: 50,
        attention_below: 70,
        warning_misses: 2,
        critical_misses: 3,
    };

    #[rstest]
    #[case(100, AdherenceLevel::Green)]
    #[case(80, AdherenceLevel::Green)]
    #[case(79, AdherenceLevel::Yellow)]
    #[case(50, AdherenceLevel::Yellow)]
    #[case(49, AdherenceLevel::Red)]
    #[case(0, AdherenceLevel::Red)]
    fn the_colour_follows_the_percent_that_is_shown(#[case] percent: u8, #[case] expected: AdherenceLevel) {
        assert_eq!(POLICY.level(percent), expected);
        let (least, most) = POLICY.range(expected);
        assert!((least..=most).contains(&percent));
    }

    #[rstest]
    #[case(1, None)]
    #[case(2, Some(MissAlert::Warning))]
    #[case(3, Some(MissAlert::Critical))]
    #[case(9, Some(MissAlert::Critical))]
    fn two_misses_in_a_row_warn_and_three_are_critical(#[case] misses: u32, #[case] expected: Option<MissAlert>) {
        assert_eq!(POLICY.alert(misses), expected);
    }

    #[test]
    fn nothing_decided_is_no_percentage_and_is_shown_as_0() {
        assert_eq!(
            (Adherence::default().percentage(), Adherence::default().shown()),
            (None, 0)
        );
    }

    proptest! {
        #[test]
        fn percent_never_leaves_its_scale(part in 0_u64..1_000_000, whole in 1_u64..1_000_000) {
            prop_assert!(percentage(part, whole).unwrap() <= 100);
        }
    }
}
