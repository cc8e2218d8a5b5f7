//! The times that a patient chose for a medicine, instead of those by the meals (rules §5).

use serde::{Deserialize, Serialize};

use super::grid::Row;
use crate::{ClockTime, Slot};

/// When a medicine that is taken as needed reminds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct ReminderTimes(pub Vec<ClockTime>);

impl Default for ReminderTimes {
    /// At 07:00, 12:00, 18:00 and 21:00 (rules §5).
    fn default() -> Self {
        Self([7, 12, 18, 21].into_iter().filter_map(ClockTime::at_hour).collect())
    }
}

/// The times of the cells, where the patient has their own instead of those by the meals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScheduleTimes {
    /// Of the morning cell, before 11:00.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub morning: Option<ClockTime>,
    /// Of the daytime cell, from 11:00 and before 18:00.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daytime: Option<ClockTime>,
    /// Of the night cell, from 18:00.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub night: Option<ClockTime>,
}

impl ScheduleTimes {
    /// The time of a cell.
    #[must_use]
    pub fn of(&self, slot: Slot) -> Option<ClockTime> {
        match slot {
            Slot::Morning => self.morning,
            Slot::Afternoon => self.daytime,
            Slot::Night => self.night,
        }
    }

    pub(super) fn set(&mut self, slot: Slot, time: ClockTime) {
        let place = match slot {
            Slot::Morning => &mut self.morning,
            Slot::Afternoon => &mut self.daytime,
            Slot::Night => &mut self.night,
        };
        *place = Some(time);
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Row {
    /// Its own times in the order of the day, each with its part of the day; when it reminds, where it is taken as needed, and
    /// not at the usual times.
    #[must_use]
    pub fn own_times(&self) -> Vec<(Slot, ClockTime)> {
        match &self.reminder_times {
            Some(times) if self.is_prn && *times == ReminderTimes::default() => Vec::new(),
            Some(times) if self.is_prn => times.0.iter().map(|time| (Slot::at(*time), *time)).collect(),
            _ => {
                let own = &self.details.schedule_times;
                Slot::ALL
                    .into_iter()
                    .filter_map(|slot| Some((slot, own.of(slot)?)))
                    .collect()
            }
        }
    }

    /// A count of cells that comes back as it was shown is none, where the row has no cells any more.
    pub(super) fn count_no_cells_of(&mut self, known: &Self) {
        let is_echo = self.frequency.as_deref() == Some(known.default_frequency().as_str());
        if is_echo && self.cells().next().is_none() {
            self.frequency = Some(self.default_frequency());
        }
    }

    /// Keeps the own times of the row whose place it takes, as far as it has the cells for them.
    pub(super) fn keep_times_of(&mut self, known: &Self) {
        match (self.is_prn, known.is_prn) {
            (true, true) => self.reminder_times.clone_from(&known.reminder_times),
            (false, false) => {
                for (slot, own) in known.own_times() {
                    if self.has_cell(slot) {
                        self.details.schedule_times.set(slot, own);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_times_of_its_own_it_reminds_four_times() {
        let times: Vec<_> = ReminderTimes::default().0.iter().map(ToString::to_string).collect();
        assert_eq!(times, ["07:00", "12:00", "18:00", "21:00"]);
    }
}
