//! How what people change about themselves is saved: each time with its event, in one statement.

use das_tern_domain::{Event, GracePeriodChanged, MealTimes, NotificationPreferences, Profile, UserId};
use das_tern_persistence::meal_times::{self, StoredMealTimes};
use das_tern_persistence::profiles;

use crate::work::{Stop, Work};

impl Work<'_> {
    pub(super) async fn save_profile(
        &mut self,
        user: UserId,
        before: &Profile,
        after: &Profile,
        event: Event,
    ) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        let is_saved = profiles::save(&self.unit().connection(), user, before, after, &rows).await?;
        Stop::outdated_unless(is_saved)
    }

    pub(super) async fn save_grace_period(&mut self, change: GracePeriodChanged) -> Result<(), Stop> {
        let rows = self.note(&[Event::GracePeriod(change)]);
        let is_saved = profiles::save_grace_period(&self.unit().connection(), change, &rows).await?;
        Stop::outdated_unless(is_saved)
    }

    pub(super) async fn save_meal_times(
        &mut self,
        patient: UserId,
        change: (&StoredMealTimes, MealTimes),
        event: Event,
    ) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        let (id, now) = (self.new_id().into(), self.now());
        let is_saved = meal_times::save(&self.unit().connection(), id, patient, change, now, &rows).await?;
        Stop::outdated_unless(is_saved)
    }

    pub(super) async fn save_notification_preferences(
        &mut self,
        user: UserId,
        (before, after): (&NotificationPreferences, &NotificationPreferences),
        event: Event,
    ) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        let db = self.unit().connection();
        let is_saved = profiles::save_notification_preferences(&db, user, before, after, &rows).await?;
        Stop::outdated_unless(is_saved)
    }
}
