//! How an e-mail address that waited for its owner takes the place of another.

use das_tern_domain::{EmailAddress, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::registrations::{Replaced, keys_of};
use crate::sql::statement;

const REPLACE_UNCONFIRMED: &str = "\
DELETE FROM users WHERE contact_confirmed_at IS NULL AND lower(email) = lower($1) RETURNING license_photo_url";

/// Removes the account that has this address and that nobody confirmed; the keys of its pictures.
///
/// # Errors
/// When the database fails.
pub async fn remove_unconfirmed(tx: &impl ConnectionTrait, email: &EmailAddress) -> Result<Vec<String>, Error> {
    let values = [email.as_str().into()];
    let replaced = Replaced::find_by_statement(statement(REPLACE_UNCONFIRMED, values))
        .all(tx)
        .await?;
    Ok(keys_of(replaced))
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE users SET email = pending_email, pending_email = NULL, google_account_id = NULL \
     WHERE id = $1 AND lower(pending_email) = lower($2) RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

/// Gives somebody the address that waited, with all effects, in one statement; whether it still waited. The Google account of
/// the old address opens theirs no longer.
///
/// # Errors
/// [`Error::Unique`] when somebody else has it by now; when the database fails.
pub async fn save(
    tx: &impl ConnectionTrait,
    user: UserId,
    email: &EmailAddress,
    effects: &Effects,
) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), email.as_str().into(), audit_logs, notifications];
    Ok(tx.query_one_raw(statement(SAVE, values)).await?.is_some())
}
