//! The table `users`.

use das_tern_domain::{
    AccountStatus, ConnectionOffers, Gender, Language, NotificationPreferences, Theme, UserId, UserRole,
};
use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

/// A person with an account.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub role: UserRole,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub first_name: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub last_name: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub full_name: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(20))", unique)]
    pub phone_number: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub email: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub password_hash: String,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub pin_code_hash: Option<String>,
    pub gender: Option<Gender>,
    pub date_of_birth: Option<Date>,
    #[sea_orm(column_type = "String(StringLen::N(50))", unique)]
    pub id_card_number: Option<String>,
    pub language: Language,
    pub theme: Theme,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub hospital_clinic: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub specialty: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(100))", unique)]
    pub license_number: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub license_photo_url: Option<String>,
    pub account_status: AccountStatus,
    pub failed_login_attempts: i32,
    pub locked_until: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    pub token_epoch: i64,
    pub grace_period_minutes: i32,
    pub status_before_lock: Option<AccountStatus>,
    #[sea_orm(column_type = "String(StringLen::N(255))", unique)]
    pub google_account_id: Option<String>,
    pub contact_confirmed_at: Option<OffsetDateTime>,
    #[sea_orm(column_type = "JsonBinary")]
    pub notification_preferences: NotificationPreferences,
    #[sea_orm(column_type = "JsonBinary")]
    pub connection_offers: ConnectionOffers,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub pending_email: Option<String>,
    pub deletion_due_at: Option<OffsetDateTime>,
    #[sea_orm(has_one)]
    pub subscription: HasOne<super::subscription::Entity>,
    #[sea_orm(has_one)]
    pub meal_time_preference: HasOne<super::meal_time_preference::Entity>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
