use das_tern_domain::{GracePeriod, GracePeriodChanged, UserRole};
use das_tern_persistence::users;

use super::OwnProfile;
use crate::effects::By;
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Chooses how long after its time a new dose of the caller's still counts as on time. Doses that exist keep theirs.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a patient.
    pub async fn choose_grace_period(&self, actor: &Actor, grace: GracePeriod) -> Result<OwnProfile, Error> {
        actor.check_role(UserRole::Patient)?;
        let account = self
            .write(By::from(actor), async |work| {
                let mut account = users::account(&work.unit().connection(), actor.id())
                    .await?
                    .ok_or_else(|| Error::new(Code::TokenRevoked))?;
                let change = GracePeriodChanged {
                    patient: account.id,
                    from: account.grace_period_minutes,
                    to: grace.minutes(),
                };
                if change.from != change.to {
                    work.save_grace_period(change).await?;
                    account.grace_period_minutes = change.to;
                }
                Ok(account)
            })
            .await?;
        self.profile_of(account).await
    }
}
