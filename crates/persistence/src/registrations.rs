//! New accounts, and what confirming them and resetting their passwords reads and writes.

use das_tern_domain::{
    AccountStatus, Channel, Contacts, EmailAddress, Gender, Identifier, Language, LoginState, PhoneNumber,
    SubscriptionId, UserId, UserRole,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use time::{Date, OffsetDateTime};

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, optional_label, statement};
use crate::users::{Credentials, LoginRow, credentials_columns, login_columns};

/// An account to be made, with its free subscription.
#[derive(Clone)]
pub struct NewAccount {
    /// Its id.
    pub id: UserId,
    /// The id of its subscription.
    pub subscription: SubscriptionId,
    /// As what.
    pub role: UserRole,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name, where it was given as one.
    pub full_name: Option<String>,
    /// Phone number and e-mail address.
    pub contacts: Contacts,
    /// The bcrypt hash of the password.
    pub password_hash: String,
    /// The bcrypt hash of the PIN.
    pub pin_code_hash: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// The number of the ID card.
    pub id_card_number: Option<String>,
    /// The language they read.
    pub language: Language,
    /// A doctor's hospital or clinic.
    pub hospital_clinic: Option<String>,
    /// A doctor's specialty.
    pub specialty: Option<String>,
    /// The number of a doctor's licence.
    pub license_number: Option<String>,
    /// The key of the picture of a doctor's licence.
    pub license_photo: Option<String>,
    /// Now.
    pub created_at: OffsetDateTime,
}

const LOCK_IDENTITIES: &str = "\
SELECT pg_advisory_xact_lock(number) FROM (SELECT DISTINCT hashtextextended(identity, 0) AS number \
 FROM jsonb_array_elements_text($1::jsonb) identity ORDER BY number) identities";

/// Makes whoever registers with one of the same phone number, e-mail address, ID card or licence wait until the
/// transaction ends. Everybody takes the locks in the same order.
///
/// # Errors
/// When the database fails.
pub async fn lock_identities(tx: &impl ConnectionTrait, account: &NewAccount) -> Result<(), Error> {
    let contacts = account.contacts.identifiers();
    let contacts = contacts.iter().map(|contact| format!("contact:{}", contact.folded()));
    let card = account.id_card_number.iter().map(|number| format!("card:{number}"));
    let licence = account.license_number.iter().map(|number| format!("licence:{number}"));
    let identities: Vec<_> = contacts.chain(card).chain(licence).collect();
    tx.execute_raw(statement(LOCK_IDENTITIES, [json!(identities).into()]))
        .await?;
    Ok(())
}

/// The same for one phone number or e-mail address that somebody wants to have.
///
/// # Errors
/// When the database fails.
pub async fn lock_contact(tx: &impl ConnectionTrait, contact: &Identifier) -> Result<(), Error> {
    let identities = json!([format!("contact:{}", contact.folded())]);
    tx.execute_raw(statement(LOCK_IDENTITIES, [identities.into()])).await?;
    Ok(())
}

/// An unconfirmed account that made room for another.
#[derive(FromQueryResult)]
pub(crate) struct Replaced {
    license_photo_url: Option<String>,
}

/// The keys of the pictures that went with accounts.
pub(crate) fn keys_of(replaced: Vec<Replaced>) -> Vec<String> {
    replaced.into_iter().filter_map(|row| row.license_photo_url).collect()
}

const REPLACE: &str = "\
DELETE FROM users WHERE contact_confirmed_at IS NULL AND (phone_number = $1 OR lower(email) = lower($2) \
 OR id_card_number = $3 OR license_number = $4) RETURNING license_photo_url";

/// Removes the unconfirmed accounts that have something which only one account may have and `account` has, too; of each the key
/// of its picture.
///
/// # Errors
/// When the database fails.
pub async fn remove_unconfirmed(tx: &impl ConnectionTrait, account: &NewAccount) -> Result<Vec<Option<String>>, Error> {
    let values = [
        phone(&account.contacts).into(),
        email(&account.contacts).into(),
        account.id_card_number.clone().into(),
        account.license_number.clone().into(),
    ];
    let replaced = Replaced::find_by_statement(statement(REPLACE, values)).all(tx).await?;
    Ok(replaced.into_iter().map(|row| row.license_photo_url).collect())
}

