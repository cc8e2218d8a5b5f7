use das_tern_cache::CacheKey;
use das_tern_domain::{DailyProgress, Language, PartOfDay, Profile, UserId, UserRole, percentage, zone};
use das_tern_persistence::profiles::{self, Overview};
use das_tern_persistence::users::Account;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use crate::keys::hex;
use crate::{Actor, Application, Code, Error};

/// What a person is shown beside their account (rules §14).
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProfileKey(pub(crate) UserId);

impl CacheKey for ProfileKey {
    type Value = OverviewOfDay;
    const NAMESPACE: &'static str = "user:profile";

    fn id(&self) -> String {
        self.0.to_string()
    }
}

/// An overview, and the day that its progress is of.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct OverviewOfDay {
    #[serde(with = "zone::day")]
    day: Date,
    overview: Overview,
}

/// A person's own account, with what is shown beside it.
#[derive(Debug, Clone)]
pub struct OwnProfile {
    /// The account.
    pub account: Account,
    /// How much storage they use, in bytes.
    pub storage_used: i64,
    /// How much they may use, in bytes.
    pub storage_quota: i64,
    /// How far a patient is through today; nobody else has doses.
    pub progress: Option<DailyProgress>,
    /// How to greet them.
    pub part_of_day: PartOfDay,
}

impl OwnProfile {
    /// The version of the profile as it is shown in a language. Its beginning is the version of what they may change: a
    /// dose that was taken meanwhile is shown, and stands against no change.
    #[must_use]
    pub fn version(&self, language: Language) -> String {
        let account = &self.account;
        let shown = (
            (
                account.phone_number.as_deref(),
                account.standing(),
                account.subscription_tier,
            ),
            (account.specialty.as_deref(), account.grace_period_minutes),
            (
                self.storage_used,
                self.storage_quota,
                self.progress.map(DailyProgress::percent),
            ),
            (self.part_of_day as u8, language),
        );
        format!("{}{BETWEEN}{}", version_of(&account.profile()), digest(&shown))
    }

    /// How much of the storage is used, in whole percent.
    #[must_use]
    pub fn storage_percentage(&self) -> u8 {
        share(self.storage_used, self.storage_quota)
    }
}

/// What stands between the version of what may be changed and that of the rest.
const BETWEEN: char = '.';

/// Whether `version` is one in which what may be changed is as in `profile`, whatever has become of the rest.
pub(super) fn is_version_of(version: &str, profile: &Profile) -> bool {
    let own = version.split(BETWEEN).next().unwrap_or_default();
    own == version_of(profile)
}

/// The same profile has the same version on every machine and after every restart, and two changes within one
/// millisecond have different ones, which no time stamp would promise.
fn version_of(profile: &Profile) -> String {
    digest(profile)
}

fn digest(shown: &impl Serialize) -> String {
    let json = serde_json::to_vec(shown).unwrap_or_default();
    hex(&Sha256::digest(&json)[..8])
}

/// `used` of `quota`, in whole percent.
pub(super) fn share(used: i64, quota: i64) -> u8 {
    let bytes = |value: i64| u64::try_from(value).unwrap_or(0);
    percentage(bytes(used), bytes(quota)).unwrap_or(0)
}

impl Application {
    /// The caller's own account, with storage and today's progress.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account went away this moment.
    pub async fn own_profile(&self, actor: &Actor) -> Result<OwnProfile, Error> {
        self.profile_of(actor.account.clone()).await
    }

    pub(super) async fn profile_of(&self, account: Account) -> Result<OwnProfile, Error> {
        let now = self.now();
        let overview = self.overview(account.id, zone::day_of(now)).await?;
        let is_patient = account.role == UserRole::Patient;
        Ok(OwnProfile {
            storage_used: overview.storage_used,
            storage_quota: overview.storage_quota,
            progress: is_patient.then(|| overview.progress()),
            part_of_day: PartOfDay::at(now),
            account,
        })
    }

    /// What was cached yesterday has yesterday's progress, and nothing happens at midnight that would drop it.
    async fn overview(&self, user: UserId, today: Date) -> Result<Overview, Error> {
        let key = ProfileKey(user);
        let cached = self
            .cache()
            .get_or_load(&key, || self.load_overview(user, today))
            .await?;
        if cached.day == today {
            return Ok(cached.overview);
        }
        self.cache().del(&key).await;
        let loaded = self.cache().get_or_load(&key, || self.load_overview(user, today));
        Ok(loaded.await?.overview)
    }

    async fn load_overview(&self, user: UserId, day: Date) -> Result<OverviewOfDay, Error> {
        let db = self.database().connection();
        let found = profiles::overview(db, user, zone::start_of(day), zone::end_of(day)).await?;
        let overview = found.ok_or_else(|| Error::new(Code::TokenRevoked))?;
        Ok(OverviewOfDay { day, overview })
    }
}

#[cfg(test)]
mod tests {
    use das_tern_domain::Theme;

    use super::*;

    #[test]
    fn a_version_tells_profiles_apart_by_their_content() {
        let profile = |first_name: Option<&str>, last_name: Option<&str>| Profile {
            language: Language::Khmer,
            theme: Theme::Light,
            first_name: first_name.map(str::to_owned),
            last_name: last_name.map(str::to_owned),
            full_name: None,
            gender: None,
            date_of_birth: None,
            hospital_clinic: None,
            email: None,
            pending_email: None,
        };
        let one = version_of(&profile(Some("សុខ"), None));
        assert_eq!(one, version_of(&profile(Some("សុខ"), None)));
        assert_ne!(one, version_of(&profile(None, Some("សុខ"))));
        assert_eq!(one.len(), 16);
        assert!(is_version_of(&format!("{one}.rest"), &profile(Some("សុខ"), None)));
        assert!(!is_version_of("rest", &profile(Some("សុខ"), None)));
    }
}
