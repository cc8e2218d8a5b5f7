//! Which migrations the database has.

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::Error;
use crate::sql::statement;

#[derive(FromQueryResult)]
struct Applied {
    version: String,
}

/// The names of the migrations that the database has.
///
/// # Errors
/// When the database fails, or has never been migrated.
pub async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
    let rows = Applied::find_by_statement(statement("SELECT version FROM seaql_migrations", []))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.version).collect())
}
