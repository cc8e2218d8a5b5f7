use das_tern_domain::{Connection, PrescriptionId, SubscriptionTier, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use super::ConnectionView;
use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{count, label, statement};

fn columns(connection: &Connection) -> Result<[Value; 9], Error> {
    Ok([
        connection.id.into(),
        connection.initiator.id.into(),
        connection.recipient.id.into(),
        label(connection.status),
        label(connection.level),
        serde_json::to_value(&connection.metadata)?.into(),
        connection.requested_at.into(),
        connection.accepted_at.into(),
        connection.revoked_at.into(),
    ])
}

const INSERT: &str = concat!(
    "WITH changed AS (INSERT INTO connections (id, initiator_id, recipient_id, status, permission_level, metadata, \
     requested_at, accepted_at, revoked_at, created_at) VALUES ($1, $2, $3, $4::connection_status, \
     $5::permission_level, $6, $7, $8, $9, $7) ON CONFLICT DO NOTHING RETURNING id), ",
    effects_of!("$10", "$11"),
    " SELECT id FROM changed"
);

/// Adds a connection with all its effects, in one statement: whether the two had none before. If they had, nothing is
/// written at all.
///
/// # Errors
/// When the database fails.
pub async fn insert(db: &impl ConnectionTrait, connection: &Connection, effects: &Effects) -> Result<bool, Error> {
    let values = columns(connection)?.into_iter().chain(effects.values()?);
    Ok(db.query_one_raw(statement(INSERT, values)).await?.is_some())
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE connections SET initiator_id = $2, recipient_id = $3, status = $4::connection_status, \
     permission_level = $5::permission_level, metadata = $6, requested_at = $7, accepted_at = $8, revoked_at = $9 \
     WHERE id = $1 AND status = $10::connection_status AND permission_level = $11::permission_level \
     AND metadata = $12 AND requested_at = $13 RETURNING id), ",
    effects_of!("$14", "$15"),
    " SELECT id FROM changed"
);

/// Saves what was decided on `before`, with all its effects, in one statement: whether the connection still was as in
/// `before`. If it was not, nothing is written at all.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    before: &ConnectionView,
    after: &Connection,
    effects: &Effects,
) -> Result<bool, Error> {
    let guard = [
        label(before.status),
        label(before.level),
        before.stored_metadata.clone().into(),
        before.requested_at.into(),
    ];
    let values = columns(after)?.into_iter().chain(guard).chain(effects.values()?);
    Ok(db.query_one_raw(statement(SAVE, values)).await?.is_some())
}

/// How many family connections a patient has, and what their subscription gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyStanding {
    /// The subscription that counts: an expired one is free, and whose family pays for them has a premium one.
    pub tier: SubscriptionTier,
    /// How many accepted family connections there are.
    pub used: u32,
}

#[derive(FromQueryResult)]
struct FamilyRow {
    own_tier: SubscriptionTier,
    is_member: bool,
    used: i64,
}

const FAMILY_STANDING: &str = "\
SELECT coalesce((SELECT s.tier FROM subscriptions s WHERE s.user_id = $1 AND (s.expires_at IS NULL OR s.expires_at > $2)), \
 'FREEMIUM')::text AS own_tier, \
 EXISTS (SELECT FROM family_members f JOIN subscriptions s ON s.id = f.subscription_id WHERE f.member_id = $1 \
  AND s.tier = 'FAMILY_PREMIUM' AND (s.expires_at IS NULL OR s.expires_at > $2)) AS is_member, \
 (SELECT count(*) FROM connections c JOIN users o ON o.id = c.initiator_id \
  WHERE c.recipient_id = $1 AND c.status = 'ACCEPTED' AND o.role <> 'DOCTOR') \
 + (SELECT count(*) FROM connections c JOIN users o ON o.id = c.recipient_id \
  WHERE c.initiator_id = $1 AND c.status = 'ACCEPTED' AND o.role = 'FAMILY_MEMBER') AS used";

/// Counts the family connections that open a patient's data.
///
/// # Errors
/// When the database fails.
pub async fn family_standing(
    db: &impl ConnectionTrait,
    patient: UserId,
    now: OffsetDateTime,
) -> Result<FamilyStanding, Error> {
    let statement = statement(FAMILY_STANDING, [patient.into(), now.into()]);
    let row = FamilyRow::find_by_statement(statement).one(db).await?;
    Ok(row.map_or(
        FamilyStanding {
            tier: SubscriptionTier::Freemium,
            used: 0,
        },
        |row| FamilyStanding {
            tier: match row.own_tier {
                SubscriptionTier::Freemium if row.is_member => SubscriptionTier::Premium,
                tier => tier,
            },
            used: count(row.used),
        },
    ))
}

const OWN_PRESCRIPTIONS: &str = "SELECT id FROM prescriptions WHERE patient_id = $1 AND id = ANY($2)";

#[derive(FromQueryResult)]
struct PrescriptionRow {
    id: PrescriptionId,
}

/// Those of `ids` that are prescriptions of `patient`.
///
/// # Errors
/// When the database fails.
pub async fn own_prescriptions(
    db: &impl ConnectionTrait,
    patient: UserId,
    ids: &[PrescriptionId],
) -> Result<Vec<PrescriptionId>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = PrescriptionRow::find_by_statement(statement(OWN_PRESCRIPTIONS, [patient.into(), ids.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
