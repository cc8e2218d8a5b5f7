//! Which doses follow from a grid (rules §5).

use std::ops::RangeInclusive;

use time::{Date, Duration, OffsetDateTime};

use super::grid::{Medicine, Row};
use crate::{Dosage, MealTimes, MedicationId, Slot, zone};

/// What a patient's doses depend on beside the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// When they eat.
    pub meals: MealTimes,
    /// How long after its time a new dose still counts as on time.
    pub grace: Duration,
}

impl Habits {
    /// When a dose of a row is taken on `day`: at the patient's own time, or by the meal.
    fn dose_at(&self, row: &Row, day: Date, slot: Slot, cell: &Dosage) -> OffsetDateTime {
        let own = row.details.schedule_times.of(slot).map(|clock| clock.on(day));
        own.unwrap_or_else(|| self.meals.dose_at(day, slot, cell.before_meal))
    }
}

/// The moment at which a grid comes into force, in the life of its patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// When.
    pub now: OffsetDateTime,
    /// What the patient's doses depend on.
    pub habits: Habits,
}

impl Start {
    /// The day in Phnom Penh.
    #[must_use]
    pub fn today(&self) -> Date {
        zone::day_of(self.now)
    }

    /// The first day of a row's course where nobody named one: today, unless all of its times are over. Seven days that begin
    /// in the evening would be six, and one would be none.
    pub(super) fn first_day_of(&self, row: &Row) -> Date {
        let today = self.today();
        let mut times = row
            .cells()
            .map(|(slot, cell)| self.habits.dose_at(row, today, slot, cell))
            .peekable();
        let is_over = !row.is_prn && times.peek().is_some() && times.all(|time| time <= self.now);
        if is_over { today + Duration::DAY } else { today }
    }
}

/// A dose that a grid asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedDose {
    /// The row of the grid.
    pub medication: MedicationId,
    /// The series whose place in the day it has.
    pub series: MedicationId,
    /// When it is to be taken.
    pub scheduled_time: OffsetDateTime,
    /// The day in Phnom Penh.
    pub day: Date,
    /// The column of the grid.
    pub slot: Slot,
    /// When its grace ends.
    pub missed_after: OffsetDateTime,
}

/// The last day that doses are made for, `today` being the first of so many.
#[must_use]
pub fn last_day_of_horizon(today: Date, days: u16) -> Date {
    today + Duration::days(i64::from(days.max(1)) - 1)
}

/// The doses that a grid asks for on these days: one for each filled cell and each day of its course, at the patient's own
/// time or by the meal. What is taken as needed asks for none.
///
/// Times of today that are over are among them: whoever makes doses leaves those out, and yet must know that a dose which is
/// there already has its place.
#[must_use]
pub fn plan(grid: &[Medicine], habits: &Habits, days: RangeInclusive<Date>) -> Vec<PlannedDose> {
    let mut planned = Vec::new();
    for medicine in grid.iter().filter(|medicine| !medicine.row.is_prn) {
        let row = &medicine.row;
        let first = row.first_day.map_or(*days.start(), |first| first.max(*days.start()));
        let last = row.last_day.map_or(*days.end(), |last| last.min(*days.end()));
        for day in std::iter::successors(Some(first), |day| day.next_day()).take_while(|day| *day <= last) {
            for (slot, cell) in row.cells() {
                let scheduled_time = habits.dose_at(row, day, slot, cell);
                planned.push(PlannedDose {
                    medication: medicine.id,
                    series: medicine.place_series(slot),
                    scheduled_time,
                    day,
                    slot,
                    missed_after: scheduled_time + habits.grace,
                });
            }
        }
    }
    planned.sort_by_key(|dose| (dose.scheduled_time, dose.medication));
    planned
}

impl PlannedDose {
    /// Whether it lies on its day, within the hours of its slot.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        let local = self.scheduled_time.to_offset(zone::PHNOM_PENH);
        local.date() == self.day && self.slot.hours().contains(&local.hour())
    }
}
