//! A row of the grid: a medicine, its cells, and the days on which it is taken.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use time::Date;

use super::times::{ReminderTimes, ScheduleTimes};
use crate::{Dosage, MedicationId, Slot, zone};

/// How a medicine is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MedicineType {
    /// By mouth, as prescribers write it.
    Po,
    /// By mouth.
    Oral,
    /// By a needle.
    Injection,
    /// On the skin.
    Topical,
    /// In another way.
    Other,
}

/// What a medicine is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MedicineUnit {
    /// Tablets.
    Tablet,
    /// Capsules.
    Capsule,
    /// Millilitres.
    Ml,
    /// Milligrams.
    Mg,
    /// Drops.
    Drop,
    /// Something else.
    Other,
}

impl FromStr for MedicineType {
    type Err = serde::de::value::Error;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        Self::deserialize(label.into_deserializer())
    }
}

impl FromStr for MedicineUnit {
    type Err = serde::de::value::Error;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        Self::deserialize(label.into_deserializer())
    }
}

/// How much of a medicine: a positive number, written as an integer where it is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(Number);

impl Amount {
    /// The smallest amount that makes sense for one intake.
    pub const MIN: f64 = 0.001;
    /// The largest one.
    pub const MAX: f64 = 100_000.0;

    /// The amount, unless it is beyond all sense.
    #[must_use]
    pub fn new(amount: f64) -> Option<Self> {
        if !(Self::MIN..=Self::MAX).contains(&amount) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 100,000")]
        let number = if amount.fract() == 0.0 {
            Number::from(amount as i64)
        } else {
            Number::from_f64(amount)?
        };
        Some(Self(number))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What `medications.details` holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and stored by its name"
)]
pub struct MedicineDetails {
    /// How it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicine_type: Option<MedicineType>,
    /// What it is counted in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<MedicineUnit>,
    /// How much is taken at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dosage_amount: Option<Amount>,
    /// What it is for, or what it looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What else the patient should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_note: Option<String>,
    /// Whether a medicine without cells is taken before the meal.
    #[serde(skip_serializing_if = "is_false")]
    pub before_meal: bool,
    /// The patient's own times for its cells.
    #[serde(skip_serializing_if = "ScheduleTimes::is_empty")]
    pub schedule_times: ScheduleTimes,
    /// Whether the patient added it beside a doctor's grid.
    #[serde(skip_serializing_if = "is_false")]
    pub added_by_patient: bool,
    /// Whether its course begins when it comes into force: nobody named a first day.
    #[serde(skip_serializing_if = "is_false")]
    pub starts_when_active: bool,
    /// Whether its last day was named, and so does not move with the first.
    #[serde(skip_serializing_if = "is_false")]
    pub ends_on_day: bool,
    /// The series whose places in the days the cells have that came from another row, so that what was taken of them there
    /// is not asked for here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub cell_series: BTreeMap<Slot, MedicationId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a row of the grid says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The medicine's name; in Khmer where it has no other.
    pub medicine_name: String,
    /// The medicine's name in Khmer.
    pub medicine_name_khmer: Option<String>,
    /// A picture of it.
    pub image_url: Option<String>,
    /// The morning cell.
    pub morning_dosage: Option<Dosage>,
    /// The daytime cell.
    pub daytime_dosage: Option<Dosage>,
    /// The night cell.
    pub night_dosage: Option<Dosage>,
    /// How often, in words.
    pub frequency: Option<String>,
    /// How it stands to the meal, in words.
    pub timing: Option<String>,
    /// Whether it is taken as needed.
    pub is_prn: bool,
    /// The first day on which it is taken.
    #[serde(with = "zone::day::option")]
    pub first_day: Option<Date>,
    /// The last day on which it is taken; `None` is open-ended.
    #[serde(with = "zone::day::option")]
    pub last_day: Option<Date>,
    /// When it reminds, where it is taken as needed.
    pub reminder_times: Option<ReminderTimes>,
    /// What has no column of its own.
    #[serde(default)]
    pub details: MedicineDetails,
}

impl Row {
    /// The filled cells, in the order of the day.
    pub fn cells(&self) -> impl Iterator<Item = (Slot, &Dosage)> {
        let cells = [
            (Slot::Morning, &self.morning_dosage),
            (Slot::Afternoon, &self.daytime_dosage),
            (Slot::Night, &self.night_dosage),
        ];
        cells
            .into_iter()
            .filter_map(|(slot, cell)| cell.as_ref().map(|cell| (slot, cell)))
    }

    pub(super) fn has_cell(&self, slot: Slot) -> bool {
        self.cells().any(|(filled, _)| filled == slot)
    }

    /// The cells that doses follow from: none where it is taken as needed.
    pub(super) fn asked_slots(&self) -> impl Iterator<Item = Slot> {
        self.cells().map(|(slot, _)| slot).filter(|_| !self.is_prn)
    }

    pub(super) fn asks_at(&self, slot: Slot) -> bool {
        !self.is_prn && self.has_cell(slot)
    }

    /// Whether any of it is taken before the meal.
    #[must_use]
    pub fn is_before_meal(&self) -> bool {
        let mut cells = self.cells().peekable();
        if cells.peek().is_none() {
            return self.details.before_meal;
        }
        cells.any(|(_, cell)| cell.before_meal)
    }

