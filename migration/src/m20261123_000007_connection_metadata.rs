//! What a connection carries beside its level: alert settings, what is selected, what was approved.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &["ALTER TABLE connections ADD COLUMN IF NOT EXISTS metadata jsonb NOT NULL DEFAULT '{}'"];

const DOWN: &[&str] = &["ALTER TABLE connections DROP COLUMN IF EXISTS metadata"];

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
