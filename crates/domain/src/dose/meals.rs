//! A patient tells when they eat, and the doses to come move with the meals (rules §5).

use time::{Date, Duration};

use super::slot::{Meal, MealRange, MealTimes, Slot};
use crate::{Decision, UserId, zone};

/// A patient told when they eat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct MealTimesChanged {
    /// Whose meals.
    pub patient: UserId,
    /// What was known before.
    pub from: MealTimes,
    /// What is known now.
    pub to: MealTimes,
}

impl MealTimes {
    /// The range to show for a meal: as told, or else the one that the default time of its doses lies in.
    #[must_use]
    pub fn shown(&self, meal: Meal) -> MealRange {
        let (told, default) = match meal {
            Meal::Morning => (self.morning, MealRange::starting_at(7)),
            Meal::Afternoon => (self.afternoon, MealRange::starting_at(12)),
            Meal::Night => (self.night, MealRange::starting_at(21)),
        };
        told.unwrap_or(default)
    }

    /// Replaces what `patient` told.
    pub fn replace(self, patient: UserId, after: Self) -> Decision<Self, MealTimesChanged> {
        if self == after {
            return Decision::Unchanged;
        }
        let event = MealTimesChanged {
            patient,
            from: self,
            to: after,
        };
        Decision::Changed { after, event }
    }

    /// When the doses of each slot, before and after the meal, are taken: how long after midnight.
    pub fn dose_times(&self) -> impl Iterator<Item = (Slot, bool, Duration)> + use<> {
        let meals = *self;
        let cells = Slot::ALL.into_iter().flat_map(|slot| [(slot, true), (slot, false)]);
        // Every day is alike.
        let day = Date::MIN;
        cells.map(move |(slot, before_meal)| {
            let at = meals.dose_at(day, slot, before_meal);
            (slot, before_meal, at - zone::start_of(day))
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_default_ranges_have_the_default_times_in_them() {
        let shown = |meal| MealTimes::default().shown(meal).to_string();
        assert_eq!(
            [Meal::Morning, Meal::Afternoon, Meal::Night].map(shown),
            ["7-8AM", "12-1PM", "9-10PM"]
        );
    }

    #[test]
    fn telling_the_same_again_is_no_change() {
        let patient = UserId(Uuid::from_u128(1));
        let told = MealTimes {
            morning: Some("6-7AM".parse().unwrap()),
            ..MealTimes::default()
        };
        assert_eq!(told.replace(patient, told), Decision::Unchanged);
        assert_eq!(told.shown(Meal::Morning).to_string(), "6-7AM");
        let event = MealTimesChanged {
            patient,
            from: MealTimes::default(),
            to: told,
        };
        assert_eq!(
            MealTimes::default().replace(patient, told),
            Decision::Changed { after: told, event }
        );
    }

    #[test]
    fn each_cell_has_its_time_of_the_day() {
        let told = MealTimes {
            night: Some("9-10PM".parse().unwrap()),
            ..MealTimes::default()
        };
        let hours: Vec<_> = told
            .dose_times()
            .map(|(slot, before, at)| (slot, before, at.whole_hours()))
            .collect();
        let expected = [
            (Slot::Morning, true, 7),
            (Slot::Morning, false, 7),
            (Slot::Afternoon, true, 12),
            (Slot::Afternoon, false, 12),
            (Slot::Night, true, 21),
            (Slot::Night, false, 22),
        ];
        assert_eq!(hours, expected);
    }
}
