//! What the server's own role may do, where it is another one than the schema's owner.

use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

/// Tables whose rows the server changes and removes.
const CHANGED: &[&str] = &[
    "users",
    "connections",
    "prescriptions",
    "medications",
    "dose_events",
    "notifications",
    "subscriptions",
    "family_members",
    "meal_time_preferences",
];
/// Tables whose rows it writes once. That they go with their patient is the database's doing, as the owner of the tables.
const KEPT: &[&str] = &["audit_logs", "prescription_versions"];

/// Gives `role` what the server needs, and takes away whatever else it was given on these tables: it can alter neither the
/// schema nor the audit trail, nor the versions of prescriptions. To be repeated after `up`, since a step may add a table.
///
/// # Errors
/// When there is no such role, it owns the tables or is everybody, the caller does not own them, or the database fails; then
/// nothing has changed.
pub async fn grant(db: &DatabaseConnection, role: &str) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    let sql = "SELECT 1 FROM pg_tables WHERE tablename = 'users' AND $1 IN (tableowner, current_user)";
    let owns = Statement::from_sql_and_values(DbBackend::Postgres, sql, [role.into()]);
    if role.eq_ignore_ascii_case("public") || transaction.query_one_raw(owns).await?.is_some() {
        let refused = format!("{role} is not a role of the server's own: name one that owns nothing here");
        return Err(DbErr::Custom(refused));
    }
    let known = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_roles WHERE rolname = $1",
        [role.into()],
    );
    if transaction.query_one_raw(known).await?.is_none() {
        let unknown = format!("there is no role {role}; `createuser --pwprompt {role}` makes one");
        return Err(DbErr::Custom(unknown));
    }
    let tables = |names: &[&str]| names.join(", ");
    let all = tables(&[CHANGED, KEPT, &["seaql_migrations"]].concat());
    for (what, on) in [
        ("REVOKE ALL", format!("{all} FROM")),
        ("GRANT SELECT", format!("{all} TO")),
        ("GRANT INSERT", format!("{}, {} TO", tables(CHANGED), tables(KEPT))),
        ("GRANT UPDATE, DELETE", format!("{} TO", tables(CHANGED))),
    ] {
        let sql = format!("SELECT format('{what} ON {on} %I', $1)");
        let quote = Statement::from_sql_and_values(DbBackend::Postgres, sql, [role.into()]);
        let row = transaction.query_one_raw(quote).await?;
        let sql: String = row
            .ok_or_else(|| DbErr::Custom("the role cannot be named".to_owned()))?
            .try_get_by_index(0)?;
        transaction.execute_unprepared(&sql).await?;
    }
    transaction.commit().await
}
