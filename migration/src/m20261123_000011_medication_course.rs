//! What a medication's course needs beside its cells: as needed or not, its days, and its own reminder times.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE medications ADD COLUMN IF NOT EXISTS is_prn boolean NOT NULL DEFAULT false, \
     ADD COLUMN IF NOT EXISTS first_day date, \
     ADD COLUMN IF NOT EXISTS last_day date, \
     ADD COLUMN IF NOT EXISTS reminder_times jsonb, \
     DROP CONSTRAINT IF EXISTS medications_last_day_check, \
     ADD CONSTRAINT medications_last_day_check CHECK (last_day >= first_day) NOT VALID",
    "ALTER TABLE medications VALIDATE CONSTRAINT medications_last_day_check",
];

const DOWN: &[&str] = &[
    "ALTER TABLE medications DROP COLUMN IF EXISTS is_prn, DROP COLUMN IF EXISTS first_day, \
     DROP COLUMN IF EXISTS last_day, DROP COLUMN IF EXISTS reminder_times",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