    /// The count of its cells, as the grid shows it (rules §4).
    #[must_use]
    pub fn default_frequency(&self) -> String {
        match self.cells().count() {
            0 => "ពេលចាំបាច់".to_owned(),
            count => format!("{count}ដង/១ថ្ងៃ"),
        }
    }

    /// How much is taken at once: as it was written, or the number that all of its cells have.
    #[must_use]
    pub fn dosage_amount(&self) -> Option<Amount> {
        let in_each_cell = || {
            let mut quantities = self.cells().map(|(_, cell)| cell.quantity());
            let first = quantities.next()?;
            first
                .filter(|_| quantities.all(|quantity| quantity == first))
                .and_then(Amount::new)
        };
        self.details.dosage_amount.clone().or_else(in_each_cell)
    }

    /// How many days its course has, where it ends.
    #[must_use]
    pub fn duration_days(&self) -> Option<i64> {
        Some((self.last_day? - self.first_day?).whole_days() + 1)
    }

    /// Whether it is taken on a day.
    #[must_use]
    pub fn is_taken_on(&self, day: Date) -> bool {
        self.first_day.is_none_or(|first| first <= day) && self.last_day.is_none_or(|last| day <= last)
    }

    /// Whether a dose of it looks the same as a dose of the other: then a row may take the other's place without altering
    /// any dose that was taken.
    pub(super) fn doses_look_like(&self, other: &Self) -> bool {
        let shown = |row: &Self| {
            let details = &row.details;
            (
                (
                    row.medicine_name.clone(),
                    row.medicine_name_khmer.clone(),
                    row.image_url.clone(),
                ),
                [&row.morning_dosage, &row.daytime_dosage, &row.night_dosage].map(Clone::clone),
                (row.frequency.clone(), row.timing.clone(), row.is_prn),
                (details.medicine_type, details.unit, row.dosage_amount()),
            )
        };
        shown(self) == shown(other)
    }
}

/// How something that is taken before or after the meal says so (rules §4).
#[must_use]
pub fn default_timing(is_before_meal: bool) -> &'static str {
    if is_before_meal {
        "មុនអាហារ"
    } else {
        "បន្ទាប់ពីអាហារ"
    }
}

/// A row of the grid with its place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Medicine {
    /// Its id. A row whose doses would look different gets another one, so that past doses stay as they were.
    pub id: MedicationId,
    /// The row that was the first of those that this one takes the place of; `None` is itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series_id: Option<MedicationId>,
    /// Its number, from 1.
    pub row_number: i32,
    /// What it says.
    #[serde(flatten)]
    pub row: Row,
}

impl Medicine {
    /// The row that was the first of those that this one takes the place of.
    #[must_use]
    pub fn series(&self) -> MedicationId {
        self.series_id.unwrap_or(self.id)
    }

    /// The series whose place in a day the dose of a cell has: its own, or that of the row which the cell was split off from.
    #[must_use]
    pub fn place_series(&self, slot: Slot) -> MedicationId {
        let of_cell = self.row.details.cell_series.get(&slot);
        of_cell.copied().unwrap_or_else(|| self.series())
    }

    /// The places in a day that its doses have.
    pub(super) fn places(&self) -> impl Iterator<Item = (MedicationId, Slot)> {
        let slots = self.row.asked_slots();
        slots.map(|slot| (self.place_series(slot), slot))
    }
}

/// What `prescription_versions.medications_snapshot` holds: a whole grid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct Grid(pub Vec<Medicine>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_people_count() {
        let written = |amount| Amount::new(amount).map(|amount| amount.to_string());
        assert_eq!(written(1.0).as_deref(), Some("1"));
        assert_eq!(written(0.5).as_deref(), Some("0.5"));
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
            assert_eq!(written(nonsense), None);
        }
    }

    #[test]
    fn a_snapshot_of_an_earlier_release_is_read() {
        let json = r#"[{"id":"0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60","rowNumber":1,"medicineName":"Aspirin",
            "medicineNameKhmer":null,"imageUrl":null,"morningDosage":{"amount":"1","beforeMeal":true},
            "daytimeDosage":null,"nightDosage":null,"frequency":"1ដង/១ថ្ងៃ","timing":"មុនអាហារ","isPrn":false,
            "firstDay":"2026-03-06","lastDay":null,"reminderTimes":null}]"#;
        let grid: Grid = serde_json::from_str(json).unwrap();
        let medicine = &grid.0[0];
        assert_eq!(medicine.series(), medicine.id);
        assert_eq!(medicine.row.default_frequency(), "1ដង/១ថ្ងៃ");
        assert!(medicine.row.is_before_meal());
        assert_eq!(
            serde_json::from_value::<Grid>(serde_json::to_value(&grid).unwrap()).unwrap(),
            grid
        );
    }

    #[test]
    fn labels_are_those_of_the_api() {
        for label in ["PO", "ORAL", "INJECTION", "TOPICAL", "OTHER"] {
            assert!(label.parse::<MedicineType>().is_ok(), "{label}");
        }
        for label in ["TABLET", "CAPSULE", "ML", "MG", "DROP", "OTHER"] {
            assert!(label.parse::<MedicineUnit>().is_ok(), "{label}");
        }
        assert!("tablet".parse::<MedicineUnit>().is_err());
    }
}
