//! Finds who was alerted about a dose, when it turns out to be taken after all.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const DOWN: &[&str] = &["DROP INDEX IF EXISTS notifications_dose_idx"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alerts = "notifications ((data ->> 'doseId')) WHERE type IN ('MISSED_DOSE_ALERT', 'FAMILY_ALERT')";
        online::index(manager, "notifications_dose_idx", alerts).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
