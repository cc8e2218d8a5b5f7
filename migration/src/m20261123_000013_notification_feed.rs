//! The order that a person pages through their notifications in, newest first.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const DOWN: &[&str] = &["DROP INDEX IF EXISTS notifications_feed_idx"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let feed = "notifications (recipient_id, created_at DESC, id DESC)";
        online::index(manager, "notifications_feed_idx", feed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
