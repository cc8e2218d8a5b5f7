//! Drops the indexes that another one covers: one that starts with the same column finds the same rows, and each index
//! costs every write.
//!
//! | dropped | covered by |
//! | --- | --- |
//! | `audit_logs (actor_id)` | `audit_logs_actor_feed_idx` |
//! | `connections (initiator_id)` | `connections_initiator_id_recipient_id_key` |
//! | `dose_events (patient_id)` | `dose_events_patient_id_scheduled_time_idx` |
//! | `family_members (subscription_id)` | `family_members_subscription_id_member_id_key` |
//! | `notifications (recipient_id)` | `notifications_feed_idx` |
//! | `prescription_versions (prescription_id)` | `prescription_versions_prescription_id_version_number_key` |
//! | `prescriptions (patient_id)` | `prescriptions_patient_id_status_idx` |
//! | `subscriptions (user_id)` | `subscriptions_user_id_key` |

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The table and the column of each index that goes.
const COVERED: &[(&str, &str)] = &[
    ("audit_logs", "actor_id"),
    ("connections", "initiator_id"),
    ("dose_events", "patient_id"),
    ("family_members", "subscription_id"),
    ("notifications", "recipient_id"),
    ("prescription_versions", "prescription_id"),
    ("prescriptions", "patient_id"),
    ("subscriptions", "user_id"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COVERED {
            let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {table}_{column}_idx");
            online::each(manager, &[&drop]).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COVERED {
            online::index(
                manager,
                &format!("{table}_{column}_idx"),
                &format!("{table} ({column})"),
            )
            .await?;
        }
        Ok(())
    }
}
