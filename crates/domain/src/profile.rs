//! What people tell about themselves and may change by themselves (rules §2).

use serde::Serialize;
use time::{Date, OffsetDateTime};

use crate::{Decision, EmailAddress, Gender, Language, Theme, UserId, UserRole, zone};

/// The part of an account that its owner may change. A doctor's licence and specialty are not in it: they change only
/// through verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The language they read.
    pub language: Language,
    /// The look of their app.
    pub theme: Theme,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name, where it was given as one.
    pub full_name: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    #[serde(with = "zone::day::option")]
    pub date_of_birth: Option<Date>,
    /// A doctor's hospital or clinic.
    pub hospital_clinic: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The one that takes its place once its owner has shown that it reaches them.
    pub pending_email: Option<String>,
}

/// What somebody wants to change of their profile; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// The language they read.
    pub language: Option<Language>,
    /// The look of their app.
    pub theme: Option<Theme>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name.
    pub full_name: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// A doctor's hospital or clinic; an empty one is none.
    pub hospital_clinic: Option<String>,
    /// The e-mail address.
    pub email: Option<EmailAddress>,
}

/// Somebody changed their profile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ProfileChanged {
    /// Whose.
    pub user: UserId,
    /// Which parts of it, by their names in the API.
    pub fields: Vec<&'static str>,
}

impl Profile {
    /// Changes the profile of `user`. A clinic is a doctor's; nobody else has one.
    ///
    /// A whole name that was stored beside the two names would contradict a new one of them, so it goes once both are
    /// there to make it of. Another e-mail address waits until it is confirmed; the one they have takes back one that
    /// waits.
    pub fn edit(&self, user: UserId, role: UserRole, edit: &ProfileEdit) -> Decision<Self, ProfileChanged> {
        let mut after = Self {
            language: edit.language.unwrap_or(self.language),
            theme: edit.theme.unwrap_or(self.theme),
            first_name: edit.first_name.clone().or_else(|| self.first_name.clone()),
            last_name: edit.last_name.clone().or_else(|| self.last_name.clone()),
            full_name: edit.full_name.clone().or_else(|| self.full_name.clone()),
            gender: edit.gender.or(self.gender),
            date_of_birth: edit.date_of_birth.or(self.date_of_birth),
            hospital_clinic: match &edit.hospital_clinic {
                Some(clinic) if role == UserRole::Doctor => Some(clinic.clone()).filter(|clinic| !clinic.is_empty()),
                _ => self.hospital_clinic.clone(),
            },
            email: self.email.clone(),
            pending_email: match &edit.email {
                Some(email) if self.has(email) => None,
                Some(email) => Some(email.as_str().to_owned()),
                None => self.pending_email.clone(),
            },
        };
        let is_renamed = (&after.first_name, &after.last_name) != (&self.first_name, &self.last_name);
        if is_renamed && edit.full_name.is_none() && after.first_name.is_some() && after.last_name.is_some() {
            after.full_name = None;
        }
        let fields = self.differences(&after);
        if fields.is_empty() {
            Decision::Unchanged
        } else {
            let event = ProfileChanged { user, fields };
            Decision::Changed { after, event }
        }
    }

    /// Whether this is the e-mail address they have.
    #[must_use]
    pub fn has(&self, email: &EmailAddress) -> bool {
        is_same(self.email.as_deref(), email)
    }

    /// Whether this is the e-mail address that waits to be confirmed.
    #[must_use]
    pub fn awaits(&self, email: &EmailAddress) -> bool {
        is_same(self.pending_email.as_deref(), email)
    }

    fn differences(&self, after: &Self) -> Vec<&'static str> {
        let compared = [
            ("language", self.language != after.language),
            ("theme", self.theme != after.theme),
            ("firstName", self.first_name != after.first_name),
            ("lastName", self.last_name != after.last_name),
            ("fullName", self.full_name != after.full_name),
            ("gender", self.gender != after.gender),
            ("dateOfBirth", self.date_of_birth != after.date_of_birth),
            ("hospitalClinic", self.hospital_clinic != after.hospital_clinic),
            ("pendingEmail", self.pending_email != after.pending_email),
        ];
        let differing = compared.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(field, _)| field).collect()
    }
}

