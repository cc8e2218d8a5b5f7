//! The table `prescription_versions`.

use das_tern_domain::{Grid, PrescriptionId, PrescriptionVersionId, UserId, VersionDetails};
use sea_orm::entity::prelude::*;
use time::OffsetDateTime;

/// One version of a prescription, with its complete grid; never changed.
#[sea_orm::model]
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "prescription_versions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PrescriptionVersionId,
    pub prescription_id: PrescriptionId,
    pub version_number: i32,
    pub author_id: Option<UserId>,
    #[sea_orm(column_type = "Text")]
    pub change_reason: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub medications_snapshot: Grid,
    pub created_at: OffsetDateTime,
    pub is_urgent: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: VersionDetails,
    #[sea_orm(belongs_to, from = "prescription_id", to = "id")]
    pub prescription: BelongsTo<super::prescription::Entity>,
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<Option<super::user::Entity>>,
}

super::debug_by_id!(Model, ModelEx);

impl ActiveModelBehavior for ActiveModel {}
