//! Reading what was seeded.

use std::collections::BTreeMap;

use das_tern_persistence::Database;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

const TABLES: [&str; 11] = [
    "users",
    "connections",
    "prescriptions",
    "prescription_versions",
    "medications",
    "dose_events",
    "notifications",
    "audit_logs",
    "subscriptions",
    "family_members",
    "meal_time_preferences",
];

/// The lines that a query of one text column answers.
pub(super) async fn lines(database: &Database, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = database.connection().query_all_raw(statement).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

pub(super) async fn count(database: &Database, from: &str) -> u64 {
    lines(database, &format!("SELECT count(*)::text FROM {from}")).await[0]
        .parse()
        .unwrap()
}

/// Every row of every table, by table.
pub(super) async fn everything(database: &Database) -> BTreeMap<&'static str, Vec<String>> {
    let mut rows = BTreeMap::new();
    for table in TABLES {
        let sql = format!("SELECT to_jsonb(t)::text FROM {table} t ORDER BY t.id");
        rows.insert(table, lines(database, &sql).await);
    }
    rows
}
