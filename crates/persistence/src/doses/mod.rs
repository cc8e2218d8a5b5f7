//! Dose events with the medication they belong to, and the one statement that records an outcome.

mod view;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use das_tern_domain::access::Sight;
use das_tern_domain::{DailyProgress, Dose, DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, UserId, zone};
use sea_orm::{ConnectionTrait, FromQueryResult, TryGetError};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Error;
use crate::effects::{Effects, effects_of, entry_of};
use crate::sql::{Columns, any_of, count, label, optional_label, statement};
use crate::users::{Account, account_columns};
use view::{dose_columns, event_columns, medicine_columns};

pub use view::{DoseMedicine, DoseView};

/// A dose event and how far the patient is through its day.
#[derive(Debug, Clone)]
pub struct DoseInDay {
    /// The event.
    pub view: DoseView,
    /// The progress of the day that it belongs to.
    pub progress: DailyProgress,
}

/// The progress of a day, as a statement has counted it.
pub(crate) fn progress_of(taken: i64, total: i64) -> DailyProgress {
    DailyProgress {
        taken: count(taken),
        total: count(total),
    }
}

/// The columns of a [`DoseInDay`], and the tables that they come from.
macro_rules! dose_in_day {
    () => {
        concat!("day.total, day.taken, ", dose_columns!())
    };
    (from) => {
        "dose_events d JOIN medications m ON m.id = d.medication_id CROSS JOIN LATERAL ( \
         SELECT count(*) FILTER (WHERE o.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) AS taken, count(*) AS total \
         FROM dose_events o JOIN medications om ON om.id = o.medication_id \
         WHERE o.patient_id = d.patient_id AND NOT om.is_prn \
         AND o.scheduled_time >= date_trunc('day', d.scheduled_time, 'Asia/Phnom_Penh') \
         AND o.scheduled_time < date_trunc('day', d.scheduled_time, 'Asia/Phnom_Penh') + interval '24 hours') day"
    };
}

impl DoseInDay {
    /// Reads the columns; nothing, where the row has no dose.
    fn read(columns: &mut Columns<'_>) -> Result<Option<Self>, TryGetError> {
        let Some(total) = columns.maybe()? else {
            return Ok(None);
        };
        let progress = progress_of(columns.next()?, total);
        let view = DoseView::read_joined(columns)?;
        Ok(Some(Self { view, progress }))
    }
}

const FIND: &str = concat!(
    "SELECT ",
    dose_in_day!(),
    " FROM ",
    dose_in_day!(from),
    " WHERE d.id = $1 AND d.patient_id = $2"
);

/// A patient's own dose event, with the progress of its day.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, id: DoseEventId, patient: UserId) -> Result<Option<DoseInDay>, Error> {
    let row = db.query_one_raw(statement(FIND, [id.into(), patient.into()])).await?;
    Ok(row.map_or(Ok(None), |row| DoseInDay::read(&mut Columns::of(&row)))?)
}

const FIND_WITH_ACCOUNT: &str = concat!(
    "SELECT ",
    account_columns!(),
    ", ",
    dose_in_day!(),
    " FROM ",
    account_columns!(from),
    " LEFT JOIN (",
    dose_in_day!(from),
    ") ON d.id = $1 AND d.patient_id = u.id WHERE u.id = $2"
);

/// An account and a dose event of its owner's, with the progress of its day: what marking a dose reads, in one statement
/// instead of two.
///
/// # Errors
/// When the database fails.
pub async fn find_with_account(
    db: &impl ConnectionTrait,
    id: DoseEventId,
    owner: UserId,
) -> Result<Option<(Account, Option<DoseInDay>)>, Error> {
    let row = db
        .query_one_raw(statement(FIND_WITH_ACCOUNT, [id.into(), owner.into()]))
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut columns = Columns::of(&row);
    Ok(Some((Account::read(&mut columns)?, DoseInDay::read(&mut columns)?)))
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
    event_columns!(),
    " FROM dose_events d WHERE d.patient_id = $1 AND d.scheduled_time >= $2 AND d.scheduled_time < $3 \
     AND ($4::uuid[] IS NULL OR d.prescription_id = ANY($4)) \
     AND ($5::text IS NULL OR d.status = $5::dose_event_status) \
     AND ($6::timestamptz IS NULL OR (d.scheduled_time, d.id) < ($6, $7::uuid)) \
     ORDER BY d.scheduled_time DESC, d.id DESC LIMIT $8"
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
    let rows = db.query_all_raw(statement(HISTORY, values)).await?;
    let ids = rows.iter().map(DoseView::medication_of);
    let medicines = medicines(db, ids.collect::<Result<_, _>>()?).await?;
    let mut doses = Vec::with_capacity(rows.len());
    for row in &rows {
        // A dose whose medicine is gone by now went with it.
        if let Some(medicine) = medicines.get(&DoseView::medication_of(row)?) {
            doses.push(DoseView::read(&mut Columns::of(row), Arc::clone(medicine))?);
        }
    }
    Ok(doses)
}

const MEDICINES: &str = concat!(
    "SELECT m.id, ",
    medicine_columns!(),
    " FROM medications m WHERE m.id = ",
    any_of!("$1")
);

/// What is shown of these medicines. A page of doses has a hundred of a few: joined, each would be sent, read and, by a
/// planner that expects a hundred, looked for in the whole table.
async fn medicines(
    db: &impl ConnectionTrait,
    ids: BTreeSet<MedicationId>,
) -> Result<HashMap<MedicationId, Arc<DoseMedicine>>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows = db.query_all_raw(statement(MEDICINES, [ids.into()])).await?;
    let named = rows.iter().map(|row| {
        let mut columns = Columns::of(row);
        Ok((columns.next()?, Arc::new(DoseMedicine::read(&mut columns)?)))
    });
    Ok(named.collect::<Result<_, TryGetError>>()?)
}

/// The change of a dose that is as it was read.
macro_rules! changed_dose {
    () => {
        "changed AS (UPDATE dose_events SET status = $5::dose_event_status, taken_at = $6, recorded_at = $7, \
         skip_reason = $8, was_offline = $9, reminder_time = $10 \
         WHERE id = $1 AND status = $2::dose_event_status AND updated_at = $3 AND reminder_time IS NOT DISTINCT FROM $4 \
         RETURNING updated_at)"
    };
}

const SAVE_WITH_ENTRY: &str = concat!(
    "WITH ",
    changed_dose!(),
    ", ",
    entry_of!("$11", "$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20"),
    " SELECT updated_at FROM changed"
);
const SAVE: &str = concat!(
    "WITH ",
    changed_dose!(),
    ", ",
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
    let change = [
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
    ];
    let statement = match effects.only_entry() {
        Some(entry) => statement(SAVE_WITH_ENTRY, change.into_iter().chain(entry.values())),
        None => statement(SAVE, change.into_iter().chain(effects.values()?)),
    };
    let saved = Saved::find_by_statement(statement).one(db).await?;
    Ok(saved.map(|saved| saved.updated_at))
}
