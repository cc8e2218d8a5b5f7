//! What happens to prescriptions by itself: their doses reach further each day, and their last course ends (rules §4, §5).

use das_tern_domain::PrescriptionId;
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::schedule::{NewDose, doses_added, doses_ahead, plan_of};
use crate::Error;
use crate::sql::statement;

/// A prescription whose turn it is.
#[derive(FromQueryResult)]
struct Due {
    id: PrescriptionId,
}

/// The statement of [`lock_due_for_doses`], for whoever looks at its plan. The patients' turns are taken as an edit takes
/// them; whose turn another has is left for the next batch.
pub const DUE_FOR_DOSES: &str = "\
SELECT p.id FROM prescriptions p JOIN users u ON u.id = p.patient_id \
WHERE p.status = 'ACTIVE' AND coalesce(p.scheduled_until, '-infinity'::date) < $1 AND p.id <> ALL($3) \
ORDER BY coalesce(p.scheduled_until, '-infinity'::date), p.id LIMIT $2 FOR NO KEY UPDATE OF u SKIP LOCKED";

/// Takes the turns of the patients whose prescriptions have no doses for `day` yet, at most `limit` prescriptions and
/// none of those that are passed over. They are held until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_due_for_doses(
    db: &impl ConnectionTrait,
    day: Date,
    limit: u64,
    passed_over: &[PrescriptionId],
) -> Result<Vec<PrescriptionId>, Error> {
    due(db, DUE_FOR_DOSES, day, limit, passed_over).await
}

const EXTEND: &str = concat!(
    "WITH changed AS (UPDATE prescriptions p SET scheduled_until = $2 WHERE p.id = ANY($1) AND p.status = 'ACTIVE' \
     RETURNING p.id, p.patient_id), ",
    plan_of!("$3"),
    ", ",
    doses_ahead!("$5"),
    ", remaining AS (SELECT * FROM ahead), planned AS (SELECT * FROM plan), ",
    doses_added!("$4"),
    " SELECT count(*) AS added FROM added"
);

#[derive(FromQueryResult)]
struct Added {
    added: i64,
}

/// Makes the doses of a plan that are not there yet, of prescriptions whose doses then reach to `until`; how many.
///
/// # Errors
/// When the database fails.
pub async fn extend(
    db: &impl ConnectionTrait,
    prescriptions: &[PrescriptionId],
    until: Date,
    plan: &[NewDose],
    now: OffsetDateTime,
) -> Result<u64, Error> {
    let first_day = plan.iter().map(NewDose::day).min();
    let from = first_day.map_or(now, das_tern_domain::zone::start_of);
    let values = [
        uuids(prescriptions).into(),
        until.into(),
        serde_json::to_value(plan)?.into(),
        now.into(),
        from.into(),
    ];
    let added = Added::find_by_statement(statement(EXTEND, values)).one(db).await?;
    Ok(added.map_or(0, |added| u64::try_from(added.added).unwrap_or(0)))
}

/// The statement of [`due_for_lapsing`], for whoever looks at its plan.
pub const DUE_FOR_LAPSING: &str = "\
SELECT p.id FROM prescriptions p \
WHERE p.status IN ('ACTIVE', 'PAUSED') AND p.last_day <= $1 AND p.id <> ALL($3) ORDER BY p.last_day, p.id LIMIT $2";

/// Prescriptions whose last course ended on `day` or before, at most `limit`, the longest ago first, and none of those that are
/// passed over.
///
/// # Errors
/// When the database fails.
pub async fn due_for_lapsing(
    db: &impl ConnectionTrait,
    day: Date,
    limit: u64,
    passed_over: &[PrescriptionId],
) -> Result<Vec<PrescriptionId>, Error> {
    due(db, DUE_FOR_LAPSING, day, limit, passed_over).await
}

async fn due(
    db: &impl ConnectionTrait,
    sql: &'static str,
    day: Date,
    limit: u64,
    passed_over: &[PrescriptionId],
) -> Result<Vec<PrescriptionId>, Error> {
    let values = [day.into(), limit.into(), uuids(passed_over).into()];
    let rows = Due::find_by_statement(statement(sql, values)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

fn uuids(ids: &[PrescriptionId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