fn is_same(stored: Option<&str>, email: &EmailAddress) -> bool {
    let stored = stored.and_then(|stored| stored.parse::<EmailAddress>().ok());
    stored.is_some_and(|stored| stored == *email)
}

/// The name to show of somebody: the whole name where it was given as one, or the given and the family name.
#[must_use]
pub fn display_name(full_name: Option<&str>, first_name: Option<&str>, last_name: Option<&str>) -> String {
    let joined = || {
        [first_name, last_name]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    };
    full_name.map_or_else(joined, str::to_owned)
}

/// How long after its time a new dose still counts as on time: 10, 20, 30 or 60 minutes (rules §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GracePeriod(i32);

/// A number of minutes that is no grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 10, 20, 30 or 60 minutes")]
pub struct InvalidGracePeriod;

impl GracePeriod {
    /// Every one.
    pub const ALL: [Self; 4] = [Self(10), Self(20), Self(30), Self(60)];

    /// Its length in minutes.
    #[must_use]
    pub fn minutes(self) -> i32 {
        self.0
    }
}

impl TryFrom<i64> for GracePeriod {
    type Error = InvalidGracePeriod;

    fn try_from(minutes: i64) -> Result<Self, InvalidGracePeriod> {
        let known = Self::ALL.into_iter().find(|grace| i64::from(grace.0) == minutes);
        known.ok_or(InvalidGracePeriod)
    }
}

/// A patient chose another grace. Doses that exist keep theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct GracePeriodChanged {
    /// Whose.
    pub patient: UserId,
    /// The minutes before.
    pub from: i32,
    /// The minutes now.
    pub to: i32,
}

/// The part of the day that people greet each other by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOfDay {
    /// From 5 until noon.
    Morning,
    /// From noon until 6.
    Afternoon,
    /// From 6 in the evening until 9.
    Evening,
    /// The rest.
    Night,
}

