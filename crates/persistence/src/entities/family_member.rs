//! The table `family_members`.

use das_tern_domain::{FamilyMemberId, SubscriptionId, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// A person's place in a family subscription.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "family_members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FamilyMemberId,
    pub subscription_id: SubscriptionId,
    pub member_id: UserId,
    pub added_at: OffsetDateTime,
    #[sea_orm(belongs_to, from = "subscription_id", to = "id")]
    pub subscription: BelongsTo<super::subscription::Entity>,
    #[sea_orm(belongs_to, from = "member_id", to = "id")]
    pub member: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
