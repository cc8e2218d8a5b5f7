//! People: how they are found, and what signing in reads and writes.

use das_tern_domain::{
    AccountStatus, Gender, Identifier, Language, LoginState, SubscriptionTier, Theme, UserId, UserRole, display_name,
    standing_status,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, TryGetError};
use time::{Date, OffsetDateTime};

use crate::Error;
use crate::sql::{Columns, label, optional_label, statement};

/// A person and what their subscription gives: what signing in shows and what each request checks.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id.
    pub id: UserId,
    /// What the person is.
    pub role: UserRole,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name, where it was given as one.
    pub full_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number, E.164.
    pub phone_number: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// The language they read.
    pub language: Language,
    /// The look of their app.
    pub theme: Theme,
    /// Whether the account may be used.
    pub account_status: AccountStatus,
    /// What the status was before a lock.
    pub status_before_lock: Option<AccountStatus>,
    /// What their subscription gives.
    pub subscription_tier: SubscriptionTier,
    /// A doctor's specialty.
    pub specialty: Option<String>,
    /// A doctor's hospital or clinic.
    pub hospital_clinic: Option<String>,
    /// How long after its time a new dose still counts as on time, in minutes.
    pub grace_period_minutes: i32,
    /// Tokens issued at an earlier epoch are dead.
    pub token_epoch: i64,
    /// When the account was made.
    pub created_at: OffsetDateTime,
    /// When its owner showed that its phone number or e-mail address reaches them.
    pub contact_confirmed_at: Option<OffsetDateTime>,
    /// The e-mail address that waits to be confirmed.
    pub pending_email: Option<String>,
    /// When the account will be deleted, as its owner wants.
    pub deletion_due_at: Option<OffsetDateTime>,
}

impl Account {
    /// The name to show: the whole name, or the given and the family name.
    #[must_use]
    pub fn display_name(&self) -> String {
        let [full, first, last] = [&self.full_name, &self.first_name, &self.last_name].map(Option::as_deref);
        display_name(full, first, last)
    }

    /// The status that counts: the one from before a lock, where there is one.
    #[must_use]
    pub fn standing(&self) -> AccountStatus {
        standing_status(self.account_status, self.status_before_lock)
    }
}

/// The columns of an [`Account`], in the order of its fields, and the tables that they come from: the user `u` and their
/// subscription `s`.
macro_rules! account_columns {
    () => {
        "u.id, u.role::text AS role, u.first_name, u.last_name, u.full_name, u.email, u.phone_number, \
         u.gender::text AS gender, u.date_of_birth, u.language::text AS language, u.theme::text AS theme, \
         u.account_status::text AS account_status, u.status_before_lock::text AS status_before_lock, \
         coalesce(s.tier, 'FREEMIUM')::text AS subscription_tier, u.specialty, u.hospital_clinic, \
         u.grace_period_minutes, u.token_epoch, u.created_at, u.contact_confirmed_at, u.pending_email, u.deletion_due_at"
    };
    (from) => {
        "users u LEFT JOIN subscriptions s ON s.user_id = u.id"
    };
}
pub(crate) use account_columns;

const ACCOUNT: &str = concat!(
    "SELECT ",
    account_columns!(),
    " FROM ",
    account_columns!(from),
    " WHERE u.id = $1"
);

impl Account {
    /// Reads the [`account_columns!`] of a row.
    pub(crate) fn read(columns: &mut Columns<'_>) -> Result<Self, TryGetError> {
        Ok(Self {
            id: columns.next()?,
            role: columns.labelled()?,
            first_name: columns.maybe()?,
            last_name: columns.maybe()?,
            full_name: columns.maybe()?,
            email: columns.maybe()?,
            phone_number: columns.maybe()?,
            gender: columns.maybe_labelled()?,
            date_of_birth: columns.maybe()?,
            language: columns.labelled()?,
            theme: columns.labelled()?,
            account_status: columns.labelled()?,
            status_before_lock: columns.maybe_labelled()?,
            subscription_tier: columns.labelled()?,
            specialty: columns.maybe()?,
            hospital_clinic: columns.maybe()?,
            grace_period_minutes: columns.next()?,
            token_epoch: columns.next()?,
            created_at: columns.next()?,
            contact_confirmed_at: columns.maybe()?,
            pending_email: columns.maybe()?,
            deletion_due_at: columns.maybe()?,
        })
    }
}

impl FromQueryResult for Account {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        Ok(Self::read(&mut Columns::of(row))?)
    }
}

/// The account with this id.
///
/// # Errors
/// When the database fails.
pub async fn account(db: &impl ConnectionTrait, id: UserId) -> Result<Option<Account>, Error> {
    Ok(Account::find_by_statement(statement(ACCOUNT, [id.into()]))
        .one(db)
        .await?)
}

