//! The table `audit_logs`.

use das_tern_domain::{AuditActionType, AuditLogId, UserId, UserRole};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// An audit entry; the database refuses to change or remove it.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_logs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditLogId,
    pub actor_id: Option<UserId>,
    pub actor_role: Option<UserRole>,
    pub action_type: AuditActionType,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub resource_type: String,
    pub resource_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Option<Json>,
    #[sea_orm(column_type = "String(StringLen::N(45))")]
    pub ip_address: Option<String>,
    pub created_at: OffsetDateTime,
    pub patient_id: Option<UserId>,
    #[sea_orm(belongs_to, from = "actor_id", to = "id")]
    pub actor: BelongsTo<Option<super::user::Entity>>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
