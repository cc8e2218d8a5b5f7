use std::collections::BTreeMap;

use das_tern_application::{DoctorView, OwnProfile, StorageUse, Texts};
use das_tern_domain::{
    DailyProgress, Labelled, Language, Meal, MealTimes, NotificationPreferences, NotificationType, PartOfDay, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::Instant;
use crate::routes::auth::UserBody;

/// A person, as they see themselves, with storage, progress and a greeting.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Profile)]
pub(crate) struct ProfileBody<'a> {
    #[serde(flatten)]
    user: UserBody<'a>,
    /// The e-mail address that waits for its code.
    #[schema(example = "sok.samnang@example.com")]
    pending_email: Option<&'a str>,
    /// In bytes.
    storage_used: i64,
    /// In bytes.
    #[schema(example = 5_368_709_120_i64)]
    storage_quota: i64,
    /// In whole percent.
    #[schema(minimum = 0, maximum = 100)]
    storage_percentage: u8,
    /// A patient's taken doses of all doses today, in whole percent; null for anybody else.
    #[schema(minimum = 0, maximum = 100)]
    daily_progress: Option<u8>,
    /// In the caller's language.
    #[schema(example = "Good morning សុខ សំណាង")]
    greeting: String,
}

impl<'a> ProfileBody<'a> {
    pub(super) fn new(profile: &'a OwnProfile, texts: &Texts, language: Language) -> Self {
        let greeting = match profile.part_of_day {
            PartOfDay::Morning => "greeting-morning",
            PartOfDay::Afternoon => "greeting-afternoon",
            PartOfDay::Evening => "greeting-evening",
            PartOfDay::Night => "greeting-night",
        };
        let name = profile.account.display_name();
        Self {
            user: (&profile.account).into(),
            pending_email: profile.account.pending_email.as_deref(),
            storage_used: profile.storage_used,
            storage_quota: profile.storage_quota,
            storage_percentage: profile.storage_percentage(),
            daily_progress: profile.progress.map(DailyProgress::percent),
            greeting: texts.sentence(language, greeting, &[("name", &name)]).trim().to_owned(),
        }
    }
}

/// What storage one uses, in bytes.
#[derive(Serialize, ToSchema)]
#[schema(as = Storage)]
pub(crate) struct StorageBody {
    used: i64,
    quota: i64,
    /// In whole percent.
    #[schema(minimum = 0, maximum = 100)]
    percentage: u8,
    breakdown: BreakdownBody,
}

/// About what it is used for, in bytes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StorageBreakdown)]
struct BreakdownBody {
    prescriptions: i64,
    dose_events: i64,
    audit_logs: i64,
    files: i64,
}

impl From<StorageUse> for StorageBody {
    fn from(used: StorageUse) -> Self {
        Self {
            used: used.used,
            quota: used.quota,
            percentage: used.percentage,
            breakdown: BreakdownBody {
                prescriptions: used.prescriptions,
                dose_events: used.dose_events,
                audit_logs: used.audit_logs,
                files: used.files,
            },
        }
    }
}

/// When one's account will be deleted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Leaving)]
pub(crate) struct LeavingBody {
    /// In the caller's language.
    #[schema(example = "Your account will be deleted on 2026-04-05. Sign in before then to keep it.")]
    pub(super) message: String,
    /// When it will be.
    pub(super) deletion_at: Instant,
}

/// When a patient eats.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MealTimes)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct MealTimesBody {
    #[schema(example = "7-8AM")]
    morning_meal: String,
    #[schema(example = "12-1PM")]
    afternoon_meal: String,
    #[schema(example = "6-7PM")]
    night_meal: String,
}

impl From<MealTimes> for MealTimesBody {
    fn from(told: MealTimes) -> Self {
        Self {
            morning_meal: told.shown(Meal::Morning).to_string(),
            afternoon_meal: told.shown(Meal::Afternoon).to_string(),
            night_meal: told.shown(Meal::Night).to_string(),
        }
    }
}

/// Whether each type of notification comes.
#[derive(Serialize, ToSchema)]
#[serde(transparent)]
#[schema(as = NotificationPreferences, value_type = BTreeMap<String, bool>)]
pub(crate) struct PreferencesBody(BTreeMap<&'static str, bool>);

impl From<&NotificationPreferences> for PreferencesBody {
    fn from(chosen: &NotificationPreferences) -> Self {
        let kinds = NotificationType::ALL.iter();
        Self(kinds.map(|kind| (kind.label(), chosen.wants(*kind))).collect())
    }
}

/// A doctor, as much as somebody needs to choose one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FoundDoctor)]
pub(crate) struct FoundDoctorBody<'a> {
    id: UserId,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    /// The name to show.
    #[schema(example = "ចាន់ ដារ៉ា")]
    full_name: &'a str,
    #[schema(example = "CARDIOLOGY")]
    specialty: Option<&'a str>,
    hospital_clinic: Option<&'a str>,
}

impl<'a> From<&'a DoctorView> for FoundDoctorBody<'a> {
    fn from(doctor: &'a DoctorView) -> Self {
        Self {
            id: doctor.id,
            first_name: doctor.first_name.as_deref(),
            last_name: doctor.last_name.as_deref(),
            full_name: &doctor.name,
            specialty: doctor.specialty.as_deref(),
            hospital_clinic: doctor.hospital_clinic.as_deref(),
        }
    }
}
