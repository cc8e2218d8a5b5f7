//! The table `notifications`.

use das_tern_domain::{NotificationId, NotificationType, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// Something a person is told.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub recipient_id: UserId,
    #[sea_orm(column_name = "type")]
    pub kind: NotificationType,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub title: String,
    #[sea_orm(column_type = "Text")]
    pub message: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub data: Option<Json>,
    pub is_read: bool,
    pub read_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    #[sea_orm(belongs_to, from = "recipient_id", to = "id")]
    pub recipient: BelongsTo<super::user::Entity>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
