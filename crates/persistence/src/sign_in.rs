//! What somebody who is signed in changes about signing in: password, PIN, sessions. Each change comes with its effects in
//! one statement.

use das_tern_domain::UserId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::statement;
use crate::users::{Credentials, credentials_columns};

const CREDENTIALS: &str = concat!("SELECT ", credentials_columns!(), " FROM users WHERE id = $1");

/// The credentials of a user.
///
/// # Errors
/// When the database fails.
pub async fn credentials(db: &impl ConnectionTrait, user: UserId) -> Result<Option<Credentials>, Error> {
    Ok(Credentials::find_by_statement(statement(CREDENTIALS, [user.into()]))
        .one(db)
        .await?)
}

const CHANGE_PASSWORD: &str = concat!(
    "WITH changed AS (UPDATE users SET password_hash = $3, token_epoch = token_epoch + 1 \
     WHERE id = $1 AND password_hash = $2 RETURNING token_epoch), ",
    effects_of!("$4", "$5"),
    " SELECT token_epoch FROM changed"
);

#[derive(FromQueryResult)]
struct Epoch {
    token_epoch: i64,
}

/// Replaces a password by another one and ends every session: the token epoch that begins. `None` if it was not the one with
/// the hash `before` any more, and then nothing is written.
///
/// # Errors
/// When the database fails.
pub async fn change_password(
    db: &impl ConnectionTrait,
    user: UserId,
    before: &str,
    after: &str,
    effects: &Effects,
) -> Result<Option<i64>, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), before.into(), after.into(), audit_logs, notifications];
    let begun = Epoch::find_by_statement(statement(CHANGE_PASSWORD, values))
        .one(db)
        .await?;
    Ok(begun.map(|begun| begun.token_epoch))
}

const STRENGTHEN_PASSWORD: &str = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";

/// Stores another hash of the same password, unless the password has changed meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn strengthen_password(
    db: &impl ConnectionTrait,
    user: UserId,
    before: &str,
    after: &str,
) -> Result<(), Error> {
    let values = [user.into(), before.into(), after.into()];
    db.execute_raw(statement(STRENGTHEN_PASSWORD, values)).await?;
    Ok(())
}

const SET_PIN: &str = concat!(
    "WITH changed AS (UPDATE users SET pin_code_hash = $2 WHERE id = $1 RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

/// Stores the hash of a user's PIN.
///
/// # Errors
/// When the database fails.
pub async fn set_pin(db: &impl ConnectionTrait, user: UserId, hash: &str, effects: &Effects) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), hash.into(), audit_logs, notifications];
    db.execute_raw(statement(SET_PIN, values)).await?;
    Ok(())
}

const PIN: &str = "SELECT pin_code_hash FROM users WHERE id = $1";

#[derive(FromQueryResult)]
struct Pin {
    pin_code_hash: Option<String>,
}

/// The hash of a user's PIN, where they have set one.
///
/// # Errors
/// When the database fails.
pub async fn pin_hash(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>, Error> {
    let row = Pin::find_by_statement(statement(PIN, [user.into()])).one(db).await?;
    Ok(row.and_then(|row| row.pin_code_hash))
}

const END_SESSIONS: &str = concat!(
    "WITH changed AS (UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1 RETURNING id), ",
    effects_of!("$2", "$3"),
    " SELECT id FROM changed"
);

/// Ends every session of a user: tokens of an earlier epoch are dead.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(db: &impl ConnectionTrait, user: UserId, effects: &Effects) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), audit_logs, notifications];
    db.execute_raw(statement(END_SESSIONS, values)).await?;
    Ok(())
}
