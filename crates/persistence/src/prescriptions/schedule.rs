//! Doses that follow from a grid, as they are written (rules §5).

use das_tern_domain::{DoseEventId, MedicationId, PlannedDose, PrescriptionId, Slot, TimePeriod, zone};
use serde::Serialize;
use time::{Date, OffsetDateTime};

/// A planned dose with the id that it gets where it is not there yet. Many travel as one JSON array.
#[derive(Debug, Clone, Serialize)]
pub struct NewDose {
    id: DoseEventId,
    prescription_id: PrescriptionId,
    medication_id: MedicationId,
    series_id: MedicationId,
    #[serde(with = "zone::instant")]
    scheduled_time: OffsetDateTime,
    #[serde(with = "zone::day")]
    day: Date,
    slot: Slot,
    time_period: TimePeriod,
    #[serde(with = "zone::instant")]
    missed_after: OffsetDateTime,
}

impl NewDose {
    /// A dose of a prescription's plan.
    #[must_use]
    pub fn new(id: DoseEventId, prescription: PrescriptionId, planned: PlannedDose) -> Self {
        Self {
            id,
            prescription_id: prescription,
            medication_id: planned.medication,
            series_id: planned.series,
            scheduled_time: planned.scheduled_time,
            day: planned.day,
            slot: planned.slot,
            time_period: planned.slot.period(),
            missed_after: planned.missed_after,
        }
    }

    /// The day it lies on.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }
}

/// The CTE `plan`: the doses of the JSON array `$plan`.
macro_rules! plan_of {
    ($plan:literal) => {
        concat!(
            "plan AS MATERIALIZED (SELECT n.* FROM jsonb_to_recordset(",
            $plan,
            "::jsonb) AS n(id uuid, prescription_id uuid, medication_id uuid, series_id uuid, scheduled_time timestamptz, \
             day date, slot text, time_period time_period, missed_after timestamptz))"
        )
    };
}

/// The CTE `ahead`: every dose from the instant `$from` on of the prescriptions in `changed`, with its place: its day, its slot
/// and the series that the cell of its row belongs to. Rows out of force are looked at, too: what was taken of them today is
/// not taken once more.
macro_rules! doses_ahead {
    ($from:literal) => {
        concat!(
            "ahead AS MATERIALIZED (SELECT d.id, d.prescription_id, d.medication_id, \
             coalesce((d.cell_series ->> d.slot)::uuid, d.row_series) AS series_id, d.scheduled_time, d.day, d.slot \
             FROM (SELECT d.*, m.details -> 'cellSeries' AS cell_series, coalesce(m.series_id, m.id) AS row_series, \
             (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date AS day, ",
            crate::sql::slot_of!("d"),
            " AS slot FROM changed JOIN medications m ON m.prescription_id = changed.id \
             JOIN dose_events d ON d.medication_id = m.id AND d.scheduled_time >= ",
            $from,
            " WHERE NOT m.is_prn) d)"
        )
    };
}

/// The CTE `added`: the doses of `planned`, which is the plan at its final times, that lie after `$now` and whose place nothing
/// in `remaining` has. A place is a series, a day and a slot, so that a changed row never asks for what was taken of the row
/// before it, nor of the one that its cell came from.
macro_rules! doses_added {
    ($now:literal) => {
        concat!(
            "added AS (INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, time_period, \
             missed_after, created_at, updated_at) \
             SELECT n.id, n.prescription_id, n.medication_id, changed.patient_id, n.scheduled_time, n.time_period, \
             n.missed_after, ",
            $now,
            ", ",
            $now,
            " FROM planned n JOIN changed ON changed.id = n.prescription_id WHERE n.scheduled_time > ",
            $now,
            " AND NOT EXISTS (SELECT FROM remaining r WHERE r.prescription_id = n.prescription_id \
             AND r.series_id = n.series_id AND r.day = n.day AND r.slot = n.slot) \
             ON CONFLICT (medication_id, scheduled_time) DO NOTHING RETURNING id)"
        )
    };
}

pub(super) use {doses_added, doses_ahead, plan_of};