const INSERT: &str = concat!(
    "WITH changed AS (INSERT INTO users (id, role, first_name, last_name, full_name, phone_number, email, \
     password_hash, pin_code_hash, gender, date_of_birth, id_card_number, language, hospital_clinic, specialty, \
     license_number, license_photo_url, account_status, created_at, updated_at) \
     VALUES ($3, $4::user_role, $5, $6, $7, $8, $9, $10, $11, $12::gender, $13, $14, $15::language, $16, $17, $18, \
     $19, 'PENDING_VERIFICATION', $20, $20) RETURNING id), \
     subscribed AS (INSERT INTO subscriptions (id, user_id, created_at, updated_at) \
     SELECT $21, id, $20, $20 FROM changed), ",
    effects_of!("$1", "$2"),
    " SELECT 1"
);

/// Stores a new account, unconfirmed, with its subscription.
///
/// # Errors
/// [`Error::Unique`] when somebody has the phone number, the e-mail address, the ID card or the licence; when the
/// database fails.
pub async fn insert(tx: &impl ConnectionTrait, account: &NewAccount, effects: &Effects) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        audit_logs,
        notifications,
        account.id.into(),
        label(account.role),
        account.first_name.clone().into(),
        account.last_name.clone().into(),
        account.full_name.clone().into(),
        phone(&account.contacts).into(),
        email(&account.contacts).into(),
        account.password_hash.clone().into(),
        account.pin_code_hash.clone().into(),
        optional_label(account.gender),
        account.date_of_birth.into(),
        account.id_card_number.clone().into(),
        label(account.language),
        account.hospital_clinic.clone().into(),
        account.specialty.clone().into(),
        account.license_number.clone().into(),
        account.license_photo.clone().into(),
        account.created_at.into(),
        account.subscription.into(),
    ];
    tx.execute_raw(statement(INSERT, values)).await?;
    Ok(())
}

/// An unconfirmed account that says the same as another.
#[derive(FromQueryResult)]
pub struct Same {
    /// Whose, and with which password.
    #[sea_orm(nested)]
    pub credentials: Credentials,
    /// The key of the picture of a doctor's licence.
    pub license_photo_url: Option<String>,
}

const SAME: &str = concat!(
    "SELECT license_photo_url, ",
    credentials_columns!(),
    " FROM users WHERE contact_confirmed_at IS NULL \
 AND (phone_number = $1 OR lower(email) = lower($2)) \
 AND (phone_number, lower(email), role, first_name, last_name, full_name, gender, date_of_birth, id_card_number, \
 hospital_clinic, specialty, license_number, pin_code_hash IS NOT NULL) \
 IS NOT DISTINCT FROM ($1, lower($2), $3::user_role, $4, $5, $6, $7::gender, $8, $9, $10, $11, $12, $13)"
);

/// The unconfirmed account that says the same as `account`, whoever made it. Secrets and pictures are not compared.
///
/// # Errors
/// When the database fails.
pub async fn same(db: &impl ConnectionTrait, account: &NewAccount) -> Result<Option<Same>, Error> {
    let values = [
        phone(&account.contacts).into(),
        email(&account.contacts).into(),
        label(account.role),
        account.first_name.clone().into(),
        account.last_name.clone().into(),
        account.full_name.clone().into(),
        optional_label(account.gender),
        account.date_of_birth.into(),
        account.id_card_number.clone().into(),
        account.hospital_clinic.clone().into(),
        account.specialty.clone().into(),
        account.license_number.clone().into(),
        account.pin_code_hash.is_some().into(),
    ];
    Ok(Same::find_by_statement(statement(SAME, values)).one(db).await?)
}

fn phone(contacts: &Contacts) -> Option<String> {
    contacts.phone.as_ref().map(|phone| phone.as_str().to_owned())
}

fn email(contacts: &Contacts) -> Option<String> {
    contacts.email.as_ref().map(|email| email.as_str().to_owned())
}

/// How somebody is reached.
#[derive(Clone)]
pub struct Reachable {
    /// Who.
    pub id: UserId,
    /// What they are.
    pub role: UserRole,
    /// The language they read.
    pub language: Language,
    /// Their phone number and e-mail address.
    pub contacts: Contacts,
    /// When they showed that one of the two reaches them.
    pub confirmed_at: Option<OffsetDateTime>,
    /// Whether and how the account is locked.
    pub login: LoginState,
}

#[derive(FromQueryResult)]
struct ReachableRow {
    id: UserId,
    role: UserRole,
    language: Language,
    phone_number: Option<String>,
    email: Option<String>,
    contact_confirmed_at: Option<OffsetDateTime>,
    #[sea_orm(nested)]
    login: LoginRow,
}

