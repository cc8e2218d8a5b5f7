//! What people change about themselves, and what they are shown beside it: storage and today's progress.

use das_tern_domain::{DailyProgress, GracePeriodChanged, NotificationPreferences, Profile, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::Error;
use crate::doses::progress_of;
use crate::effects::{Effects, effects_of};
use crate::sql::{label, optional_label, statement};
use crate::users::Account;

impl Account {
    /// The part that its owner may change.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile {
            language: self.language,
            theme: self.theme,
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            full_name: self.full_name.clone(),
            gender: self.gender,
            date_of_birth: self.date_of_birth,
            hospital_clinic: self.hospital_clinic.clone(),
            email: self.email.clone(),
            pending_email: self.pending_email.clone(),
        }
    }

    /// The same account with another profile.
    #[must_use]
    pub fn with_profile(self, profile: Profile) -> Self {
        Self {
            language: profile.language,
            theme: profile.theme,
            first_name: profile.first_name,
            last_name: profile.last_name,
            full_name: profile.full_name,
            gender: profile.gender,
            date_of_birth: profile.date_of_birth,
            hospital_clinic: profile.hospital_clinic,
            email: profile.email,
            pending_email: profile.pending_email,
            ..self
        }
    }
}

const SAVE: &str = concat!(
    "WITH changed AS (UPDATE users SET language = $2::language, theme = $3::theme, first_name = $4, last_name = $5, \
     full_name = $6, gender = $7::gender, date_of_birth = $8, hospital_clinic = $9, pending_email = $10 \
     WHERE id = $1 AND (language, theme, first_name, last_name, full_name, gender, date_of_birth, hospital_clinic, \
     pending_email) IS NOT DISTINCT FROM ($11::language, $12::theme, $13, $14, $15, $16::gender, $17, $18, $19) \
     RETURNING id), ",
    effects_of!("$20", "$21"),
    " SELECT id FROM changed"
);

#[derive(FromQueryResult)]
struct Saved {
    #[expect(dead_code, reason = "only whether there is a row is asked for")]
    id: UserId,
}

/// Saves a changed profile with all its effects, in one statement: whether the profile still was as in `before`. If it
/// was not, nothing is written at all.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    user: UserId,
    before: &Profile,
    after: &Profile,
    effects: &Effects,
) -> Result<bool, Error> {
    let columns = |profile: &Profile| {
        [
            label(profile.language),
            label(profile.theme),
            profile.first_name.clone().into(),
            profile.last_name.clone().into(),
            profile.full_name.clone().into(),
            optional_label(profile.gender),
            profile.date_of_birth.into(),
            profile.hospital_clinic.clone().into(),
            profile.pending_email.clone().into(),
        ]
    };
    let values = [user.into()]
        .into_iter()
        .chain(columns(after))
        .chain(columns(before))
        .chain(effects.values()?);
    let saved = Saved::find_by_statement(statement(SAVE, values)).one(db).await?;
    Ok(saved.is_some())
}

const SAVE_GRACE_PERIOD: &str = concat!(
    "WITH changed AS (UPDATE users SET grace_period_minutes = $3 WHERE id = $1 AND grace_period_minutes = $2 \
     RETURNING id), ",
    effects_of!("$4", "$5"),
    " SELECT id FROM changed"
);

/// Saves a patient's grace with all its effects, in one statement: whether it still was as the change says.
///
/// # Errors
/// When the database fails.
pub async fn save_grace_period(
    db: &impl ConnectionTrait,
    change: GracePeriodChanged,
    effects: &Effects,
) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        change.patient.into(),
        change.from.into(),
        change.to.into(),
        audit_logs,
        notifications,
    ];
    let saved = Saved::find_by_statement(statement(SAVE_GRACE_PERIOD, values))
        .one(db)
        .await?;
    Ok(saved.is_some())
}

/// What a person is shown beside their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct Overview {
    /// How much storage they use, in bytes.
    pub storage_used: i64,
    /// How much they may use, in bytes.
    pub storage_quota: i64,
    taken: i64,
    total: i64,
}

impl Overview {
    /// How far a patient is through the day, as-needed doses left out.
    #[must_use]
    pub fn progress(&self) -> DailyProgress {
        progress_of(self.taken, self.total)
    }
}

