//! What an account returns to when its lock ends, so that a lock never promotes anyone.
//!
//! Nothing tells what an account that is locked now was before; it gets the status that grants least.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS status_before_lock account_status",
    "UPDATE users SET status_before_lock = 'PENDING_VERIFICATION' \
     WHERE account_status = 'LOCKED' AND status_before_lock IS NULL",
    "ALTER TABLE users DROP CONSTRAINT IF EXISTS users_status_before_lock_check, \
     ADD CONSTRAINT users_status_before_lock_check \
     CHECK ((account_status = 'LOCKED') = (status_before_lock IS NOT NULL) \
     AND status_before_lock IS DISTINCT FROM 'LOCKED') NOT VALID",
    "ALTER TABLE users VALIDATE CONSTRAINT users_status_before_lock_check",
];

const DOWN: &[&str] = &["ALTER TABLE users DROP COLUMN IF EXISTS status_before_lock"];

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
