//! The table `dose_events`.

use das_tern_domain::{DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, TimePeriod, UserId};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// One scheduled intake of a medication, and what became of it.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dose_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DoseEventId,
    pub prescription_id: PrescriptionId,
    pub medication_id: MedicationId,
    pub patient_id: UserId,
    pub scheduled_time: OffsetDateTime,
    pub time_period: TimePeriod,
    #[sea_orm(column_type = "String(StringLen::N(10))")]
    pub reminder_time: Option<String>,
    pub status: DoseEventStatus,
    pub taken_at: Option<OffsetDateTime>,
    #[sea_orm(column_type = "Text")]
    pub skip_reason: Option<String>,
    pub was_offline: bool,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    pub missed_after: OffsetDateTime,
    pub recorded_at: Option<OffsetDateTime>,
    #[sea_orm(belongs_to, from = "prescription_id", to = "id")]
    pub prescription: BelongsTo<super::prescription::Entity>,
    #[sea_orm(belongs_to, from = "medication_id", to = "id")]
    pub medication: BelongsTo<super::medication::Entity>,
    #[sea_orm(belongs_to, from = "patient_id", to = "id")]
    pub patient: BelongsTo<super::user::Entity>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
