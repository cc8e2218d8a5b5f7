//! The table `connections`.

use das_tern_domain::{ConnectionId, ConnectionMetadata, ConnectionStatus, PermissionLevel, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// A connection between two people: who asked whom, and what the patient opened.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connections")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionId,
    pub initiator_id: UserId,
    pub recipient_id: UserId,
    pub status: ConnectionStatus,
    pub permission_level: PermissionLevel,
    pub requested_at: OffsetDateTime,
    pub accepted_at: Option<OffsetDateTime>,
    pub revoked_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    #[sea_orm(column_type = "JsonBinary")]
    pub metadata: ConnectionMetadata,
    #[sea_orm(belongs_to, relation_enum = "Initiator", from = "initiator_id", to = "id")]
    pub initiator: BelongsTo<super::user::Entity>,
    #[sea_orm(belongs_to, relation_enum = "Recipient", from = "recipient_id", to = "id")]
    pub recipient: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
