use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time};

use crate::{ClockTime, TimePeriod, zone};

/// The column of the grid that a dose comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Slot {
    /// The morning cell.
    Morning,
    /// The daytime cell.
    Afternoon,
    /// The night cell.
    Night,
}

impl Slot {
    /// All of them, in the order of the day.
    pub const ALL: [Self; 3] = [Self::Morning, Self::Afternoon, Self::Night];

    /// The slot of a stored dose: morning doses lie before 11:00 and daytime ones after it, so the hour tells them apart.
    #[must_use]
    pub fn of(scheduled_time: OffsetDateTime, period: TimePeriod) -> Self {
        match period {
            TimePeriod::Night => Self::Night,
            TimePeriod::Daytime if scheduled_time.to_offset(zone::PHNOM_PENH).hour() < 11 => Self::Morning,
            TimePeriod::Daytime => Self::Afternoon,
        }
    }

    /// The hours in which its doses lie: by the meals, or at a time of the patient's own. No two slots share one, and each
    /// tells its slot, as [`Slot::of`] reads it.
    #[must_use]
    pub fn hours(self) -> Range<u8> {
        match self {
            Self::Morning => 0..11,
            Self::Afternoon => 11..18,
            Self::Night => 18..24,
        }
    }

    /// The slot whose hours these are.
    #[must_use]
    pub fn at(clock: ClockTime) -> Self {
        let its = |slot: &Self| slot.hours().contains(&clock.hour());
        Self::ALL.into_iter().find(its).unwrap_or(Self::Night)
    }

    /// The part of the day, as a medicine's own times name it.
    #[must_use]
    pub fn part_of_day(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "daytime",
            Self::Night => "evening",
        }
    }

    /// The half of the day that the app shows it in.
    #[must_use]
    pub fn period(self) -> TimePeriod {
        match self {
            Self::Morning | Self::Afternoon => TimePeriod::Daytime,
            Self::Night => TimePeriod::Night,
        }
    }
}

/// The meals that doses are placed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meal {
    /// Breakfast, between 6 and 10 in the morning.
    Morning,
    /// Lunch, between 12 and 5 in the afternoon.
    Afternoon,
    /// Dinner, between 6 and 10 in the evening.
    Night,
}

impl Meal {
    /// The hours at which its range may start.
    fn start_hours(self) -> RangeInclusive<u8> {
        match self {
            Self::Morning => 6..=9,
            Self::Afternoon => 12..=16,
            Self::Night => 18..=21,
        }
    }
}

/// The hour in which a patient has a meal, written `7-8AM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MealRange {
    start_hour: u8,
}

/// A text that is no range of the meal it was read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a meal range such as 7-8AM")]
pub struct InvalidMealRange;

impl MealRange {
    pub(super) fn starting_at(start_hour: u8) -> Self {
        Self { start_hour }
    }

    /// Reads the range of a meal.
    ///
    /// # Errors
    /// When the text is none of the meal's ranges.
    pub fn parse(meal: Meal, text: &str) -> Result<Self, InvalidMealRange> {
        let range: Self = text.parse()?;
        meal.start_hours()
            .contains(&range.start_hour)
            .then_some(range)
            .ok_or(InvalidMealRange)
    }

    /// When a dose goes with this meal: the middle of the range, half an hour earlier or later.
    fn dose_time(self, before_meal: bool) -> Time {
        let hour = if before_meal {
            self.start_hour
        } else {
            self.start_hour + 1
        };
        Time::from_hms(hour, 0, 0).unwrap_or(Time::MIDNIGHT)
    }
}

impl FromStr for MealRange {
    type Err = InvalidMealRange;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let start = text.split('-').next().and_then(|hour| hour.parse().ok());
        let start: u8 = start.ok_or(InvalidMealRange)?;
        [Meal::Morning, Meal::Afternoon, Meal::Night]
            .into_iter()
            .flat_map(Meal::start_hours)
            .filter(|hour| hour % 12 == start % 12)
            .map(|start_hour| Self { start_hour })
            .find(|range| range.to_string() == text)
            .ok_or(InvalidMealRange)
    }
}

