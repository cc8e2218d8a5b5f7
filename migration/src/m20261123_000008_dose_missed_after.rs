//! When the grace of a dose ends: a dose keeps the grace that it was created with.
//!
//! The missed-dose sweep asks for the DUE doses whose grace is over, so its partial index is on this column. The same
//! index on `scheduled_time` would serve nobody: the other queries by time are a patient's, or go by prescription.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ADD: &[&str] = &["ALTER TABLE dose_events ADD COLUMN IF NOT EXISTS missed_after timestamptz(3)"];

/// The validated CHECK that no value is missing spares `SET NOT NULL` its look at every row under the table's lock.
const CONSTRAIN: &[&str] = &[
    "ALTER TABLE dose_events DROP CONSTRAINT IF EXISTS dose_events_missed_after_check, \
     DROP CONSTRAINT IF EXISTS dose_events_missed_after_present, \
     ADD CONSTRAINT dose_events_missed_after_check CHECK (missed_after >= scheduled_time) NOT VALID, \
     ADD CONSTRAINT dose_events_missed_after_present CHECK (missed_after IS NOT NULL) NOT VALID",
    "ALTER TABLE dose_events VALIDATE CONSTRAINT dose_events_missed_after_check",
    "ALTER TABLE dose_events VALIDATE CONSTRAINT dose_events_missed_after_present",
    "ALTER TABLE dose_events ALTER COLUMN missed_after SET NOT NULL",
    "ALTER TABLE dose_events DROP CONSTRAINT dose_events_missed_after_present",
];

const DOWN: &[&str] = &["ALTER TABLE dose_events DROP COLUMN IF EXISTS missed_after"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, ADD).await?;
        online::backfill_dose_events(
            manager,
            "missed_after = scheduled_time + interval '30 minutes'",
            "missed_after IS NULL",
        )
        .await?;
        online::each(manager, CONSTRAIN).await?;
        let due = "dose_events (missed_after) WHERE status = 'DUE'";
        online::index(manager, "dose_events_due_missed_after_idx", due).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
