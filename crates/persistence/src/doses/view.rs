use std::sync::Arc;

use das_tern_domain::{
    ClockTime, Dosage, Dose, DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, Slot, TimePeriod, UserId,
    default_timing, zone,
};
use sea_orm::{DbErr, FromQueryResult, QueryResult, TryGetError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::sql::Columns;

/// A dose event with what is shown of its medication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DoseView {
    /// Its id.
    pub id: DoseEventId,
    /// The prescription that asks for it.
    pub prescription_id: PrescriptionId,
    /// The medication.
    pub medication_id: MedicationId,
    /// Who takes it.
    pub patient_id: UserId,
    /// When it is to be taken.
    #[serde(with = "zone::instant")]
    pub scheduled_time: OffsetDateTime,
    /// When its grace ends.
    #[serde(with = "zone::instant")]
    pub missed_after: OffsetDateTime,
    /// The half of the day.
    pub time_period: TimePeriod,
    /// When the phone reminds, `HH:mm`, where that differs from the scheduled time.
    pub reminder_time: Option<String>,
    /// What became of it.
    pub status: DoseEventStatus,
    /// When it was taken, as the patient reported.
    #[serde(with = "zone::instant::option")]
    pub taken_at: Option<OffsetDateTime>,
    /// When this server heard of its outcome.
    #[serde(with = "zone::instant::option")]
    pub recorded_at: Option<OffsetDateTime>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// Whether the outcome was recorded while the phone was offline.
    pub was_offline: bool,
    /// When the event was made.
    #[serde(with = "zone::instant")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "zone::instant")]
    pub updated_at: OffsetDateTime,
    /// What is shown of its medicine, which the doses of a page share.
    pub medicine: Arc<DoseMedicine>,
}

/// What a dose shows of its medicine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DoseMedicine {
    /// Its name.
    pub name: String,
    /// Its name in Khmer.
    pub name_khmer: Option<String>,
    /// A picture of it.
    pub image_url: Option<String>,
    /// The morning cell.
    pub morning_dosage: Option<Dosage>,
    /// The daytime cell.
    pub daytime_dosage: Option<Dosage>,
    /// The night cell.
    pub night_dosage: Option<Dosage>,
    /// How often, as the prescriber wrote it.
    pub frequency: Option<String>,
    /// How it stands to the meal, as the prescriber wrote it.
    pub timing: Option<String>,
    /// Whether it is taken as needed; then its doses are outside progress and adherence.
    pub is_prn: bool,
    /// How much of it is taken at once when it is taken as needed, where it has no cells.
    pub amount_as_needed: Option<String>,
}

impl DoseView {
    /// The column of the grid it comes from.
    #[must_use]
    pub fn slot(&self) -> Slot {
        Slot::of(self.scheduled_time, self.time_period)
    }

    /// How much is taken: the amount of the cell it comes from. What is taken as needed comes from none, and has the amount
    /// that was written for it.
    #[must_use]
    pub fn amount(&self) -> Option<&str> {
        let written = self.medicine.amount_as_needed.as_deref();
        self.cell().map(|cell| cell.amount.as_str()).or(written)
    }

    /// How it stands to the meal: in the prescriber's words, or, where they used none of their own, as its cell says. The cells
    /// of a row may differ in that.
    #[must_use]
    pub fn timing(&self) -> Option<&str> {
        let words = self.medicine.timing.as_deref();
        let is_default = |words: &str| [true, false].map(default_timing).contains(&words);
        match self.cell() {
            Some(cell) if words.is_none_or(is_default) => Some(default_timing(cell.before_meal)),
            _ => words,
        }
    }

    /// The cell it comes from; of what is taken as needed the first.
    fn cell(&self) -> Option<&Dosage> {
        let medicine = &self.medicine;
        let cells = [
            &medicine.morning_dosage,
            &medicine.daytime_dosage,
            &medicine.night_dosage,
        ]
        .map(Option::as_ref);
        match self.slot() {
            _ if medicine.is_prn => cells.into_iter().flatten().next(),
            Slot::Morning => cells[0],
            Slot::Afternoon => cells[1],
            Slot::Night => cells[2],
        }
    }

    /// The instant of its reminder.
    #[must_use]
    pub fn reminder_at(&self) -> OffsetDateTime {
        match self.own_reminder() {
            Some(clock) => clock.on(zone::day_of(self.scheduled_time)),
            None => self.scheduled_time,
        }
    }

    /// What the clock shows at its reminder.
    #[must_use]
    pub fn reminder_clock(&self) -> ClockTime {
        self.own_reminder()
            .unwrap_or_else(|| ClockTime::of(self.scheduled_time))
    }

