//! How many doctors are verified, for whoever plans a search of them: the two columns say it only together.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &["CREATE STATISTICS IF NOT EXISTS users_standing_stats (mcv) \
     ON role, (coalesce(status_before_lock, account_status)) FROM users"];

const DOWN: &[&str] = &["DROP STATISTICS IF EXISTS users_standing_stats"];

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
