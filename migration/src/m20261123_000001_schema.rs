//! The schema as specified: 13 enums, 11 tables, their keys, indexes, checks and triggers.
//!
//! Every constraint and index is named, because the application tells a violation by its constraint's name.

use sea_orm_migration::prelude::*;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &str = concat!(
    include_str!("m20261123_000001_schema/types.sql"),
    include_str!("m20261123_000001_schema/people.sql"),
    include_str!("m20261123_000001_schema/prescriptions.sql"),
    include_str!("m20261123_000001_schema/subscriptions.sql"),
    include_str!("m20261123_000001_schema/records.sql"),
);

/// Drops whatever of the schema is there, and nothing else.
pub(crate) const DOWN: &str = include_str!("m20261123_000001_schema/down.sql");

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(UP).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(DOWN).await?;
        Ok(())
    }
}
