use das_tern_application::AuditEntry;
use das_tern_domain::{AuditActionType, AuditLogId, UserId, UserRole};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::openapi::Instant;

/// One thing that somebody did, or tried to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryBody<'a> {
    id: AuditLogId,
    /// Who; null is the system, or a deleted account.
    actor_id: Option<UserId>,
    #[schema(example = "សុខ សំណាង")]
    actor_name: Option<&'a str>,
    actor_role: Option<UserRole>,
    action_type: AuditActionType,
    /// The kind of thing it was done to.
    #[schema(example = "DoseEvent")]
    resource_type: &'a str,
    resource_id: Option<Uuid>,
    #[schema(value_type = Option<Object>)]
    details: Option<&'a Value>,
    ip_address: Option<&'a str>,
    created_at: Instant,
}

impl<'a> From<&'a AuditEntry> for AuditEntryBody<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        Self {
            id: entry.id,
            actor_id: entry.actor_id,
            actor_name: entry.actor_name.as_deref(),
            actor_role: entry.actor_role,
            action_type: entry.action_type,
            resource_type: &entry.resource_type,
            resource_id: entry.resource_id,
            details: entry.details.as_ref(),
            ip_address: entry.ip_address.as_deref(),
            created_at: Instant(entry.created_at),
        }
    }
}
