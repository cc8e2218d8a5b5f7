//! The audit trail, as a person may read it.

use das_tern_domain::{AuditActionType, AuditLogId, UserId, UserRole};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Error;
use crate::sql::{optional_label, statement};

/// An audit entry with the name of its actor.
#[derive(Debug, Clone, FromQueryResult)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditLogId,
    /// Who acted; `None` is the system, or a deleted account.
    pub actor_id: Option<UserId>,
    /// The actor's name.
    pub actor_name: Option<String>,
    /// As what they acted; `None` is the system.
    pub actor_role: Option<UserRole>,
    /// What was done.
    pub action_type: AuditActionType,
    /// The kind of thing it was done to.
    pub resource_type: String,
    /// The thing it was done to.
    pub resource_id: Option<Uuid>,
    /// More about it.
    pub details: Option<serde_json::Value>,
    /// Where the actor's request came from.
    pub ip_address: Option<String>,
    /// When.
    pub created_at: OffsetDateTime,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// From this instant on.
    pub from: Option<OffsetDateTime>,
    /// Before this instant.
    pub until: Option<OffsetDateTime>,
    /// Only this action.
    pub action: Option<AuditActionType>,
    /// Only by this actor.
    pub actor: Option<UserId>,
    /// Only about this kind of thing.
    pub resource_type: Option<String>,
}

macro_rules! filtered {
    ($owner:literal) => {
        concat!(
            "(SELECT id, actor_id, actor_role, action_type, resource_type, resource_id, details, ip_address, \
             created_at FROM audit_logs WHERE ",
            $owner,
            " AND ($2::timestamptz IS NULL OR created_at >= $2) AND ($3::timestamptz IS NULL OR created_at < $3) \
             AND ($4::text IS NULL OR action_type = $4::audit_action_type) AND ($5::uuid IS NULL OR actor_id = $5) \
             AND ($6::text IS NULL OR resource_type = $6) \
             AND ($7::timestamptz IS NULL OR (created_at, id) < ($7, $8::uuid)) \
             ORDER BY created_at DESC, id DESC LIMIT $9)"
        )
    };
}

/// Two bounded index scans, one by patient and one by actor, each in order, then merged: an `OR` over both would sort
/// the whole trail.
const VISIBLE_TO: &str = concat!(
    "SELECT e.id, e.actor_id, coalesce(u.full_name, nullif(concat_ws(' ', u.first_name, u.last_name), '')) AS actor_name, \
     e.actor_role::text AS actor_role, e.action_type::text AS action_type, e.resource_type, e.resource_id, e.details, \
     e.ip_address, e.created_at FROM (",
    filtered!("patient_id = $1"),
    " UNION ALL ",
    filtered!("actor_id = $1 AND patient_id IS DISTINCT FROM $1"),
    " ORDER BY created_at DESC, id DESC LIMIT $9) e LEFT JOIN users u ON u.id = e.actor_id \
     ORDER BY e.created_at DESC, e.id DESC"
);

/// A page of the entries about a person's data and of their own actions, newest first, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn visible_to(
    db: &impl ConnectionTrait,
    person: UserId,
    filter: &AuditFilter,
    after: Option<(OffsetDateTime, AuditLogId)>,
    limit: u64,
) -> Result<Vec<AuditEntry>, Error> {
    let values = [
        person.into(),
        filter.from.into(),
        filter.until.into(),
        optional_label(filter.action),
        filter.actor.map(|actor| actor.0).into(),
        filter.resource_type.clone().into(),
        after.map(|(time, _)| time).into(),
        after.map(|(_, id)| id.0).into(),
        limit.into(),
    ];
    Ok(AuditEntry::find_by_statement(statement(VISIBLE_TO, values))
        .all(db)
        .await?)
}

/// Where the details of an entry keep what was asked, for [`receipt`].
pub const FINGERPRINT: &str = "request";

const RECEIPT: &str = "\
SELECT resource_id AS resource, details->>'request' AS fingerprint FROM audit_logs \
WHERE id = $1 AND actor_id = $2 AND resource_id IS NOT NULL AND details->>'request' IS NOT NULL";

/// What became of a request that may arrive twice.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Receipt {
    /// What it made.
    pub resource: Uuid,
    /// What it had asked, as a MAC.
    pub fingerprint: String,
}

/// The receipt that `actor` has under this id, if any.
///
/// # Errors
/// When the database fails.
pub async fn receipt(db: &impl ConnectionTrait, id: AuditLogId, actor: UserId) -> Result<Option<Receipt>, Error> {
    let values = [id.into(), actor.into()];
    Ok(Receipt::find_by_statement(statement(RECEIPT, values)).one(db).await?)
}