impl fmt::Display for MealRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let twelve_hour = |hour: u8| if hour > 12 { hour - 12 } else { hour };
        let half = if self.start_hour < 12 { "AM" } else { "PM" };
        write!(
            f,
            "{}-{}{half}",
            twelve_hour(self.start_hour),
            twelve_hour(self.start_hour + 1)
        )
    }
}

/// When a patient eats, as far as they told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MealTimes {
    /// Breakfast.
    pub morning: Option<MealRange>,
    /// Lunch.
    pub afternoon: Option<MealRange>,
    /// Dinner.
    pub night: Option<MealRange>,
}

impl MealTimes {
    /// When a dose of this slot is taken on `day`: by the meal, or at 07:00, 12:00 and 21:00 where it is not known.
    #[must_use]
    pub fn dose_at(&self, day: Date, slot: Slot, before_meal: bool) -> OffsetDateTime {
        let (meal, default_hour) = match slot {
            Slot::Morning => (self.morning, 7),
            Slot::Afternoon => (self.afternoon, 12),
            Slot::Night => (self.night, 21),
        };
        match meal {
            Some(range) => zone::at(day, range.dose_time(before_meal)),
            None => zone::start_of(day) + Duration::hours(default_hour),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::{date, datetime};

    use super::*;

    #[rstest]
    #[case(Meal::Morning, "6-7AM", true)]
    #[case(Meal::Morning, "9-10AM", true)]
    #[case(Meal::Morning, "10-11AM", false)]
    #[case(Meal::Afternoon, "12-1PM", true)]
    #[case(Meal::Afternoon, "3-4PM", true)]
    #[case(Meal::Afternoon, "4-5PM", true)]
    #[case(Meal::Afternoon, "5-6PM", false)]
    #[case(Meal::Night, "6-7PM", true)]
    #[case(Meal::Night, "9-10PM", true)]
    #[case(Meal::Night, "7-8AM", false)]
    #[case(Meal::Night, "ល្ងាច", false)]
    fn a_meal_has_its_own_ranges(#[case] meal: Meal, #[case] text: &str, #[case] valid: bool) {
        assert_eq!(MealRange::parse(meal, text).is_ok(), valid);
        if valid {
            assert_eq!(MealRange::parse(meal, text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_dose_goes_half_an_hour_around_the_middle_of_the_meal() {
        let meals = MealTimes {
            morning: Some("7-8AM".parse().unwrap()),
            ..MealTimes::default()
        };
        let day = date!(2026 - 03 - 06);
        assert_eq!(meals.dose_at(day, Slot::Morning, true), datetime!(2026-03-06 07:00 +7));
        assert_eq!(meals.dose_at(day, Slot::Morning, false), datetime!(2026-03-06 08:00 +7));
    }

    #[test]
    fn unknown_meals_have_default_times_without_a_shift() {
        let day = date!(2026 - 03 - 06);
        for before_meal in [true, false] {
            let at = |slot| MealTimes::default().dose_at(day, slot, before_meal);
            assert_eq!(at(Slot::Morning), datetime!(2026-03-06 07:00 +7));
            assert_eq!(at(Slot::Afternoon), datetime!(2026-03-06 12:00 +7));
            assert_eq!(at(Slot::Night), datetime!(2026-03-06 21:00 +7));
        }
    }

    #[test]
    fn the_slot_is_told_from_the_hour_for_every_range() {
        let day = date!(2026 - 03 - 06);
        for (slot, ranges) in [
            (Slot::Morning, &["6-7AM", "9-10AM"][..]),
            (Slot::Afternoon, &["12-1PM", "4-5PM"]),
            (Slot::Night, &["6-7PM", "9-10PM"]),
        ] {
            for range in ranges {
                let range = Some(range.parse().unwrap());
                let meals = MealTimes {
                    morning: range,
                    afternoon: range,
                    night: range,
                };
                for before_meal in [true, false] {
                    assert_eq!(Slot::of(meals.dose_at(day, slot, before_meal), slot.period()), slot);
                }
            }
        }
    }
}