/// A person without a subscription has the free quota, as a new subscription does.
const OVERVIEW: &str = "\
SELECT coalesce(s.storage_used, 0) AS storage_used, coalesce(s.storage_quota, 5368709120) AS storage_quota, \
 day.taken, day.total \
FROM users u LEFT JOIN subscriptions s ON s.user_id = u.id CROSS JOIN LATERAL ( \
 SELECT count(*) FILTER (WHERE d.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) AS taken, count(*) AS total \
 FROM dose_events d JOIN medications m ON m.id = d.medication_id \
 WHERE d.patient_id = u.id AND NOT m.is_prn AND d.scheduled_time >= $2 AND d.scheduled_time < $3) day \
WHERE u.id = $1";

/// What a person is shown beside their account on the day between two instants.
///
/// # Errors
/// When the database fails.
pub async fn overview(
    db: &impl ConnectionTrait,
    user: UserId,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Option<Overview>, Error> {
    let values = [user.into(), from.into(), until.into()];
    Ok(Overview::find_by_statement(statement(OVERVIEW, values)).one(db).await?)
}

/// How much storage a person uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct StorageRow {
    /// How much is used, in bytes.
    pub used: i64,
    /// How much may be used, in bytes.
    pub quota: i64,
}

const STORAGE: &str = "\
SELECT coalesce(s.storage_used, 0) AS used, coalesce(s.storage_quota, 5368709120) AS quota \
FROM users u LEFT JOIN subscriptions s ON s.user_id = u.id WHERE u.id = $1";

/// How much storage a person uses.
///
/// # Errors
/// When the database fails.
pub async fn storage(db: &impl ConnectionTrait, user: UserId) -> Result<Option<StorageRow>, Error> {
    Ok(StorageRow::find_by_statement(statement(STORAGE, [user.into()]))
        .one(db)
        .await?)
}

/// How many things a person uses storage for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult, Serialize, Deserialize)]
pub struct StorageCounts {
    /// How many prescriptions the person has as a patient.
    pub prescriptions: i64,
    /// How many doses were ever planned for them.
    pub dose_events: i64,
    /// How many audit entries are about their data.
    pub audit_logs: i64,
}

/// Three counts over the leading column of an index each.
const STORAGE_COUNTS: &str = "\
SELECT (SELECT count(*) FROM prescriptions WHERE patient_id = $1) AS prescriptions, \
 (SELECT count(*) FROM dose_events WHERE patient_id = $1) AS dose_events, \
 (SELECT count(*) FROM audit_logs WHERE patient_id = $1) AS audit_logs";

/// How many things a person uses storage for; none of them for nobody.
///
/// # Errors
/// When the database fails.
pub async fn storage_counts(db: &impl ConnectionTrait, user: UserId) -> Result<Option<StorageCounts>, Error> {
    let counts = StorageCounts::find_by_statement(statement(STORAGE_COUNTS, [user.into()]));
    Ok(counts.one(db).await?)
}

const PREFERENCES: &str = "SELECT notification_preferences FROM users WHERE id = $1";

#[derive(FromQueryResult)]
struct PreferencesRow {
    notification_preferences: NotificationPreferences,
}

/// Which notifications a person wants.
///
/// # Errors
/// When the database fails.
pub async fn notification_preferences(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<NotificationPreferences>, Error> {
    let row = PreferencesRow::find_by_statement(statement(PREFERENCES, [user.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| row.notification_preferences))
}

const SAVE_PREFERENCES: &str = concat!(
    "WITH changed AS (UPDATE users SET notification_preferences = $3 WHERE id = $1 AND notification_preferences = $2 \
     RETURNING id), ",
    effects_of!("$4", "$5"),
    " SELECT id FROM changed"
);

/// Saves which notifications a person wants, with all effects, in one statement: whether the choice still was `before`.
///
/// # Errors
/// When the database fails.
pub async fn save_notification_preferences(
    db: &impl ConnectionTrait,
    user: UserId,
    before: &NotificationPreferences,
    after: &NotificationPreferences,
    effects: &Effects,
) -> Result<bool, Error> {
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        user.into(),
        serde_json::to_value(before)?.into(),
        serde_json::to_value(after)?.into(),
        audit_logs,
        notifications,
    ];
    let saved = Saved::find_by_statement(statement(SAVE_PREFERENCES, values))
        .one(db)
        .await?;
    Ok(saved.is_some())
}
