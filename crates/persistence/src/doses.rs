//! Dose events with the medication they belong to, and the one statement that records an outcome.

use das_tern_domain::access::Sight;
use das_tern_domain::{
    ClockTime, DailyProgress, Dosage, Dose, DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, Slot,
    TimePeriod, UserId, zone,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, TryGetError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{Columns, label, optional_label, statement};

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
    /// The medicine's name.
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
    /// How often, as the prescriber wrote it.
    pub frequency: Option<String>,
    /// How it stands to the meal, as the prescriber wrote it.
    pub timing: Option<String>,
    /// Whether it is taken as needed; then it is outside progress and adherence.
    pub is_prn: bool,
    /// How much of a medicine is taken at once that is taken as needed, where it has no cells.
    #[serde(default)]
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
        let cells = [&self.morning_dosage, &self.daytime_dosage, &self.night_dosage].map(Option::as_ref);
        let cell = match self.slot() {
            _ if self.is_prn => cells.into_iter().flatten().next(),
            Slot::Morning => cells[0],
            Slot::Afternoon => cells[1],
            Slot::Night => cells[2],
        };
        let written = self.amount_as_needed.as_deref();
        cell.map(|cell| cell.amount.as_str()).or(written)
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

/// The columns of a [`DoseView`], in the order of its fields.
macro_rules! dose_columns {
    () => {
        "d.id, d.prescription_id, d.medication_id, d.patient_id, d.scheduled_time, d.missed_after, \
         d.time_period::text AS time_period, d.reminder_time, d.status::text AS status, d.taken_at, d.recorded_at, \
         d.skip_reason, d.was_offline, d.created_at, d.updated_at, m.medicine_name, m.medicine_name_khmer, \
         m.image_url, m.morning_dosage, m.daytime_dosage, m.night_dosage, m.frequency, m.timing, m.is_prn, \
         CASE WHEN m.is_prn THEN m.details ->> 'dosageAmount' END AS amount_as_needed"
    };
}

impl FromQueryResult for DoseView {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self::from_query_result_nullable(row, prefix)?)
    }

    fn from_query_result_nullable(row: &QueryResult, _: &str) -> Result<Self, TryGetError> {
        let mut columns = Columns::of(row);
        Ok(Self {
            id: columns.next()?,
            prescription_id: columns.next()?,
            medication_id: columns.next()?,
            patient_id: columns.next()?,
            scheduled_time: columns.next()?,
            missed_after: columns.next()?,
            time_period: columns.next()?,
            reminder_time: columns.next()?,
            status: columns.next()?,
            taken_at: columns.next()?,
            recorded_at: columns.next()?,
            skip_reason: columns.next()?,
            was_offline: columns.next()?,
            created_at: columns.next()?,
            updated_at: columns.next()?,
            medicine_name: columns.next()?,
            medicine_name_khmer: columns.next()?,
            image_url: columns.next()?,
            morning_dosage: columns.next()?,
            daytime_dosage: columns.next()?,
            night_dosage: columns.next()?,
            frequency: columns.next()?,
            timing: columns.next()?,
            is_prn: columns.next()?,
            amount_as_needed: columns.next()?,
        })
    }
}

/// A dose event and how far the patient is through its day.
#[derive(Debug, Clone, FromQueryResult)]
pub struct DoseInDay {
    /// The event.
    #[sea_orm(nested)]
    pub view: DoseView,
    taken: i64,
    total: i64,
}

impl DoseInDay {
    /// The progress of the day that the dose belongs to.
    #[must_use]
    pub fn progress(&self) -> DailyProgress {
        let count = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        DailyProgress {
            taken: count(self.taken),
            total: count(self.total),
        }
    }
}

const FIND: &str = concat!(
    "SELECT ",
    dose_columns!(),
    ", day.taken, day.total FROM dose_events d JOIN medications m ON m.id = d.medication_id CROSS JOIN LATERAL ( \
     SELECT count(*) FILTER (WHERE o.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) AS taken, count(*) AS total \
     FROM dose_events o JOIN medications om ON om.id = o.medication_id \
     WHERE o.patient_id = d.patient_id AND NOT om.is_prn \
     AND o.scheduled_time >= date_trunc('day', d.scheduled_time, 'Asia/Phnom_Penh') \
     AND o.scheduled_time < date_trunc('day', d.scheduled_time, 'Asia/Phnom_Penh') + interval '24 hours') day \
     WHERE d.id = $1 AND d.patient_id = $2"
);

/// A patient's own dose event, with the progress of its day.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, id: DoseEventId, patient: UserId) -> Result<Option<DoseInDay>, Error> {
    Ok(
        DoseInDay::find_by_statement(statement(FIND, [id.into(), patient.into()]))
            .one(db)
            .await?,
    )
}

#[derive(FromQueryResult)]
struct PatientRow {
    patient_id: UserId,
}

const CONNECTED: &str = "\
SELECT d.patient_id FROM dose_events d \
JOIN connections c ON least(c.initiator_id, c.recipient_id) = least(d.patient_id, $2::uuid) \
 AND greatest(c.initiator_id, c.recipient_id) = greatest(d.patient_id, $2::uuid) \
WHERE d.id = $1 AND c.status = 'ACCEPTED'";

