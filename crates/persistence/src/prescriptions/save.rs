//! Writing a prescription: its row, the version, the grid, the doses to come and the effects, in one statement.

use das_tern_domain::{
    Gender, Grid, Prescription, PrescriptionDetails, PrescriptionId, PrescriptionVersionId, Revised, VersionDetails,
    zone,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use serde_json::json;
use time::{Date, OffsetDateTime};

use super::PrescriptionView;
use super::schedule::{NewDose, doses_added, doses_ahead, plan_of};
use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, statement};

/// What is written beside the row of the prescription. `$1` is the new version, `$2` the grid, `$3` the number of the version
/// that takes rows out, `$4` whether the doses to come change, `$5` the plan for them, `$6` now and `$7` the start of today.
///
/// A dose to come that the plan has a place for moves there, unless that time is over; one that it has no place for goes;
/// and what has no dose yet gets one. Where the new time of a place is over, but its dose was still to come, the one that takes
/// its place comes when that would have: a day does without a dose only if somebody meant it to. Past doses and decided ones
/// are never touched: the guards are in the statement, so a dose that is taken at this moment stays, and no second one is made
/// for its place.
macro_rules! written_beside {
    () => {
        concat!(
            "versioned AS (INSERT INTO prescription_versions (id, prescription_id, version_number, author_id, change_reason, \
             is_urgent, medications_snapshot, details, created_at) SELECT v.id, changed.id, v.version_number, v.author_id, \
             v.change_reason, v.is_urgent, v.medications_snapshot, v.details, $6 \
             FROM changed, jsonb_to_recordset($1::jsonb) AS v(id uuid, version_number int, author_id uuid, \
             change_reason text, is_urgent boolean, medications_snapshot jsonb, details jsonb)), \
             grid AS MATERIALIZED (SELECT changed.id AS prescription_id, g.* FROM changed, jsonb_to_recordset($2::jsonb) AS g(\
             id uuid, \"seriesId\" uuid, \"rowNumber\" int, \"medicineName\" text, \"medicineNameKhmer\" text, \
             \"imageUrl\" text, \"morningDosage\" jsonb, \"daytimeDosage\" jsonb, \"nightDosage\" jsonb, frequency text, \
             timing text, \"isPrn\" boolean, \"firstDay\" date, \"lastDay\" date, \"reminderTimes\" jsonb, details jsonb)), \
             taken_out AS (UPDATE medications m SET removed_in_version = $3 FROM changed \
             WHERE m.prescription_id = changed.id AND m.removed_in_version IS NULL \
             AND NOT EXISTS (SELECT FROM grid g WHERE g.id = m.id)), \
             kept AS (UPDATE medications m SET row_number = g.\"rowNumber\", first_day = g.\"firstDay\", \
             last_day = g.\"lastDay\", reminder_times = g.\"reminderTimes\", details = g.details FROM grid g \
             WHERE m.id = g.id AND (m.row_number, m.first_day, m.last_day, m.reminder_times, m.details) \
             IS DISTINCT FROM (g.\"rowNumber\", g.\"firstDay\", g.\"lastDay\", g.\"reminderTimes\", g.details)), \
             put_in AS (INSERT INTO medications (id, prescription_id, series_id, row_number, medicine_name, \
             medicine_name_khmer, image_url, morning_dosage, daytime_dosage, night_dosage, frequency, timing, is_prn, \
             first_day, last_day, reminder_times, details, created_at, updated_at) \
             SELECT g.id, g.prescription_id, g.\"seriesId\", g.\"rowNumber\", g.\"medicineName\", g.\"medicineNameKhmer\", \
             g.\"imageUrl\", g.\"morningDosage\", g.\"daytimeDosage\", g.\"nightDosage\", g.frequency, g.timing, g.\"isPrn\", \
             g.\"firstDay\", g.\"lastDay\", g.\"reminderTimes\", g.details, $6, $6 FROM grid g \
             WHERE NOT EXISTS (SELECT FROM medications m WHERE m.id = g.id)), ",
            plan_of!("$5"),
            ", ",
            doses_ahead!("$7"),
            ", dropped AS (DELETE FROM dose_events d USING ahead a WHERE $4::boolean AND d.id = a.id AND d.status = 'DUE' \
             AND d.scheduled_time > $6 AND NOT EXISTS (SELECT FROM plan n WHERE n.medication_id = a.medication_id \
             AND n.day = a.day AND n.slot = a.slot) RETURNING d.id), \
             remaining AS (SELECT a.* FROM ahead a WHERE NOT EXISTS (SELECT FROM dropped x WHERE x.id = a.id)), \
             moved AS (UPDATE dose_events d SET scheduled_time = n.scheduled_time, \
             missed_after = n.scheduled_time + (d.missed_after - d.scheduled_time) \
             FROM ahead a JOIN plan n ON n.medication_id = a.medication_id AND n.day = a.day AND n.slot = a.slot \
             WHERE $4::boolean AND d.id = a.id AND d.status = 'DUE' AND d.scheduled_time > $6 AND n.scheduled_time > $6 \
             AND n.scheduled_time <> d.scheduled_time), \
             planned AS (SELECT n.id, n.prescription_id, n.medication_id, n.series_id, n.day, n.slot, n.time_period, \
             coalesce(x.scheduled_time, n.scheduled_time) AS scheduled_time, \
             coalesce(x.scheduled_time, n.scheduled_time) + (n.missed_after - n.scheduled_time) AS missed_after \
             FROM plan n LEFT JOIN LATERAL (SELECT a.scheduled_time FROM ahead a JOIN dropped USING (id) \
             WHERE n.scheduled_time <= $6 AND a.series_id = n.series_id AND a.day = n.day AND a.slot = n.slot LIMIT 1) x ON true), ",
            doses_added!("$6"),
            ", "
        )
    };
}

