//! Prescriptions whose doctor's account went before that was written down. A patient's first version has its author for as
//! long as the patient is there, so one without is a doctor's.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "UPDATE prescriptions p SET details = p.details || '{\"doctorIsGone\": true}' WHERE p.doctor_id IS NULL \
     AND NOT p.details ? 'doctorIsGone' AND EXISTS (SELECT FROM prescription_versions v \
     WHERE v.prescription_id = p.id AND v.version_number = 1 AND v.author_id IS NULL)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await
    }

    /// What was found out stays: an earlier release reads past it.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
