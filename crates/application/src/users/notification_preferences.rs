use das_tern_domain::{Decision, Event, NotificationPreferences};
use das_tern_persistence::profiles;

use crate::effects::By;
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Which notifications the caller wants.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account went away this moment.
    pub async fn notification_preferences(&self, actor: &Actor) -> Result<NotificationPreferences, Error> {
        let stored = profiles::notification_preferences(self.database().connection(), actor.id()).await?;
        stored.ok_or_else(|| Error::new(Code::TokenRevoked))
    }

    /// Chooses which notifications the caller wants.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account went away this moment.
    pub async fn choose_notifications(
        &self,
        actor: &Actor,
        chosen: NotificationPreferences,
    ) -> Result<NotificationPreferences, Error> {
        self.write(By::from(actor), async |work| {
            let before = profiles::notification_preferences(&work.unit().connection(), actor.id())
                .await?
                .ok_or_else(|| Error::new(Code::TokenRevoked))?;
            if let Decision::Changed { after, event } = before.replace(actor.id(), chosen.clone()) {
                let event = Event::NotificationPreferences(event);
                work.save_notification_preferences(actor.id(), (&before, &after), event)
                    .await?;
            }
            Ok(chosen.clone())
        })
        .await
    }
}
