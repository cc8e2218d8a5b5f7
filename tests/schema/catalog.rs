//! What the catalogs say a database is.

use das_tern_persistence::Database;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// The lines that one query of a single text column answers.
pub(super) async fn lines(database: &Database, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let rows = database.connection().query_all_raw(statement).await.unwrap();
    rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Everything in the schema `public` that can be created or dropped, one line each.
pub(super) async fn dump(database: &Database) -> Vec<String> {
    let queries = [
        "SELECT format('column %I.%I %s null=%s default=%s', table_name, column_name, \
         (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a \
          WHERE a.attrelid = format('%I', c.table_name)::regclass AND a.attname = c.column_name), \
         is_nullable, column_default) FROM information_schema.columns c WHERE table_schema = 'public' ORDER BY 1",
        "SELECT format('constraint %s on %s %s valid=%s', conname, conrelid::regclass, pg_get_constraintdef(oid), \
         convalidated) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT format('index %s valid=%s', pg_get_indexdef(i.indexrelid), i.indisvalid) FROM pg_index i \
         JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT format('statistics %s', pg_get_statisticsobjdef(oid)) FROM pg_statistic_ext \
         WHERE stxnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT format('enum %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)) \
         FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY t.typname ORDER BY 1",
        "SELECT format('trigger %s enabled=%s', pg_get_triggerdef(oid), tgenabled) FROM pg_trigger \
         WHERE NOT tgisinternal ORDER BY 1",
        "SELECT format('function %s', pg_get_functiondef(oid)) FROM pg_proc \
         WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT format('collation %s %s', collname, collprovider) FROM pg_collation \
         WHERE collnamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT format('setting %s', unnest(setconfig)) FROM pg_db_role_setting s JOIN pg_database d \
         ON d.oid = s.setdatabase WHERE d.datname = current_database() ORDER BY 1",
    ];
    let mut dump = Vec::new();
    for query in queries {
        dump.extend(lines(database, query).await);
    }
    dump
}
