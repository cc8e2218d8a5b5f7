//! Doctors, as administrators see and judge them.

use das_tern_domain::{AccountStatus, Contacts, DoctorName, DoctorStanding, Language, Recipient, UserId, display_name};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, optional_label, statement};

/// A doctor's account, as administrators see it.
#[derive(Clone, FromQueryResult)]
pub struct DoctorRecord {
    /// Its id.
    pub id: UserId,
    /// The whole name.
    pub full_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number, E.164.
    pub phone_number: Option<String>,
    /// The specialty.
    pub specialty: Option<String>,
    /// The hospital or clinic.
    pub hospital_clinic: Option<String>,
    /// The licence's number.
    pub license_number: Option<String>,
    /// Where the picture of the licence is kept.
    pub license_photo_url: Option<String>,
    /// The language they read.
    pub language: Language,
    /// The account's status, LOCKED included.
    pub account_status: AccountStatus,
    /// What the status was before a lock.
    pub status_before_lock: Option<AccountStatus>,
    /// When the phone or the address was confirmed.
    pub contact_confirmed_at: Option<OffsetDateTime>,
    /// When the account was made.
    pub created_at: OffsetDateTime,
}

impl DoctorRecord {
    /// What a verdict reads and changes.
    #[must_use]
    pub fn standing(&self) -> DoctorStanding {
        DoctorStanding {
            doctor: Recipient {
                user: self.id,
                language: self.language,
            },
            status: self.account_status,
            status_before_lock: self.status_before_lock,
            is_confirmed: self.contact_confirmed_at.is_some(),
        }
    }

    /// How the doctor is reached.
    #[must_use]
    pub fn contacts(&self) -> Contacts {
        Contacts {
            phone: self.phone_number.as_deref().and_then(|phone| phone.parse().ok()),
            email: self.email.as_deref().and_then(|email| email.parse().ok()),
        }
    }

    /// The name to show: the whole name, or the given and the family name.
    #[must_use]
    pub fn display_name(&self) -> String {
        let [full, first, last] = [&self.full_name, &self.first_name, &self.last_name].map(Option::as_deref);
        display_name(full, first, last)
    }

    /// The same account after a verdict.
    #[must_use]
    pub fn with(self, standing: &DoctorStanding) -> Self {
        Self {
            account_status: standing.status,
            status_before_lock: standing.status_before_lock,
            ..self
        }
    }
}

macro_rules! doctors {
    () => {
        "SELECT id, full_name, first_name, last_name, email, phone_number, specialty, hospital_clinic, \
         license_number, license_photo_url, language::text AS language, account_status::text AS account_status, \
         status_before_lock::text AS status_before_lock, contact_confirmed_at, created_at \
         FROM users WHERE role = 'DOCTOR'"
    };
}

const LIST: &str = concat!(
    doctors!(),
    " AND contact_confirmed_at IS NOT NULL \
     AND ($1::text IS NULL OR coalesce(status_before_lock, account_status) = $1::account_status) \
     AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid)) \
     ORDER BY created_at DESC, id DESC LIMIT $4"
);

/// A page of the doctors who confirmed their accounts, newest first, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn doctors(
    db: &impl ConnectionTrait,
    standing: Option<AccountStatus>,
    after: Option<(OffsetDateTime, UserId)>,
    limit: u64,
) -> Result<Vec<DoctorRecord>, Error> {
    let values = [
        optional_label(standing),
        after.map(|(time, _)| time).into(),
        after.map(|(_, id)| id.0).into(),
        limit.into(),
    ];
    Ok(DoctorRecord::find_by_statement(statement(LIST, values)).all(db).await?)
}

const BY_ID: &str = concat!(doctors!(), " AND id = $1");
const BY_LICENSE: &str = concat!(doctors!(), " AND license_number = $1");

/// The doctor of this name.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, name: &DoctorName) -> Result<Option<DoctorRecord>, Error> {
    let statement = match name {
        DoctorName::Id(id) => statement(BY_ID, [(*id).into()]),
        DoctorName::License(number) => statement(BY_LICENSE, [number.as_str().into()]),
    };
    Ok(DoctorRecord::find_by_statement(statement).one(db).await?)
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE users SET account_status = $4::account_status, status_before_lock = $5::account_status \
     WHERE id = $1 AND role = 'DOCTOR' AND account_status = $2::account_status \
     AND status_before_lock IS NOT DISTINCT FROM $3::account_status RETURNING id), ",
    effects_of!("$6", "$7"),
    " SELECT id FROM changed"
);

/// Saves a verdict with its effects, in one statement: whether it was saved. If the account is not as it was in `before`
/// any more, nothing is written at all.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    before: &DoctorStanding,
    after: &DoctorStanding,
    effects: &Effects,
) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        before.doctor.user.into(),
        label(before.status),
        optional_label(before.status_before_lock),
        label(after.status),
        optional_label(after.status_before_lock),
        audit_logs,
        notifications,
    ];
    Ok(db.query_one_raw(statement(SAVE, values)).await?.is_some())
}
