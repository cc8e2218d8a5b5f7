//! The token epoch of an account: tokens issued at an earlier one are dead.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS token_epoch bigint NOT NULL DEFAULT 0, \
     DROP CONSTRAINT IF EXISTS users_token_epoch_check, \
     ADD CONSTRAINT users_token_epoch_check CHECK (token_epoch >= 0) NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT users_token_epoch_check",
];

const DOWN: &[&str] = &["ALTER TABLE users DROP COLUMN IF EXISTS token_epoch"];

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
