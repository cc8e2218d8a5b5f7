//! Accounts that their owners want deleted: the wait, its end, and what goes with them (rules §2).
//!
//! The foreign keys do the deleting: what a person owns goes with the account, what others own stays without its author.

use std::time::Duration;

use das_tern_domain::{ConnectionId, ConnectionStatus, Language, Recipient, UserId, UserRole};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::connection::Session;
use crate::effects::{Effects, effects_of};
use crate::sql::statement;

const REQUEST: &str = concat!(
    "WITH changed AS (UPDATE users SET deletion_due_at = $2, token_epoch = token_epoch + 1 \
     WHERE id = $1 AND deletion_due_at IS NULL RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

/// Notes when an account will be deleted and ends every session; whether nothing was noted before.
///
/// # Errors
/// When the database fails.
pub async fn request(
    db: &impl ConnectionTrait,
    user: UserId,
    due_at: OffsetDateTime,
    effects: &Effects,
) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), due_at.into(), audit_logs, notifications];
    Ok(db.query_one_raw(statement(REQUEST, values)).await?.is_some())
}

const CANCEL: &str = concat!(
    "WITH changed AS (UPDATE users SET deletion_due_at = NULL WHERE id = $1 AND deletion_due_at IS NOT NULL \
     RETURNING id), ",
    effects_of!("$2", "$3"),
    " SELECT id FROM changed"
);

/// Keeps an account that was to be deleted; whether it still was.
///
/// # Errors
/// When the database fails.
pub async fn cancel(db: &impl ConnectionTrait, user: UserId, effects: &Effects) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), audit_logs, notifications];
    Ok(db.query_one_raw(statement(CANCEL, values)).await?.is_some())
}

/// An account whose wait is over.
#[derive(Clone, FromQueryResult)]
pub struct Leaver {
    /// Its id.
    pub id: UserId,
    /// What its owner is.
    pub role: UserRole,
    /// Their name.
    pub name: String,
    /// The key of the picture of a doctor's licence.
    pub license_photo_url: Option<String>,
}

/// Whether the wait of an account is over at an instant. Whoever is kept out by a lock could not come back in time, so a lock
/// leaves a day after its end.
macro_rules! due_at {
    ($now:literal) => {
        concat!(
            "deletion_due_at <= ",
            $now,
            " AND (account_status <> 'LOCKED' OR locked_until <= ",
            $now,
            " - interval '1 day')"
        )
    };
}

const DUE: &str = concat!(
    "SELECT id FROM users WHERE ",
    due_at!("$1"),
    " ORDER BY deletion_due_at, id LIMIT $2"
);

#[derive(FromQueryResult)]
struct Due {
    id: UserId,
}

/// The accounts whose wait is over at `now`, the one that has waited for longest first.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &impl ConnectionTrait, now: OffsetDateTime, limit: u64) -> Result<Vec<UserId>, Error> {
    let values = [now.into(), limit.into()];
    let due = Due::find_by_statement(statement(DUE, values)).all(db).await?;
    Ok(due.into_iter().map(|row| row.id).collect())
}

/// What may be large goes within its own time.
const PATIENCE: Duration = Duration::from_mins(5);

const LOCK_DUE: &str = concat!(
    "SELECT id, role::text AS role, license_photo_url, \
     coalesce(full_name, concat_ws(' ', first_name, last_name)) AS name FROM users WHERE id = $1 AND ",
    due_at!("$2"),
    " FOR UPDATE SKIP LOCKED"
);

/// An account, its row locked until the transaction ends, if it is still due and no other instance is deleting it.
///
/// # Errors
/// When the database fails.
pub async fn lock_due(tx: &Session<'_>, user: UserId, now: OffsetDateTime) -> Result<Option<Leaver>, Error> {
    tx.allow(PATIENCE).await?;
    let values = [user.into(), now.into()];
    Ok(Leaver::find_by_statement(statement(LOCK_DUE, values)).one(tx).await?)
}

