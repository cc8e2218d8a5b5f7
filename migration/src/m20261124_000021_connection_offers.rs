//! A patient's codes and invitations, found by the keyed digests of their tokens.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "users_connection_offers_idx";

const UP: &[&str] = &["ALTER TABLE users ADD COLUMN IF NOT EXISTS connection_offers jsonb NOT NULL DEFAULT '[]'"];

const DOWN: &[&str] = &[
    "DROP INDEX IF EXISTS users_connection_offers_idx",
    "ALTER TABLE users DROP COLUMN IF EXISTS connection_offers",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await?;
        let on = "users USING gin (connection_offers jsonb_path_ops) WHERE connection_offers <> '[]'";
        online::index(manager, INDEX, on).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