impl PartOfDay {
    /// The part of the day in Phnom Penh.
    #[must_use]
    pub fn at(instant: OffsetDateTime) -> Self {
        match instant.to_offset(zone::PHNOM_PENH).hour() {
            5..=11 => Self::Morning,
            12..=17 => Self::Afternoon,
            18..=20 => Self::Evening,
            _ => Self::Night,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(1));

    fn profile() -> Profile {
        Profile {
            language: Language::Khmer,
            theme: Theme::Light,
            first_name: Some("សុខ".to_owned()),
            last_name: Some("សំណាង".to_owned()),
            full_name: Some("សុខ សំណាង".to_owned()),
            gender: None,
            date_of_birth: None,
            hospital_clinic: None,
            email: Some("Sok@example.com".to_owned()),
            pending_email: None,
        }
    }

    fn changed(before: &Profile, role: UserRole, edit: &ProfileEdit) -> (Profile, Vec<&'static str>) {
        match before.edit(USER, role, edit) {
            Decision::Changed { after, event } => (after, event.fields),
            Decision::Unchanged => (before.clone(), Vec::new()),
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let edit = ProfileEdit {
            theme: Some(Theme::Dark),
            gender: Some(Gender::Female),
            ..ProfileEdit::default()
        };
        let (after, fields) = changed(&profile(), UserRole::Patient, &edit);
        let expected = Profile {
            theme: Theme::Dark,
            gender: Some(Gender::Female),
            ..profile()
        };
        assert_eq!((after, fields), (expected, vec!["theme", "gender"]));
    }

    #[test]
    fn asking_for_what_is_there_changes_nothing() {
        let edit = ProfileEdit {
            language: Some(Language::Khmer),
            first_name: Some("សុខ".to_owned()),
            ..ProfileEdit::default()
        };
        assert_eq!(profile().edit(USER, UserRole::Patient, &edit), Decision::Unchanged);
    }

    #[test]
    fn a_new_name_takes_the_old_whole_name_away() {
        let edit = ProfileEdit {
            first_name: Some("ស្រី".to_owned()),
            ..ProfileEdit::default()
        };
        let (after, fields) = changed(&profile(), UserRole::Patient, &edit);
        assert_eq!((after.full_name, fields), (None, vec!["firstName", "fullName"]));
        let doctor = Profile {
            last_name: None,
            ..profile()
        };
        let (after, _) = changed(&doctor, UserRole::Doctor, &edit);
        assert_eq!(after.full_name, doctor.full_name);
        let both = ProfileEdit {
            full_name: Some("ស្រី សំណាង".to_owned()),
            ..edit
        };
        let (after, _) = changed(&profile(), UserRole::Patient, &both);
        assert_eq!(after.full_name.as_deref(), Some("ស្រី សំណាង"));
    }

    #[test]
    fn another_address_waits_and_the_own_one_takes_it_back() {
        let edit = |email: &str| ProfileEdit {
            email: email.parse().ok(),
            ..ProfileEdit::default()
        };
        let (waiting, fields) = changed(&profile(), UserRole::Patient, &edit("sok.samnang@example.com"));
        assert_eq!(waiting.email, profile().email);
        assert_eq!(waiting.pending_email.as_deref(), Some("sok.samnang@example.com"));
        assert_eq!(fields, ["pendingEmail"]);
        assert!(waiting.awaits(&"SOK.Samnang@example.com".parse().unwrap()));
        let (back, _) = changed(&waiting, UserRole::Patient, &edit("sok@EXAMPLE.com"));
        assert_eq!(back, profile());
        assert_eq!(
            profile().edit(USER, UserRole::Patient, &edit("sok@EXAMPLE.com")),
            Decision::Unchanged
        );
    }

    #[test]
    fn a_clinic_is_a_doctors() {
        let edit = |clinic: &str| ProfileEdit {
            hospital_clinic: Some(clinic.to_owned()),
            ..ProfileEdit::default()
        };
        let (doctor, _) = changed(&profile(), UserRole::Doctor, &edit("មន្ទីរពេទ្យកាល់ម៉ែត"));
        assert_eq!(doctor.hospital_clinic.as_deref(), Some("មន្ទីរពេទ្យកាល់ម៉ែត"));
        let (without, _) = changed(&doctor, UserRole::Doctor, &edit(""));
        assert_eq!(without.hospital_clinic, None);
        assert_eq!(profile().edit(USER, UserRole::Patient, &edit("x")), Decision::Unchanged);
    }

    #[test]
    fn only_four_graces_exist() {
        let valid: Vec<_> = (-60..=120)
            .filter(|minutes| GracePeriod::try_from(*minutes).is_ok())
            .collect();
        assert_eq!(valid, [10, 20, 30, 60]);
        assert!(GracePeriod::try_from((1_i64 << 32) + 30).is_err());
    }

    #[rstest]
    #[case(datetime!(2026-03-06 04:59 +7), PartOfDay::Night)]
    #[case(datetime!(2026-03-06 05:00 +7), PartOfDay::Morning)]
    #[case(datetime!(2026-03-06 05:00 UTC), PartOfDay::Afternoon)]
    #[case(datetime!(2026-03-06 17:59 +7), PartOfDay::Afternoon)]
    #[case(datetime!(2026-03-06 18:00 +7), PartOfDay::Evening)]
    #[case(datetime!(2026-03-06 21:00 +7), PartOfDay::Night)]
    fn the_part_of_the_day_is_that_of_phnom_penh(#[case] instant: OffsetDateTime, #[case] expected: PartOfDay) {
        assert_eq!(PartOfDay::at(instant), expected);
    }
}
