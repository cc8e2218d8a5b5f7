//! The table `prescriptions`.

use das_tern_domain::{Gender, PrescriptionDetails, PrescriptionId, PrescriptionStatus, UserId};
use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

/// A prescription, with the patient as they were when it was made.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prescriptions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PrescriptionId,
    pub patient_id: UserId,
    pub doctor_id: Option<UserId>,
    #[sea_orm(column_type = "String(StringLen::N(200))")]
    pub patient_name: String,
    pub patient_gender: Gender,
    pub patient_age: i32,
    #[sea_orm(column_type = "Text")]
    pub symptoms: String,
    pub status: PrescriptionStatus,
    pub current_version: i32,
    pub is_urgent: bool,
    #[sea_orm(column_type = "Text")]
    pub urgent_reason: Option<String>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: PrescriptionDetails,
    pub scheduled_until: Option<Date>,
    pub last_day: Option<Date>,
    #[sea_orm(belongs_to, relation_enum = "Patient", from = "patient_id", to = "id")]
    pub patient: BelongsTo<super::user::Entity>,
    #[sea_orm(belongs_to, relation_enum = "Doctor", from = "doctor_id", to = "id")]
    pub doctor: BelongsTo<Option<super::user::Entity>>,
    #[sea_orm(has_many)]
    pub versions: HasMany<super::prescription_version::Entity>,
    #[sea_orm(has_many)]
    pub medications: HasMany<super::medication::Entity>,
    #[sea_orm(has_many)]
    pub dose_events: HasMany<super::dose_event::Entity>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
