//! The table `meal_time_preferences`.

use das_tern_domain::{MealTimePreferenceId, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// When a patient eats, as ranges such as `7-8AM`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "meal_time_preferences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MealTimePreferenceId,
    #[sea_orm(unique)]
    pub user_id: UserId,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub morning_meal: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub afternoon_meal: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(20))")]
    pub night_meal: Option<String>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    #[sea_orm(belongs_to, from = "user_id", to = "id")]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
