//! The table `medications`.

use das_tern_domain::{Dosage, MedicationId, MedicineDetails, PrescriptionId, ReminderTimes};
use sea_orm::entity::prelude::*;
use time::{Date, OffsetDateTime};

/// A row of a prescription's grid.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "medications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MedicationId,
    pub prescription_id: PrescriptionId,
    pub row_number: i32,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub medicine_name: String,
    #[sea_orm(column_type = "String(StringLen::N(255))")]
    pub medicine_name_khmer: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub image_url: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub morning_dosage: Option<Dosage>,
    #[sea_orm(column_type = "JsonBinary")]
    pub daytime_dosage: Option<Dosage>,
    #[sea_orm(column_type = "JsonBinary")]
    pub night_dosage: Option<Dosage>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub frequency: Option<String>,
    #[sea_orm(column_type = "String(StringLen::N(100))")]
    pub timing: Option<String>,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    pub is_prn: bool,
    pub first_day: Option<Date>,
    pub last_day: Option<Date>,
    #[sea_orm(column_type = "JsonBinary")]
    pub reminder_times: Option<ReminderTimes>,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: MedicineDetails,
    pub series_id: Option<MedicationId>,
    pub removed_in_version: Option<i32>,
    #[sea_orm(belongs_to, from = "prescription_id", to = "id")]
    pub prescription: BelongsTo<super::prescription::Entity>,
    #[sea_orm(has_many)]
    pub dose_events: HasMany<super::dose_event::Entity>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
