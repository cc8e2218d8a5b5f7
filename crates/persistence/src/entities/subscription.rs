//! The table `subscriptions`.

use das_tern_domain::{SubscriptionId, SubscriptionTier, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// What a person's subscription gives, and how much storage they use, in bytes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    #[sea_orm(unique)]
    pub user_id: UserId,
    pub tier: SubscriptionTier,
    pub storage_quota: i64,
    pub storage_used: i64,
    pub expires_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
    #[sea_orm(has_many)]
    pub family_members: HasMany<super::family_member::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
