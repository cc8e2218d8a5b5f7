//! Questions of family about a dose, as the audit trail remembers them (rules §3).

use das_tern_domain::{DoseEventId, DoseEventStatus, Recipient, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::connections::RecipientRow;
use crate::sql::{count, statement};

/// A dose that somebody may be asked about.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct QuestionedDose {
    /// Its id.
    pub id: DoseEventId,
    /// What became of it.
    pub status: DoseEventStatus,
    /// When it is to be taken.
    pub scheduled_time: OffsetDateTime,
    /// Whether it is taken as needed.
    pub is_prn: bool,
    /// Whether its prescription is in force, neither paused nor stopped.
    pub is_in_force: bool,
    /// The medicine's name.
    pub medicine_name: String,
    /// The medicine's name in Khmer.
    pub medicine_name_khmer: Option<String>,
}

macro_rules! dose {
    () => {
        "SELECT d.id, d.status::text AS status, d.scheduled_time, m.is_prn, p.status = 'ACTIVE' AS is_in_force, \
         m.medicine_name, m.medicine_name_khmer \
         FROM dose_events d JOIN medications m ON m.id = d.medication_id \
         JOIN prescriptions p ON p.id = d.prescription_id WHERE "
    };
}

/// A patient's dose.
///
/// # Errors
/// When the database fails.
pub async fn dose(
    db: &impl ConnectionTrait,
    patient: UserId,
    id: DoseEventId,
) -> Result<Option<QuestionedDose>, Error> {
    const FIND: &str = concat!(dose!(), "d.id = $1 AND d.patient_id = $2");
    let found = QuestionedDose::find_by_statement(statement(FIND, [id.into(), patient.into()]));
    Ok(found.one(db).await?)
}

/// The patient's latest dose between two instants that was missed, or whose grace is over at `now` while its
/// prescription is in force.
///
/// # Errors
/// When the database fails.
pub async fn latest_missed(
    db: &impl ConnectionTrait,
    patient: UserId,
    (from, until): (OffsetDateTime, OffsetDateTime),
    now: OffsetDateTime,
) -> Result<Option<QuestionedDose>, Error> {
    const LATEST: &str = concat!(
        dose!(),
        "d.patient_id = $1 AND d.scheduled_time >= $2 AND d.scheduled_time < $3 AND NOT m.is_prn \
         AND (d.status = 'MISSED' OR (d.status = 'DUE' AND d.missed_after <= $4 AND p.status = 'ACTIVE')) \
         ORDER BY d.scheduled_time DESC, d.id DESC LIMIT 1"
    );
    let values = [patient.into(), from.into(), until.into(), now.into()];
    Ok(QuestionedDose::find_by_statement(statement(LATEST, values))
        .one(db)
        .await?)
}

#[derive(FromQueryResult)]
struct Count {
    asked: i64,
}

const ASKED: &str = "\
SELECT count(*) AS asked FROM audit_logs \
WHERE resource_id = $1 AND actor_id = $2 AND action_type = 'DOSE_MISSED' AND details ->> 'change' = 'NUDGED'";

/// How often somebody has asked about a dose.
///
/// # Errors
/// When the database fails.
pub async fn asked(db: &impl ConnectionTrait, dose: DoseEventId, by: UserId) -> Result<u32, Error> {
    let row = Count::find_by_statement(statement(ASKED, [dose.into(), by.into()]))
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| count(row.asked)))
}

const LOCK_DOSE: &str = "SELECT id FROM dose_events WHERE id = $1 AND patient_id = $2 FOR NO KEY UPDATE";

/// Holds a patient's dose until the transaction ends; whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn lock_dose(db: &impl ConnectionTrait, patient: UserId, dose: DoseEventId) -> Result<bool, Error> {
    let values = [dose.into(), patient.into()];
    Ok(db.query_one_raw(statement(LOCK_DOSE, values)).await?.is_some())
}

/// Each question may be answered once. Between two patients, a connection opens the data of the one who was asked: who
/// asked about the dose may have let go of it, and be cared for by the patient now.
const UNANSWERED: &str = "\
SELECT u.id, u.language::text AS language \
FROM audit_logs n JOIN users u ON u.id = n.actor_id \
JOIN connections c ON least(c.initiator_id, c.recipient_id) = least(u.id, $2::uuid) \
 AND greatest(c.initiator_id, c.recipient_id) = greatest(u.id, $2::uuid) \
WHERE n.resource_id = $1 AND n.action_type = 'DOSE_MISSED' AND n.details ->> 'change' = 'NUDGED' \
 AND c.status = 'ACCEPTED' AND c.permission_level <> 'NOT_ALLOWED' \
 AND (c.recipient_id = $2 OR u.role <> 'PATIENT') \
GROUP BY u.id, u.language \
HAVING count(*) > (SELECT count(*) FROM audit_logs a WHERE a.resource_id = $1 AND a.actor_id = $2 \
 AND a.action_type = 'DOSE_MISSED' AND a.details ->> 'change' = 'ANSWERED' \
 AND jsonb_exists(a.details -> 'to', u.id::text)) \
ORDER BY u.id";

/// Those who asked about a patient's dose, were not answered yet, and may still see the patient's doses.
///
/// # Errors
/// When the database fails.
pub async fn unanswered(
    db: &impl ConnectionTrait,
    patient: UserId,
    dose: DoseEventId,
) -> Result<Vec<Recipient>, Error> {
    let rows = RecipientRow::find_by_statement(statement(UNANSWERED, [dose.into(), patient.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Recipient::from).collect())
}
