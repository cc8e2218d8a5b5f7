//! Room on prescriptions and medications for what has no column of its own.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE prescriptions ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE medications ADD COLUMN IF NOT EXISTS details jsonb NOT NULL DEFAULT '{}'",
];

const DOWN: &[&str] = &[
    "ALTER TABLE medications DROP COLUMN IF EXISTS details",
    "ALTER TABLE prescriptions DROP COLUMN IF EXISTS details",
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
