//! Which notifications a person wants, and the doctors whom patients may find.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] =
    &["ALTER TABLE users ADD COLUMN IF NOT EXISTS notification_preferences jsonb NOT NULL DEFAULT '{}'"];

const DOWN: &[&str] = &[
    "DROP INDEX IF EXISTS users_verified_doctors_idx",
    "ALTER TABLE users DROP COLUMN IF EXISTS notification_preferences",
];

/// Only doctors whom somebody may choose, in the order in which they are listed. A doctor whose account is locked by
/// wrong passwords is still a verified one: strangers must not be able to take them off the list.
const VERIFIED_DOCTORS: &str = "users ((coalesce(full_name, first_name || ' ' || last_name, first_name, last_name, '')) \
     COLLATE khmer, id) WHERE role = 'DOCTOR' AND coalesce(status_before_lock, account_status) = 'VERIFIED'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await?;
        online::index(manager, "users_verified_doctors_idx", VERIFIED_DOCTORS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