/// What is new beside a prescription: what hangs on its row.
#[derive(Debug, Clone, Copy)]
pub struct SavedPrescription<'a> {
    /// The prescription as it is from now on, with its new version.
    pub after: &'a Revised,
    /// The id of that version.
    pub version_id: PrescriptionVersionId,
    /// The doses to come; `None` leaves those that are there as they are.
    pub plan: Option<&'a [NewDose]>,
    /// The last day that doses are made for.
    pub scheduled_until: Option<Date>,
    /// Now.
    pub now: OffsetDateTime,
}

impl SavedPrescription<'_> {
    /// The parameters of [`written_beside!`].
    fn values(&self) -> Result<[Value; 7], Error> {
        let Revised { prescription, version } = self.after;
        let versions: Vec<_> = version
            .iter()
            .map(|version| {
                json!({
                    "id": self.version_id,
                    "version_number": version.number,
                    "author_id": version.author,
                    "change_reason": version.reason,
                    "is_urgent": version.is_urgent,
                    "medications_snapshot": Grid(version.grid.clone()),
                    "details": VersionDetails::from(version.content.clone()),
                })
            })
            .collect();
        Ok([
            serde_json::Value::from(versions).into(),
            serde_json::to_value(&prescription.grid)?.into(),
            prescription.current_version.into(),
            self.plan.is_some().into(),
            serde_json::to_value(self.plan.unwrap_or_default())?.into(),
            self.now.into(),
            zone::start_of(zone::day_of(self.now)).into(),
        ])
    }
}

fn details(prescription: &Prescription) -> Result<Value, Error> {
    let details = PrescriptionDetails {
        particulars: prescription.content.particulars.clone(),
        proposed_version: prescription.proposed_version,
        revision: prescription.revision.clone(),
        is_rejected: prescription.is_rejected,
        doctor_is_gone: prescription.parties.doctor_is_gone,
    };
    Ok(serde_json::to_value(details)?.into())
}

const UPDATE: &str = concat!(
    "WITH changed AS (UPDATE prescriptions SET status = $12::prescription_status, current_version = $13, is_urgent = $14, \
     urgent_reason = $15, symptoms = $16, details = $17, last_day = $18, scheduled_until = $19 \
     WHERE id = $8 AND updated_at = $9 RETURNING id, patient_id, updated_at), ",
    written_beside!(),
    effects_of!("$10", "$11"),
    " SELECT updated_at FROM changed"
);

