//! How long after its time a new dose of a patient still counts as on time, in minutes.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS grace_period_minutes int NOT NULL DEFAULT 30, \
     DROP CONSTRAINT IF EXISTS users_grace_period_minutes_check, \
     ADD CONSTRAINT users_grace_period_minutes_check CHECK (grace_period_minutes IN (10, 20, 30, 60)) NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT users_grace_period_minutes_check",
];

const DOWN: &[&str] = &["ALTER TABLE users DROP COLUMN IF EXISTS grace_period_minutes"];

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
