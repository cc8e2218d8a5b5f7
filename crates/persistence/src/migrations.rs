//! Which migrations the database has.

use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::Error;
use crate::sql::statement;

#[derive(FromQueryResult)]
struct Applied {
    version: String,
}

const APPLIED: &str = "SELECT version FROM seaql_migrations";
const HAS_NO_LIST: &str = "SELECT 1 WHERE to_regclass('seaql_migrations') IS NULL";

/// The names of the migrations that the database has.
///
/// # Errors
/// When the database fails.
pub async fn applied(db: &impl ConnectionTrait) -> Result<Vec<String>, Error> {
    let found = Applied::find_by_statement(statement(APPLIED, [])).all(db).await;
    match found {
        Ok(rows) => Ok(rows.into_iter().map(|row| row.version).collect()),
        // One that was never migrated has no list of them.
        Err(error) => match db.query_one_raw(statement(HAS_NO_LIST, [])).await? {
            Some(_) => Ok(Vec::new()),
            None => Err(error.into()),
        },
    }
}
