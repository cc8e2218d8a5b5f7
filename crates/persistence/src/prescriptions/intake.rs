//! What is taken as needed: a dose is made when it is taken.

use das_tern_domain::{Dose, DoseEventId, MedicationId, TimePeriod};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, statement};

/// Only of an active prescription, and only of a row in force: both may have changed since they were read.
const INSERT: &str = concat!(
    "WITH changed AS (INSERT INTO dose_events (id, prescription_id, medication_id, patient_id, scheduled_time, time_period, \
     status, taken_at, recorded_at, missed_after, created_at, updated_at) \
     SELECT $1, m.prescription_id, m.id, p.patient_id, $4, $5::time_period, $6::dose_event_status, $4, $7, $8, $7, $7 \
     FROM medications m JOIN prescriptions p ON p.id = m.prescription_id \
     WHERE m.id = $2 AND p.patient_id = $3 AND m.is_prn AND m.removed_in_version IS NULL AND p.status = 'ACTIVE' \
     ON CONFLICT (medication_id, scheduled_time) DO NOTHING RETURNING id), ",
    effects_of!("$9", "$10"),
    " SELECT id FROM changed"
);

#[derive(FromQueryResult)]
struct DoseRow {
    id: DoseEventId,
}

/// Writes an intake with its effects, in one statement: whether it was written. It is not where the medicine has one at that
/// moment already, or is not to be taken any more.
///
/// # Errors
/// When the database fails.
pub async fn insert_intake(db: &impl ConnectionTrait, dose: &Dose, effects: &Effects) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        dose.id.into(),
        dose.medication_id.into(),
        dose.patient_id.into(),
        dose.scheduled_time.into(),
        label(TimePeriod::at(dose.scheduled_time)),
        label(dose.status),
        dose.recorded_at.into(),
        dose.missed_after.into(),
        audit_logs,
        notifications,
    ];
    let written = DoseRow::find_by_statement(statement(INSERT, values)).one(db).await?;
    Ok(written.is_some())
}

const AT: &str = "SELECT id FROM dose_events WHERE medication_id = $1 AND scheduled_time = $2";

/// The intake of a medicine at a moment.
///
/// # Errors
/// When the database fails.
pub async fn intake_at(
    db: &impl ConnectionTrait,
    medication: MedicationId,
    taken_at: OffsetDateTime,
) -> Result<Option<DoseEventId>, Error> {
    let values = [medication.into(), taken_at.into()];
    let row = DoseRow::find_by_statement(statement(AT, values)).one(db).await?;
    Ok(row.map(|row| row.id))
}
