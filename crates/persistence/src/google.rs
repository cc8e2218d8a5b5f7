//! Accounts that are signed in to with Google: found by Google's id or by their address, linked, opened.

use das_tern_domain::{AccountStatus, EmailAddress, KnownAccount, Language, Link, SubscriptionId, UserId, UserRole};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, statement};

/// An account as it was when somebody signed in with Google.
#[derive(FromQueryResult)]
pub struct Found {
    /// Its id.
    pub id: UserId,
    /// As what it is used.
    pub role: UserRole,
    /// The language its owner reads.
    pub language: Language,
    google_account_id: Option<String>,
    contact_confirmed_at: Option<OffsetDateTime>,
    updated_at: OffsetDateTime,
}

impl Found {
    /// The account as the rules see it, when the Google account `subject` signs in.
    #[must_use]
    pub fn known(&self, subject: &str) -> KnownAccount {
        KnownAccount {
            confirmed_at: self.contact_confirmed_at,
            link: match self.google_account_id.as_deref() {
                None => Link::None,
                Some(linked) if linked == subject => Link::This,
                Some(_) => Link::Other,
            },
        }
    }
}

const FIND: &str = "\
SELECT id, role::text AS role, language::text AS language, google_account_id, contact_confirmed_at, updated_at \
 FROM users WHERE google_account_id = $1 OR lower(email) = lower($2) \
ORDER BY coalesce(google_account_id = $1, false) DESC LIMIT 1";

/// The account that is linked with a Google account, else the one with its address.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, subject: &str, email: &EmailAddress) -> Result<Option<Found>, Error> {
    let values = [subject.into(), email.as_str().into()];
    Ok(Found::find_by_statement(statement(FIND, values)).one(db).await?)
}

const LINK: &str = concat!(
    "WITH changed AS (UPDATE users SET google_account_id = $3 WHERE id = $1 AND updated_at = $2 RETURNING id), ",
    effects_of!("$4", "$5"),
    " SELECT id FROM changed"
);

/// Links an account with a Google account; whether the account is still as it was found.
///
/// # Errors
/// When the database fails.
pub async fn link(db: &impl ConnectionTrait, found: &Found, subject: &str, effects: &Effects) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        found.id.into(),
        found.updated_at.into(),
        subject.into(),
        audit_logs,
        notifications,
    ];
    Ok(db.query_one_raw(statement(LINK, values)).await?.is_some())
}

/// An account that begins with a Google account.
pub struct NewGoogleAccount<'a> {
    /// Its id.
    pub id: UserId,
    /// Its subscription's id.
    pub subscription: SubscriptionId,
    /// Google's id.
    pub subject: &'a str,
    /// The address that Google has verified.
    pub email: &'a EmailAddress,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// As what it is used.
    pub role: UserRole,
    /// What it begins as.
    pub status: AccountStatus,
    /// The language its owner reads.
    pub language: Language,
    /// The hash of a secret that nobody knows.
    pub password_hash: &'a str,
    /// When.
    pub created_at: OffsetDateTime,
}

const OPEN: &str = concat!(
    "WITH changed AS (INSERT INTO users (id, google_account_id, email, first_name, last_name, role, account_status, \
     language, password_hash, created_at, contact_confirmed_at) VALUES ($1, $2, $3, $4, $5, $6::user_role, $7::account_status, \
     $8::language, $9, $10, $10) RETURNING id), \
     subscribed AS (INSERT INTO subscriptions (id, user_id) SELECT $11, id FROM changed), ",
    effects_of!("$12", "$13"),
    " SELECT id FROM changed"
);

/// Opens an account, with a FREEMIUM subscription.
///
/// # Errors
/// A violation of [`USERS_EMAIL_KEY`](crate::constraints::USERS_EMAIL_KEY) or
/// [`USERS_GOOGLE_ACCOUNT_ID_KEY`](crate::constraints::USERS_GOOGLE_ACCOUNT_ID_KEY) when somebody was faster; else when the
/// database fails.
pub async fn open(db: &impl ConnectionTrait, account: NewGoogleAccount<'_>, effects: &Effects) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        account.id.into(),
        account.subject.into(),
        account.email.as_str().into(),
        account.first_name.into(),
        account.last_name.into(),
        label(account.role),
        label(account.status),
        label(account.language),
        account.password_hash.into(),
        account.created_at.into(),
        account.subscription.into(),
        audit_logs,
        notifications,
    ];
    db.execute_raw(statement(OPEN, values)).await?;
    Ok(())
}
