use std::time::Duration;

use das_tern_cache::{CacheKey, StaleKey};
use das_tern_domain::{Event, UserId, zone};
use das_tern_persistence::doses::DoseView;
use time::Date;

use super::prescriptions;
use crate::users::ProfileKey;

/// The doses of one patient's day (rules §14).
#[derive(Debug, Clone, Copy)]
pub(crate) struct DayScheduleKey {
    pub(crate) patient: UserId,
    pub(crate) day: Date,
}

impl CacheKey for DayScheduleKey {
    type Value = Vec<DoseView>;
    const NAMESPACE: &'static str = "doses:day";
    const TTL: Duration = Duration::from_mins(1);

    fn id(&self) -> String {
        format!("{}:{}", self.patient, zone::format_day(self.day))
    }
}

/// The cached values that an event makes stale.
pub(crate) fn stale_after(event: &Event) -> Vec<StaleKey> {
    match event {
        Event::Dose(changed) => {
            let day = zone::day_of(changed.scheduled_time);
            let schedule = DayScheduleKey {
                patient: changed.patient,
                day,
            };
            vec![StaleKey::of(&schedule), StaleKey::of(&ProfileKey(changed.patient))]
        }
        Event::MissedDoseCorrected(_)
        | Event::PatientDataViewed(_)
        | Event::RefreshTokenReused(_)
        | Event::AccountRegistered(_)
        | Event::ContactConfirmed(_)
        | Event::PasswordReset(_)
        | Event::DoctorJudged(_)
        | Event::SignInChanged(_)
        | Event::DataExported(_)
        | Event::ConnectionLost(_)
        | Event::NotificationPreferences(_)
        // What a connection opens is never cached.
        | Event::Connection(_)
        | Event::ConnectionOffer(_)
        | Event::Nudged(_)
        | Event::NudgeAnswered(_) => Vec::new(),
        Event::Prescription(changed) => prescriptions::stale(changed),
        Event::AsNeededTaken(taken) => prescriptions::stale_after_intake(taken),
        Event::Profile(changed) => vec![StaleKey::of(&ProfileKey(changed.user))],
        Event::GracePeriod(changed) => vec![StaleKey::of(&ProfileKey(changed.patient))],
        // Any day to come may have changed, and how far the schedule reaches is not told here.
        Event::MealTimes(changed) => vec![every_day(changed.patient), StaleKey::of(&ProfileKey(changed.patient))],
        Event::AccountDeleted(deleted) => vec![every_day(deleted.user), StaleKey::of(&ProfileKey(deleted.user))],
    }
}

fn every_day(patient: UserId) -> StaleKey {
    StaleKey::beginning::<DayScheduleKey>(&format!("{patient}:"))
}
