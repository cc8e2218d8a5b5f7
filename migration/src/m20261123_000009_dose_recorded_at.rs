//! When the server heard of an outcome, beside when the dose was taken.
//!
//! For doses decided before this column, the closest that is known is their last change.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ADD: &[&str] = &["ALTER TABLE dose_events ADD COLUMN IF NOT EXISTS recorded_at timestamptz(3)"];

const CONSTRAIN: &[&str] = &[
    "ALTER TABLE dose_events DROP CONSTRAINT IF EXISTS dose_events_recorded_at_check, \
     ADD CONSTRAINT dose_events_recorded_at_check \
     CHECK ((status IN ('TAKEN_ON_TIME', 'TAKEN_LATE', 'SKIPPED')) = (recorded_at IS NOT NULL)) NOT VALID",
    "ALTER TABLE dose_events VALIDATE CONSTRAINT dose_events_recorded_at_check",
];

const DOWN: &[&str] = &["ALTER TABLE dose_events DROP COLUMN IF EXISTS recorded_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, ADD).await?;
        let decided = "status IN ('TAKEN_ON_TIME', 'TAKEN_LATE', 'SKIPPED') AND recorded_at IS NULL";
        online::backfill_dose_events(manager, "recorded_at = updated_at", decided).await?;
        online::each(manager, CONSTRAIN).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
