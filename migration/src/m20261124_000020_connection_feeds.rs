//! A person's connections, the newest request first, from either end without sorting.
//!
//! `connections (recipient_id)` goes: the feed of those who were asked starts with it.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COVERED: &str = "connections_recipient_id_idx";
const FEEDS: [(&str, &str); 2] = [
    (
        "connections_initiator_feed_idx",
        "connections (initiator_id, requested_at DESC, id DESC)",
    ),
    (
        "connections_recipient_feed_idx",
        "connections (recipient_id, requested_at DESC, id DESC)",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, on) in FEEDS {
            online::index(manager, name, on).await?;
        }
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {COVERED}");
        online::each(manager, &[&drop]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::index(manager, COVERED, "connections (recipient_id)").await?;
        for (name, _) in FEEDS {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
            online::each(manager, &[&drop]).await?;
        }
        Ok(())
    }
}
