//! How far a prescription's doses are made, when its last course ends, and the order that prescriptions are listed in.
//!
//! Two jobs look for prescriptions every day, each by a partial index: those whose doses do not reach the horizon, and
//! those that are over. Making doses changes nothing that anybody reads of the prescription, so it moves no `updated_at`:
//! else every phone would fetch every prescription anew each day.

use sea_orm_migration::prelude::*;

use crate::online;

/// This step.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: &[&str] = &[
    "ALTER TABLE prescriptions ADD COLUMN IF NOT EXISTS scheduled_until date, ADD COLUMN IF NOT EXISTS last_day date",
    "DO $$
    BEGIN
        DROP TRIGGER prescriptions_set_updated_at ON prescriptions;
        CREATE TRIGGER prescriptions_set_updated_at BEFORE UPDATE ON prescriptions FOR EACH ROW
            WHEN (NEW.scheduled_until IS NOT DISTINCT FROM OLD.scheduled_until
                OR to_jsonb(NEW) - 'scheduled_until' IS DISTINCT FROM to_jsonb(OLD) - 'scheduled_until')
            EXECUTE FUNCTION set_updated_at();
    END
    $$",
    "DO $$
    BEGIN
        ALTER TABLE prescriptions DISABLE TRIGGER prescriptions_set_updated_at;
        UPDATE prescriptions p SET last_day = m.last_day
        FROM (SELECT prescription_id, max(last_day) AS last_day FROM medications GROUP BY prescription_id
            HAVING count(*) = count(last_day)) m
        WHERE m.prescription_id = p.id AND p.last_day IS NULL;
        ALTER TABLE prescriptions ENABLE TRIGGER prescriptions_set_updated_at;
    END
    $$",
];

const DOWN: &[&str] = &[
    "DROP INDEX IF EXISTS prescriptions_feed_idx",
    "DROP INDEX IF EXISTS prescriptions_lapsing_idx",
    "DROP INDEX IF EXISTS prescriptions_horizon_idx",
    "DO $$
    BEGIN
        DROP TRIGGER prescriptions_set_updated_at ON prescriptions;
        CREATE TRIGGER prescriptions_set_updated_at BEFORE UPDATE ON prescriptions
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
    END
    $$",
    "ALTER TABLE prescriptions DROP COLUMN IF EXISTS last_day, DROP COLUMN IF EXISTS scheduled_until",
];

/// What has never been scheduled comes first.
const HORIZON: &str = "prescriptions (coalesce(scheduled_until, '-infinity'::date), id) WHERE status = 'ACTIVE'";

const LAPSING: &str = "prescriptions (last_day, id) WHERE status IN ('ACTIVE', 'PAUSED')";

const FEED: &str = "prescriptions (patient_id, created_at DESC, id DESC)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, UP).await?;
        online::index(manager, "prescriptions_horizon_idx", HORIZON).await?;
        online::index(manager, "prescriptions_lapsing_idx", LAPSING).await?;
        online::index(manager, "prescriptions_feed_idx", FEED).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        online::each(manager, DOWN).await
    }
}