    /// The part that the rules decide on.
    #[must_use]
    pub fn dose(&self) -> Dose {
        Dose {
            id: self.id,
            prescription_id: self.prescription_id,
            medication_id: self.medication_id,
            patient_id: self.patient_id,
            scheduled_time: self.scheduled_time,
            missed_after: self.missed_after,
            reminder_time: self.own_reminder(),
            status: self.status,
            taken_at: self.taken_at,
            recorded_at: self.recorded_at,
            skip_reason: self.skip_reason.clone(),
            was_offline: self.was_offline,
        }
    }

    /// The same event after a decision was saved at `updated_at`.
    #[must_use]
    pub fn with(self, dose: Dose, updated_at: OffsetDateTime) -> Self {
        Self {
            reminder_time: dose.reminder_time.map(|clock| clock.to_string()),
            status: dose.status,
            taken_at: dose.taken_at,
            recorded_at: dose.recorded_at,
            skip_reason: dose.skip_reason,
            was_offline: dose.was_offline,
            updated_at,
            ..self
        }
    }

    fn own_reminder(&self) -> Option<ClockTime> {
        self.reminder_time.as_deref().and_then(|text| text.parse().ok())
    }
}

/// The columns of a dose event, in the order in which [`DoseView::read`] reads them.
macro_rules! event_columns {
    () => {
        "d.id, d.prescription_id, d.medication_id, d.patient_id, d.scheduled_time, d.missed_after, \
         d.time_period::text AS time_period, d.reminder_time, d.status::text AS status, d.taken_at, d.recorded_at, \
         d.skip_reason, d.was_offline, d.created_at, d.updated_at"
    };
}
pub(super) use event_columns;

/// Where the medication stands among them.
const MEDICATION: usize = 2;

/// The columns of a [`DoseMedicine`], in the order of its fields.
macro_rules! medicine_columns {
    () => {
        "m.medicine_name, m.medicine_name_khmer, m.image_url, m.morning_dosage, m.daytime_dosage, m.night_dosage, \
         m.frequency, m.timing, m.is_prn, CASE WHEN m.is_prn THEN m.details ->> 'dosageAmount' END AS amount_as_needed"
    };
}
pub(super) use medicine_columns;

/// The columns of a dose event and its medicine, in the order in which [`DoseView::read_joined`] reads them.
macro_rules! dose_columns {
    () => {
        concat!(medicine_columns!(), ", ", event_columns!())
    };
}
pub(super) use dose_columns;

impl DoseView {
    /// Which medicine a row of [`event_columns!`] is of.
    pub(super) fn medication_of(row: &QueryResult) -> Result<MedicationId, TryGetError> {
        row.try_get_by_index_nullable(MEDICATION)
    }

    pub(super) fn read(columns: &mut Columns<'_>, medicine: Arc<DoseMedicine>) -> Result<Self, TryGetError> {
        Ok(Self {
            id: columns.next()?,
            prescription_id: columns.next()?,
            medication_id: columns.next()?,
            patient_id: columns.next()?,
            scheduled_time: columns.next()?,
            missed_after: columns.next()?,
            time_period: columns.labelled()?,
            reminder_time: columns.maybe()?,
            status: columns.labelled()?,
            taken_at: columns.maybe()?,
            recorded_at: columns.maybe()?,
            skip_reason: columns.maybe()?,
            was_offline: columns.next()?,
            created_at: columns.next()?,
            updated_at: columns.next()?,
            medicine,
        })
    }

    pub(super) fn read_joined(columns: &mut Columns<'_>) -> Result<Self, TryGetError> {
        let medicine = Arc::new(DoseMedicine::read(columns)?);
        Self::read(columns, medicine)
    }
}

impl DoseMedicine {
    pub(super) fn read(columns: &mut Columns<'_>) -> Result<Self, TryGetError> {
        Ok(Self {
            name: columns.next()?,
            name_khmer: columns.maybe()?,
            image_url: columns.maybe()?,
            morning_dosage: columns.maybe()?,
            daytime_dosage: columns.maybe()?,
            night_dosage: columns.maybe()?,
            frequency: columns.maybe()?,
            timing: columns.maybe()?,
            is_prn: columns.next()?,
            amount_as_needed: columns.maybe()?,
        })
    }
}

impl FromQueryResult for DoseView {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self::from_query_result_nullable(row, prefix)?)
    }

    fn from_query_result_nullable(row: &QueryResult, _: &str) -> Result<Self, TryGetError> {
        Self::read_joined(&mut Columns::of(row))
    }
}
