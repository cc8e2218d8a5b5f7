//! An e-mail address that waits to be confirmed, and when an account will be deleted.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS pending_email varchar(255), \
     ADD COLUMN IF NOT EXISTS deletion_due_at timestamptz(3)",
];

const DOWN: &[&str] = &[
    "DROP INDEX IF EXISTS medications_image_url_idx",
    "ALTER TABLE users DROP COLUMN IF EXISTS pending_email, DROP COLUMN IF EXISTS deletion_due_at",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await?;
        let due = "users (deletion_due_at, id) WHERE deletion_due_at IS NOT NULL";
        online::index(manager, "users_deletion_due_at_idx", due).await?;
        // Whether a picture is still shown by somebody else's prescription is asked before it is removed.
        let pictures = "medications (image_url) WHERE image_url IS NOT NULL";
        online::index(manager, "medications_image_url_idx", pictures).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
