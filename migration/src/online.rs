//! Changing a large table while it is in use.
//!
//! A column with a constant default is added without touching a row. A CHECK is added `NOT VALID`, which asks for the
//! table's lock only for an instant, and validated by a statement of its own, which lets writers pass. An index is
//! built `CONCURRENTLY`. All of this needs each statement to be a transaction of its own, so each must be safe to
//! repeat: an interrupted step is run again from its start.

use sea_orm_migration::prelude::*;

/// Runs statements one by one, each in its own transaction.
pub(crate) async fn each(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// Builds an index while the table is written to. A build that broke off left an invalid one behind, which goes first.
pub(crate) async fn index(manager: &SchemaManager<'_>, name: &str, on: &str) -> Result<(), DbErr> {
    let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
    let create = format!("CREATE INDEX CONCURRENTLY {name} ON {on}");
    each(manager, &[&drop, &create]).await
}

/// Fills a column of `dose_events` in for the rows that match `rows`, 10,000 rows to a transaction.
///
/// The trigger that moves `updated_at` is off meanwhile, as nothing happened to these doses; switching it off makes
/// writers wait for one batch at a time.
pub(crate) async fn backfill_dose_events(
    manager: &SchemaManager<'_>,
    assignment: &str,
    rows: &str,
) -> Result<(), DbErr> {
    let batches = format!(
        "DO $$
        DECLARE
            done uuid := '00000000-0000-0000-0000-000000000000';
            upto uuid;
        BEGIN
            LOOP
                SELECT id INTO upto
                FROM (SELECT id FROM dose_events WHERE id > done ORDER BY id LIMIT 10000) batch
                ORDER BY id DESC LIMIT 1;
                EXIT WHEN upto IS NULL;
                ALTER TABLE dose_events DISABLE TRIGGER dose_events_set_updated_at;
                UPDATE dose_events SET {assignment} WHERE id > done AND id <= upto AND {rows};
                ALTER TABLE dose_events ENABLE TRIGGER dose_events_set_updated_at;
                COMMIT;
                done := upto;
            END LOOP;
        END
        $$"
    );
    each(manager, &[&batches]).await
}
