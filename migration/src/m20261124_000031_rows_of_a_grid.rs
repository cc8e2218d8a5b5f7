//! Which rows of a grid are in force, and which row each of them takes the place of.
//!
//! A row that was taken keeps what it says for ever, as past doses show it. So a changed row is another one, of the same
//! series, and what is not in the grid any more stays with the number of the version that took it out. The series has no
//! foreign key: it is a name that rows have in common, and the first of them need not be there.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE medications ADD COLUMN IF NOT EXISTS series_id uuid, \
     ADD COLUMN IF NOT EXISTS removed_in_version int, \
     DROP CONSTRAINT IF EXISTS medications_removed_in_version_check, \
     ADD CONSTRAINT medications_removed_in_version_check CHECK (removed_in_version >= 2) NOT VALID",
    "ALTER TABLE medications VALIDATE CONSTRAINT medications_removed_in_version_check",
];

const DOWN: &[&str] =
    &["ALTER TABLE medications DROP COLUMN IF EXISTS removed_in_version, DROP COLUMN IF EXISTS series_id"];

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
