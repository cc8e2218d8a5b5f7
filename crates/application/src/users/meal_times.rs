use das_tern_domain::{Decision, Event, MealTimes, UserRole};
use das_tern_persistence::meal_times;

use crate::effects::By;
use crate::{Actor, Application, Error};

impl Application {
    /// When the caller eats, as far as they told.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a patient.
    pub async fn meal_times(&self, actor: &Actor) -> Result<MealTimes, Error> {
        actor.check_role(UserRole::Patient)?;
        let stored = meal_times::find(self.database().connection(), actor.id()).await?;
        Ok(stored.ranges())
    }

    /// Tells when the caller eats. Their due doses to come move with the meals (rules §5).
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a patient.
    pub async fn tell_meal_times(&self, actor: &Actor, told: MealTimes) -> Result<MealTimes, Error> {
        actor.check_role(UserRole::Patient)?;
        self.write(By::from(actor), async |work| {
            work.take_turn(actor.id()).await?;
            let stored = meal_times::find(&work.unit().connection(), actor.id()).await?;
            if let Decision::Changed { after, event } = stored.ranges().replace(actor.id(), told) {
                work.save_meal_times(actor.id(), (&stored, after), Event::MealTimes(event))
                    .await?;
            }
            Ok(told)
        })
        .await
    }
}
