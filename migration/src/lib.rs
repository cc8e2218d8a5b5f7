//! The database migrations of Das Tern, and the few commands that run them.
//!
//! Depends on SeaORM's migrator and on nothing else of the workspace: a migration says what it does in SQL, never
//! through an entity, so that it still does the same when the entities have moved on.
//!
//! ```no_run
//! # async fn example() -> Result<(), das_tern_migration::DbErr> {
//! use das_tern_migration::sea_orm::Database;
//!
//! let db = Database::connect("postgres://localhost/das_tern").await?;
//! for name in das_tern_migration::up(&db).await? {
//!     println!("applied {name}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! To add a step, run `cargo xtask new-migration NAME` and fill in its `up` and `down`. A step that has landed is never
//! edited. One that touches a large table runs [without a transaction](MigrationTrait::use_transaction), statement by
//! statement, each safe to repeat; the steps from `m20261123_000002` on show how.

mod grant;
mod online;
mod run;

mod m20261123_000001_schema;
mod m20261123_000002_phone_number_optional;
mod m20261123_000003_token_epoch;
mod m20261123_000004_grace_period;
mod m20261123_000005_status_before_lock;
mod m20261123_000006_google_account;
mod m20261123_000007_connection_metadata;
mod m20261123_000008_dose_missed_after;
mod m20261123_000009_dose_recorded_at;
mod m20261123_000010_audit_patient;
mod m20261123_000011_medication_course;
mod m20261123_000012_details;
mod m20261123_000013_notification_feed;
mod m20261123_000014_covered_indexes;
mod m20261123_000015_alerts_of_a_dose;
mod m20261123_000016_contact_confirmed;
mod m20261123_000017_notification_preferences;
mod m20261124_000020_connection_feeds;
mod m20261124_000021_connection_offers;
mod m20261124_000030_whole_versions;
mod m20261124_000031_rows_of_a_grid;
mod m20261124_000032_schedule_horizon;
mod m20261124_000040_dose_figures;
mod m20261124_000041_licence_photos;
mod m20261124_000050_leaving;
mod m20261124_000051_verified_doctors;
mod m20261124_000064_waiting_requests;
mod m20261124_000065_gone_doctors;

pub use grant::grant;
pub use run::{down, fresh, later, pending, status, up};
pub use sea_orm_migration::{DbErr, MigrationTrait, MigratorTrait, sea_orm};

/// All steps, oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_schema::Migration),
            Box::new(m20261123_000002_phone_number_optional::Migration),
            Box::new(m20261123_000003_token_epoch::Migration),
            Box::new(m20261123_000004_grace_period::Migration),
            Box::new(m20261123_000005_status_before_lock::Migration),
            Box::new(m20261123_000006_google_account::Migration),
            Box::new(m20261123_000007_connection_metadata::Migration),
            Box::new(m20261123_000008_dose_missed_after::Migration),
            Box::new(m20261123_000009_dose_recorded_at::Migration),
            Box::new(m20261123_000010_audit_patient::Migration),
            Box::new(m20261123_000011_medication_course::Migration),
            Box::new(m20261123_000012_details::Migration),
            Box::new(m20261123_000013_notification_feed::Migration),
            Box::new(m20261123_000014_covered_indexes::Migration),
            Box::new(m20261123_000015_alerts_of_a_dose::Migration),
            Box::new(m20261123_000016_contact_confirmed::Migration),
            Box::new(m20261123_000017_notification_preferences::Migration),
            Box::new(m20261124_000020_connection_feeds::Migration),
            Box::new(m20261124_000021_connection_offers::Migration),
            Box::new(m20261124_000030_whole_versions::Migration),
            Box::new(m20261124_000031_rows_of_a_grid::Migration),
            Box::new(m20261124_000032_schedule_horizon::Migration),
            Box::new(m20261124_000040_dose_figures::Migration),
            Box::new(m20261124_000041_licence_photos::Migration),
            Box::new(m20261124_000050_leaving::Migration),
            Box::new(m20261124_000051_verified_doctors::Migration),
            Box::new(m20261124_000064_waiting_requests::Migration),
            Box::new(m20261124_000065_gone_doctors::Migration),
        ]
    }
}