/// Somebody who is connected with an account that goes, or was asked to be.
#[derive(Clone, FromQueryResult)]
pub struct Counterpart {
    /// The connection.
    pub connection: ConnectionId,
    status: ConnectionStatus,
    id: UserId,
    /// What they are.
    pub role: UserRole,
    language: Language,
}

impl Counterpart {
    /// Who they are, and the language they read.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient {
            user: self.id,
            language: self.language,
        }
    }

    /// Whether both sides had agreed.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.status == ConnectionStatus::Accepted
    }
}

const COUNTERPARTS: &str = "\
SELECT c.id AS connection, c.status::text AS status, u.id, u.role::text AS role, u.language::text AS language \
FROM connections c JOIN users u ON u.id = CASE WHEN c.initiator_id = $1 THEN c.recipient_id ELSE c.initiator_id END \
WHERE (c.initiator_id = $1 OR c.recipient_id = $1) AND c.status IN ('PENDING', 'ACCEPTED') ORDER BY c.id";

/// Those who are connected with an account, or asked or were asked to be.
///
/// # Errors
/// When the database fails.
pub async fn counterparts(tx: &impl ConnectionTrait, user: UserId) -> Result<Vec<Counterpart>, Error> {
    Ok(Counterpart::find_by_statement(statement(COUNTERPARTS, [user.into()]))
        .all(tx)
        .await?)
}

const PICTURES: &str = "\
SELECT DISTINCT m.image_url AS url FROM prescriptions p JOIN medications m ON m.prescription_id = p.id \
WHERE p.patient_id = $1 AND m.image_url IS NOT NULL ORDER BY url";

#[derive(FromQueryResult)]
struct Picture {
    url: String,
}

/// The pictures of a patient's medicines, as their prescriptions name them.
///
/// # Errors
/// When the database fails.
pub async fn pictures(tx: &impl ConnectionTrait, patient: UserId) -> Result<Vec<String>, Error> {
    let pictures = Picture::find_by_statement(statement(PICTURES, [patient.into()]))
        .all(tx)
        .await?;
    Ok(pictures.into_iter().map(|picture| picture.url).collect())
}

/// A key is a part of every address that the picture is shown at.
const STILL_SHOWN: &str = "\
SELECT key AS url FROM unnest($1::text[]) key WHERE EXISTS (SELECT FROM medications m \
 WHERE m.image_url IS NOT NULL AND position(key IN m.image_url) > 0)";

/// Those of these keys that a prescription still names.
///
/// # Errors
/// When the database fails.
pub async fn still_shown(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<String>, Error> {
    let values = [keys.to_vec().into()];
    let shown = Picture::find_by_statement(statement(STILL_SHOWN, values))
        .all(db)
        .await?;
    Ok(shown.into_iter().map(|picture| picture.url).collect())
}

const DELETE: &str = concat!(
    "WITH changed AS (DELETE FROM users WHERE id = $1 AND ",
    due_at!("$2"),
    " RETURNING id), ",
    effects_of!("$3", "$4"),
    " SELECT id FROM changed"
);

/// What a doctor wrote stays a doctor's, though nobody knows any more whose.
const LEAVE_PRESCRIPTIONS: &str = "\
UPDATE prescriptions SET details = details || '{\"doctorIsGone\": true}' WHERE doctor_id = $1";

/// Deletes an account whose wait is over, with all effects; whether it was there and still due.
///
/// # Errors
/// When the database fails.
pub async fn delete(
    tx: &impl ConnectionTrait,
    user: UserId,
    now: OffsetDateTime,
    effects: &Effects,
) -> Result<bool, Error> {
    tx.execute_raw(statement(LEAVE_PRESCRIPTIONS, [user.into()])).await?;
    let [audit_logs, notifications] = effects.values()?;
    let values = [user.into(), now.into(), audit_logs, notifications];
    Ok(tx.query_one_raw(statement(DELETE, values)).await?.is_some())
}
