//! Finds the account that a picture of a licence belongs to, for the job that removes those of nobody. Few accounts are
//! doctors', and fewer have a picture, so the index is small.

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
        let photos = "users (license_photo_url) WHERE license_photo_url IS NOT NULL";
        online::index(manager, "users_license_photo_idx", photos).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, &["DROP INDEX CONCURRENTLY IF EXISTS users_license_photo_idx"]).await
    }
}
