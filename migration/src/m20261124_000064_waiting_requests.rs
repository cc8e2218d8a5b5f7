//! The requests that wait for somebody, found without reading all of their connections.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let waiting = "connections (recipient_id, requested_at DESC, id DESC) WHERE status = 'PENDING'";
        online::index(manager, "connections_waiting_idx", waiting).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, &["DROP INDEX IF EXISTS connections_waiting_idx"]).await
    }
}