/// Whose dose it is, where that is somebody whom `other` is connected to.
///
/// # Errors
/// When the database fails.
pub async fn patient_connected_to(
    db: &impl ConnectionTrait,
    id: DoseEventId,
    other: UserId,
) -> Result<Option<UserId>, Error> {
    let found = PatientRow::find_by_statement(statement(CONNECTED, [id.into(), other.into()]));
    Ok(found.one(db).await?.map(|row| row.patient_id))
}

/// A patient's dose events between two instants.
#[derive(Debug, Clone)]
pub struct Span {
    /// Whose.
    pub patient: UserId,
    /// From this instant on.
    pub from: OffsetDateTime,
    /// Before this instant.
    pub until: OffsetDateTime,
    /// Only of these prescriptions, where given.
    pub prescriptions: Option<Vec<PrescriptionId>>,
}

impl Span {
    /// The part of it that is seen; `None` is nothing of it.
    #[must_use]
    pub fn seen_by(self, sight: &Sight) -> Option<Self> {
        let Sight::Selected(scope) = sight else {
            return Some(self);
        };
        let from = scope.from.map_or(self.from, |day| self.from.max(zone::start_of(day)));
        let until = scope.to.map_or(self.until, |day| self.until.min(zone::end_of(day)));
        let prescriptions = match self.prescriptions {
            Some(ids) => Some(ids.into_iter().filter(|id| scope.selects(*id)).collect()),
            None => Some(scope.prescription_ids.clone()).filter(|ids| !ids.is_empty()),
        };
        (!scope.is_empty() && from < until).then_some(Self {
            from,
            until,
            prescriptions,
            ..self
        })
    }

    pub(crate) fn prescription_ids(&self) -> Option<Vec<Uuid>> {
        self.prescriptions
            .as_ref()
            .map(|ids| ids.iter().map(|id| id.0).collect())
    }
}

const WITHIN: &str = concat!(
    "SELECT ",
    dose_columns!(),
    " FROM dose_events d JOIN medications m ON m.id = d.medication_id \
     WHERE d.patient_id = $1 AND d.scheduled_time >= $2 AND d.scheduled_time < $3 \
     AND ($4::uuid[] IS NULL OR d.prescription_id = ANY($4)) \
     ORDER BY d.scheduled_time, d.id"
);

/// The dose events of a span, in the order of their times.
///
/// # Errors
/// When the database fails.
pub async fn within(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<DoseView>, Error> {
    let values = [
        span.patient.into(),
        span.from.into(),
        span.until.into(),
        span.prescription_ids().into(),
    ];
    Ok(DoseView::find_by_statement(statement(WITHIN, values)).all(db).await?)
}

const HISTORY: &str = concat!(
    "SELECT ",
    dose_columns!(),
    " FROM (SELECT * FROM dose_events d WHERE d.patient_id = $1 AND d.scheduled_time >= $2 AND d.scheduled_time < $3 \
     AND ($4::uuid[] IS NULL OR d.prescription_id = ANY($4)) \
     AND ($5::text IS NULL OR d.status = $5::dose_event_status) \
     AND ($6::timestamptz IS NULL OR (d.scheduled_time, d.id) < ($6, $7::uuid)) \
     ORDER BY d.scheduled_time DESC, d.id DESC LIMIT $8) d JOIN medications m ON m.id = d.medication_id \
     ORDER BY d.scheduled_time DESC, d.id DESC"
);

/// A page of the dose events of a span, newest first, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn history(
    db: &impl ConnectionTrait,
    span: &Span,
    status: Option<DoseEventStatus>,
    after: Option<(OffsetDateTime, DoseEventId)>,
    limit: u64,
) -> Result<Vec<DoseView>, Error> {
    let values = [
        span.patient.into(),
        span.from.into(),
        span.until.into(),
        span.prescription_ids().into(),
        optional_label(status),
        after.map(|(time, _)| time).into(),
        after.map(|(_, id)| id.0).into(),
        limit.into(),
    ];
    Ok(DoseView::find_by_statement(statement(HISTORY, values)).all(db).await?)
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE dose_events SET status = $5::dose_event_status, taken_at = $6, recorded_at = $7, \
     skip_reason = $8, was_offline = $9, reminder_time = $10 \
     WHERE id = $1 AND status = $2::dose_event_status AND updated_at = $3 AND reminder_time IS NOT DISTINCT FROM $4 \
     RETURNING updated_at), ",
    effects_of!("$11", "$12"),
    " SELECT updated_at FROM changed"
);

#[derive(FromQueryResult)]
struct Saved {
    updated_at: OffsetDateTime,
}

/// Saves what was decided on `before`, with all its effects, in one statement: when it was saved, or `None` if the
/// event is not as it was in `before` any more, and then nothing is written at all.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    before: &DoseView,
    after: &Dose,
    effects: &Effects,
) -> Result<Option<OffsetDateTime>, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        before.id.into(),
        label(before.status),
        before.updated_at.into(),
        before.reminder_time.clone().into(),
        label(after.status),
        after.taken_at.into(),
        after.recorded_at.into(),
        after.skip_reason.clone().into(),
        after.was_offline.into(),
        after.reminder_time.map(|clock| clock.to_string()).into(),
        audit_logs,
        notifications,
    ];
    let saved = Saved::find_by_statement(statement(SAVE, values)).one(db).await?;
    Ok(saved.map(|saved| saved.updated_at))
}