/// What checking a password needs.
#[derive(Clone, FromQueryResult)]
pub struct Credentials {
    /// Whose they are.
    pub id: UserId,
    /// The bcrypt hash.
    pub password_hash: String,
    /// The account's token epoch: once it has moved, whoever shows this password began to before every session was ended.
    pub token_epoch: i64,
    /// Whether and how the account is locked.
    #[sea_orm(nested)]
    pub login: LoginRow,
}

/// The columns of a [`LoginRow`].
macro_rules! login_columns {
    () => {
        "account_status::text AS account_status, status_before_lock::text AS status_before_lock, failed_login_attempts, \
         locked_until"
    };
}
pub(crate) use login_columns;

/// The columns of [`Credentials`].
macro_rules! credentials_columns {
    () => {
        concat!("id, password_hash, token_epoch, ", $crate::users::login_columns!())
    };
}
pub(crate) use credentials_columns;

/// The stored form of a [`LoginState`].
#[derive(Clone, FromQueryResult)]
pub struct LoginRow {
    account_status: AccountStatus,
    status_before_lock: Option<AccountStatus>,
    failed_login_attempts: i32,
    locked_until: Option<OffsetDateTime>,
}

impl From<LoginRow> for LoginState {
    fn from(row: LoginRow) -> Self {
        Self {
            status: row.account_status,
            status_before_lock: row.status_before_lock,
            failed_attempts: row.failed_login_attempts,
            locked_until: row.locked_until,
        }
    }
}

const CREDENTIALS_BY_PHONE: &str = concat!("SELECT ", credentials_columns!(), " FROM users WHERE phone_number = $1");
const CREDENTIALS_BY_EMAIL: &str = concat!(
    "SELECT ",
    credentials_columns!(),
    " FROM users WHERE lower(email) = lower($1)"
);

/// The credentials of whoever signs in with this identifier.
///
/// # Errors
/// When the database fails.
pub async fn credentials(db: &impl ConnectionTrait, identifier: &Identifier) -> Result<Option<Credentials>, Error> {
    let (sql, value) = match identifier {
        Identifier::Phone(phone) => (CREDENTIALS_BY_PHONE, phone.as_str()),
        Identifier::Email(email) => (CREDENTIALS_BY_EMAIL, email.as_str()),
    };
    Ok(Credentials::find_by_statement(statement(sql, [value.into()]))
        .one(db)
        .await?)
}

/// What signing in changes, with the token epoch that it is changed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockedLogin {
    /// Whether and how the account is locked.
    pub state: LoginState,
    /// The account's token epoch.
    pub token_epoch: i64,
}

#[derive(FromQueryResult)]
struct LockedRow {
    token_epoch: i64,
    #[sea_orm(nested)]
    login: LoginRow,
}

const LOCK_LOGIN: &str = concat!(
    "SELECT token_epoch, ",
    login_columns!(),
    " FROM users WHERE id = $1 FOR UPDATE"
);

/// The login state of an account, its row locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_login(tx: &impl ConnectionTrait, id: UserId) -> Result<Option<LockedLogin>, Error> {
    let row = LockedRow::find_by_statement(statement(LOCK_LOGIN, [id.into()]))
        .one(tx)
        .await?;
    Ok(row.map(|row| LockedLogin {
        state: row.login.into(),
        token_epoch: row.token_epoch,
    }))
}

const SAVE_LOGIN_STATE: &str = "\
UPDATE users SET account_status = $2::account_status, status_before_lock = $3::account_status, \
 failed_login_attempts = $4, locked_until = $5 WHERE id = $1";

/// Stores the login state of an account.
///
/// # Errors
/// When the database fails.
pub async fn save_login_state(tx: &impl ConnectionTrait, id: UserId, state: &LoginState) -> Result<(), Error> {
    let values = [
        id.into(),
        label(state.status),
        optional_label(state.status_before_lock),
        state.failed_attempts.into(),
        state.locked_until.into(),
    ];
    tx.execute_raw(statement(SAVE_LOGIN_STATE, values)).await?;
    Ok(())
}

const ADVANCE_TOKEN_EPOCH: &str = "UPDATE users SET token_epoch = token_epoch + 1 WHERE id = $1";

/// Ends every session of a user: tokens of an earlier epoch are dead.
///
/// # Errors
/// When the database fails.
pub async fn advance_token_epoch(db: &impl ConnectionTrait, id: UserId) -> Result<(), Error> {
    db.execute_raw(statement(ADVANCE_TOKEN_EPOCH, [id.into()])).await?;
    Ok(())
}
