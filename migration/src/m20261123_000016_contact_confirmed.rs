//! When the owner of an account showed that its phone number or e-mail address reaches them.
//!
//! Whoever has an account that may be used by now counts as confirmed from the start, and so does every doctor: those who
//! wait, wait for an administrator.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS contact_confirmed_at timestamptz(3)",
    "DO $$
    BEGIN
        ALTER TABLE users DISABLE TRIGGER users_set_updated_at;
        UPDATE users SET contact_confirmed_at = created_at WHERE contact_confirmed_at IS NULL
            AND (role = 'DOCTOR' OR coalesce(status_before_lock, account_status) <> 'PENDING_VERIFICATION');
        ALTER TABLE users ENABLE TRIGGER users_set_updated_at;
    END
    $$",
];

const DOWN: &[&str] = &["ALTER TABLE users DROP COLUMN IF EXISTS contact_confirmed_at"];

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