#[derive(FromQueryResult)]
struct Saved {
    updated_at: OffsetDateTime,
}

/// Saves what was decided on `before`, with all that hangs on it, in one statement: when it was saved, or `None` if the
/// prescription is not as it was any more, and then nothing is written at all.
///
/// # Errors
/// When the database fails.
pub async fn update(
    db: &impl ConnectionTrait,
    before: &PrescriptionView,
    saved: SavedPrescription<'_>,
    effects: &Effects,
) -> Result<Option<OffsetDateTime>, Error> {
    let after = &saved.after.prescription;
    let guard: [Value; 2] = [before.prescription.id.into(), before.updated_at.into()];
    let row: [Value; 8] = [
        label(after.status),
        after.current_version.into(),
        after.urgent_reason.is_some().into(),
        after.urgent_reason.clone().into(),
        after.content.symptoms.clone().into(),
        details(after)?,
        after.ends_on().into(),
        saved.scheduled_until.into(),
    ];
    let values = saved
        .values()?
        .into_iter()
        .chain(guard)
        .chain(effects.values()?)
        .chain(row);
    let saved = Saved::find_by_statement(statement(UPDATE, values)).one(db).await?;
    Ok(saved.map(|saved| saved.updated_at))
}

/// What a new prescription says of its patient.
#[derive(Debug, Clone)]
pub struct NewPrescription {
    /// Their name.
    pub patient_name: String,
    /// Their gender.
    pub patient_gender: Gender,
    /// Their age, in whole years.
    pub patient_age: i32,
}

const INSERT: &str = concat!(
    "WITH changed AS (INSERT INTO prescriptions (id, patient_id, doctor_id, patient_name, patient_gender, patient_age, \
     symptoms, status, current_version, is_urgent, urgent_reason, details, last_day, scheduled_until, created_at, updated_at) \
     VALUES ($8, $11, $12, $13, $14::gender, $15, $16, $17::prescription_status, 1, $18, $19, $20, $21, $22, $6, $6) \
     RETURNING id, patient_id, updated_at), ",
    written_beside!(),
    effects_of!("$9", "$10"),
    " SELECT updated_at FROM changed"
);

/// Writes a new prescription with all that hangs on it, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn insert(
    db: &impl ConnectionTrait,
    new: &NewPrescription,
    saved: SavedPrescription<'_>,
    effects: &Effects,
) -> Result<(), Error> {
    let after = &saved.after.prescription;
    let id: Value = after.id.into();
    let row: [Value; 12] = [
        after.patient_id().into(),
        after.doctor_id().into(),
        new.patient_name.clone().into(),
        label(new.patient_gender),
        new.patient_age.into(),
        after.content.symptoms.clone().into(),
        label(after.status),
        after.urgent_reason.is_some().into(),
        after.urgent_reason.clone().into(),
        details(after)?,
        after.ends_on().into(),
        saved.scheduled_until.into(),
    ];
    let values = saved
        .values()?
        .into_iter()
        .chain([id])
        .chain(effects.values()?)
        .chain(row);
    db.execute_raw(statement(INSERT, values)).await?;
    Ok(())
}

const DELETE: &str = concat!(
    "WITH changed AS (DELETE FROM prescriptions WHERE id = $1 AND updated_at = $2 RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

#[derive(FromQueryResult)]
struct Deleted {
    #[expect(dead_code, reason = "only whether there is a row is asked for")]
    id: PrescriptionId,
}

/// Deletes a prescription with all that hangs on it, and writes the effects: whether it still was as in `before`.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &impl ConnectionTrait, before: &PrescriptionView, effects: &Effects) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        before.prescription.id.into(),
        before.updated_at.into(),
        audit_logs,
        notifications,
    ];
    let deleted = Deleted::find_by_statement(statement(DELETE, values)).one(db).await?;
    Ok(deleted.is_some())
}