impl From<ReachableRow> for Reachable {
    fn from(row: ReachableRow) -> Self {
        let phone = row.phone_number.and_then(|phone| phone.parse::<PhoneNumber>().ok());
        let email = row.email.and_then(|email| email.parse::<EmailAddress>().ok());
        Self {
            id: row.id,
            role: row.role,
            language: row.language,
            contacts: Contacts { phone, email },
            confirmed_at: row.contact_confirmed_at,
            login: row.login.into(),
        }
    }
}

macro_rules! reachable {
    ($condition:literal) => {
        concat!(
            "SELECT id, role::text AS role, language::text AS language, phone_number, email, contact_confirmed_at, ",
            login_columns!(),
            " FROM users WHERE ",
            $condition
        )
    };
}

/// Whoever has this phone number or e-mail address.
///
/// # Errors
/// When the database fails.
pub async fn reachable(db: &impl ConnectionTrait, identifier: &Identifier) -> Result<Option<Reachable>, Error> {
    one(
        db,
        identifier,
        reachable!("phone_number = $1"),
        reachable!("lower(email) = lower($1)"),
    )
    .await
}

/// The same, its row locked until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_reachable(tx: &impl ConnectionTrait, identifier: &Identifier) -> Result<Option<Reachable>, Error> {
    one(
        tx,
        identifier,
        reachable!("phone_number = $1 FOR UPDATE"),
        reachable!("lower(email) = lower($1) FOR UPDATE"),
    )
    .await
}

async fn one(
    db: &impl ConnectionTrait,
    identifier: &Identifier,
    by_phone: &'static str,
    by_email: &'static str,
) -> Result<Option<Reachable>, Error> {
    let (sql, value) = match identifier {
        Identifier::Phone(phone) => (by_phone, phone.as_str()),
        Identifier::Email(email) => (by_email, email.as_str()),
    };
    let row = ReachableRow::find_by_statement(statement(sql, [value.into()]))
        .one(db)
        .await?;
    Ok(row.map(Reachable::from))
}

/// What a code that was sent to its owner changes about an account.
pub struct ProvenOwner {
    /// Whose account.
    pub id: UserId,
    /// Whether and how it is locked from now on.
    pub login: LoginState,
    /// The bcrypt hash of a new password, which ends all sessions: tokens of an earlier epoch are dead.
    pub password_hash: Option<String>,
    /// When the owner proved that they are reached, unless they had before.
    pub confirmed_at: OffsetDateTime,
    /// The way that the code of an unconfirmed account went. The other contact was never shown to be the owner's, so an
    /// e-mail address waits to be confirmed by itself, and a phone number goes.
    pub only: Option<Channel>,
}

const SAVE_PROVEN_OWNER: &str = concat!(
    "WITH changed AS (UPDATE users SET account_status = $4::account_status, status_before_lock = $5::account_status, \
     failed_login_attempts = $6, locked_until = $7, password_hash = coalesce($8, password_hash), \
     token_epoch = token_epoch + CASE WHEN $8::text IS NULL THEN 0 ELSE 1 END, \
     contact_confirmed_at = coalesce(contact_confirmed_at, $9), \
     phone_number = CASE WHEN $10 = 'mail' THEN NULL ELSE phone_number END, \
     email = CASE WHEN $10 = 'sms' THEN NULL ELSE email END, \
     pending_email = CASE WHEN $10 = 'sms' THEN email ELSE pending_email END WHERE id = $3 RETURNING id), ",
    effects_of!("$1", "$2"),
    " SELECT 1"
);

/// Stores what a code changed about an account.
///
/// # Errors
/// When the database fails.
pub async fn save_proven_owner(tx: &impl ConnectionTrait, after: &ProvenOwner, effects: &Effects) -> Result<(), Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        audit_logs,
        notifications,
        after.id.into(),
        label::<AccountStatus>(after.login.status),
        optional_label(after.login.status_before_lock),
        after.login.failed_attempts.into(),
        after.login.locked_until.into(),
        after.password_hash.clone().into(),
        after.confirmed_at.into(),
        after.only.map(|channel| channel.name().to_owned()).into(),
    ];
    tx.execute_raw(statement(SAVE_PROVEN_OWNER, values)).await?;
    Ok(())
}

const PHOTOS: &str = "SELECT license_photo_url AS key FROM users WHERE license_photo_url = ANY($1)";

#[derive(FromQueryResult)]
struct Photo {
    key: String,
}

/// Those of these pictures of licences that belong to an account.
///
/// # Errors
/// When the database fails.
pub async fn photos_among(db: &impl ConnectionTrait, keys: &[String]) -> Result<Vec<String>, Error> {
    let rows = Photo::find_by_statement(statement(PHOTOS, [keys.to_vec().into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}
