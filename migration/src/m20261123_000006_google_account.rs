//! The Google account that an account is linked with.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS google_account_id varchar(255)",
    "ALTER TABLE users DROP CONSTRAINT IF EXISTS users_google_account_id_key",
    "DROP INDEX CONCURRENTLY IF EXISTS users_google_account_id_key",
    "CREATE UNIQUE INDEX CONCURRENTLY users_google_account_id_key ON users (google_account_id)",
    "ALTER TABLE users ADD CONSTRAINT users_google_account_id_key UNIQUE USING INDEX users_google_account_id_key",
];

const DOWN: &[&str] = &["ALTER TABLE users DROP COLUMN IF EXISTS google_account_id"];

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
