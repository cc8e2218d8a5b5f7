//! Connections: what stands between two people, as the access policy asks for it, as it is shown and how it is saved.

mod save;
mod views;

use das_tern_domain::access::Relationship;
use das_tern_domain::{
    ConnectionMetadata, ConnectionStatus, DoseEventId, Language, PermissionLevel, Recipient, UserId,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::sql::statement;

pub use save::{FamilyStanding, family_standing, insert, own_prescriptions, save};
pub(crate) use views::person_columns;
pub use views::{ConnectionFilter, ConnectionView, PersonView, between, find, list, lock_between, reachable};

/// One look-up by the pair. Between two patients the one who was asked is the one who is cared for; see
/// `das_tern_domain::access::opened_by`.
const RELATIONSHIP: &str = "\
SELECT CASE WHEN c.recipient_id = p.id OR v.role <> 'PATIENT' THEN p.id ELSE v.id END AS opens, \
 c.status::text AS status, c.permission_level::text AS permission_level, c.metadata \
FROM users p JOIN users v ON v.id = $1 \
LEFT JOIN connections c ON least(c.initiator_id, c.recipient_id) = least(v.id, p.id) \
 AND greatest(c.initiator_id, c.recipient_id) = greatest(v.id, p.id) \
WHERE p.id = $2 AND p.role = 'PATIENT'";

#[derive(FromQueryResult)]
struct RelationshipRow {
    opens: UserId,
    status: Option<ConnectionStatus>,
    permission_level: Option<PermissionLevel>,
    metadata: Option<ConnectionMetadata>,
}

/// What stands between `viewer` and `patient`: `None` when there is no such patient, `Some(None)` when there is no
/// connection.
///
/// # Errors
/// When the database fails.
pub async fn relationship(
    db: &impl ConnectionTrait,
    viewer: UserId,
    patient: UserId,
) -> Result<Option<Option<Relationship>>, Error> {
    let values = [viewer.into(), patient.into()];
    let row = RelationshipRow::find_by_statement(statement(RELATIONSHIP, values))
        .one(db)
        .await?;
    Ok(row.map(|row| {
        let (status, level) = (row.status?, row.permission_level?);
        Some(Relationship {
            opens: row.opens,
            status,
            level,
            metadata: row.metadata.unwrap_or_default(),
        })
    }))
}

const ALERTED: &str = "\
SELECT DISTINCT u.id, u.language::text AS language \
FROM notifications n JOIN users u ON u.id = n.recipient_id \
JOIN connections c ON (c.initiator_id = u.id AND c.recipient_id = $2) OR (c.initiator_id = $2 AND c.recipient_id = u.id) \
WHERE n.data->>'doseId' = $1 AND n.type IN ('MISSED_DOSE_ALERT', 'FAMILY_ALERT') \
 AND n.data->>'change' IS DISTINCT FROM 'NUDGE_ANSWERED' AND n.created_at >= $3 \
 AND u.id <> $2 AND c.status = 'ACCEPTED' AND c.permission_level <> 'NOT_ALLOWED' \
 AND (c.recipient_id = $2 OR u.role <> 'PATIENT') \
ORDER BY u.id";

#[derive(FromQueryResult)]
pub(crate) struct RecipientRow {
    id: UserId,
    language: Language,
}

impl From<RecipientRow> for Recipient {
    fn from(row: RecipientRow) -> Self {
        Self {
            user: row.id,
            language: row.language,
        }
    }
}

/// Those who were alerted that `patient` missed a dose and may still see it. An answer to who asked about it is no alert.
///
/// # Errors
/// When the database fails.
pub async fn alerted_about(
    db: &impl ConnectionTrait,
    dose: DoseEventId,
    patient: UserId,
    scheduled_time: OffsetDateTime,
) -> Result<Vec<Recipient>, Error> {
    let values = [dose.to_string().into(), patient.into(), scheduled_time.into()];
    let rows = RecipientRow::find_by_statement(statement(ALERTED, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Recipient::from).collect())
}
