//! The index of a patient's doses by time carries what figures are made of, so that adherence is counted without a visit
//! to the rows, which lie where each day's top-up has put them.
//!
//! For a doctor's 200 patients, 36,000 doses, counting took 18 ms of PostgreSQL with the rows and 12 without, rows that
//! lay close together; the index grows by three fifths. A change of the status was no HOT update before either, as
//! `dose_events_status_idx` has it.
//!
//! Drops `dose_events_patient_id_scheduled_time_idx`, which the new one covers: it begins with the same columns.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const WITH_FIGURES: &str = "dose_events_patient_figures_idx";
const WITHOUT: &str = "dose_events_patient_id_scheduled_time_idx";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let figures = "dose_events (patient_id, scheduled_time) INCLUDE (status, medication_id, prescription_id)";
        online::index(manager, WITH_FIGURES, figures).await?;
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {WITHOUT}");
        online::each(manager, &[&drop]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::index(manager, WITHOUT, "dose_events (patient_id, scheduled_time)").await?;
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {WITH_FIGURES}");
        online::each(manager, &[&drop]).await
    }
}
