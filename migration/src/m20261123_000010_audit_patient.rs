//! The patient whose data an audit entry is about, and the two orders that the trail is read in.
//!
//! No foreign key: the trail is append-only with one exception, and deleting a patient must not need a second.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &["ALTER TABLE audit_logs ADD COLUMN IF NOT EXISTS patient_id uuid"];

const DOWN: &[&str] = &[
    "DROP INDEX IF EXISTS audit_logs_actor_feed_idx",
    "ALTER TABLE audit_logs DROP COLUMN IF EXISTS patient_id",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await?;
        let by_patient = "audit_logs (patient_id, created_at DESC, id DESC)";
        online::index(manager, "audit_logs_patient_feed_idx", by_patient).await?;
        let by_actor = "audit_logs (actor_id, created_at DESC, id DESC)";
        online::index(manager, "audit_logs_actor_feed_idx", by_actor).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
