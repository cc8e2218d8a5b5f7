use das_tern_domain::{Pin, SignInChange, UserId};
use das_tern_persistence::sign_in;
use secrecy::SecretString;

use super::change_password::sign_in_changed;
use crate::effects::By;
use crate::{Actor, Application, Error};

impl Application {
    /// Sets the caller's PIN, or another one.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` when the password is wrong, which counts toward the account's lock; `ACCOUNT_LOCKED`.
    pub async fn set_pin(&self, actor: &Actor, pin: Pin, password: SecretString) -> Result<(), Error> {
        self.confirm_password(actor, password).await?;
        let hash = self.passwords().hash(pin.into_text()).await?;
        self.write(By::from(actor), async |work| {
            let event = sign_in_changed(&actor.account, SignInChange::Pin);
            work.save_pin(actor.id(), &hash, event).await
        })
        .await?;
        self.guesses().forget(&guesses_of(actor.id())).await;
        Ok(())
    }

    /// Whether this is the caller's PIN. Without one, nothing is.
    ///
    /// # Errors
    /// `RATE_LIMITED` after too many wrong ones in a row.
    pub async fn verify_pin(&self, actor: &Actor, pin: Pin) -> Result<bool, Error> {
        let Some(hash) = sign_in::pin_hash(self.database().connection(), actor.id()).await? else {
            return Ok(false);
        };
        let key = guesses_of(actor.id());
        self.guesses().begin(&key, self.pin_policy()).await.map_err(|seconds| {
            Error::limited(seconds)
                .with("limit", self.pin_policy().max_failures)
                .with("resetAfter", seconds)
        })?;
        let is_right = self.passwords().verify(pin.into_text().into(), Some(hash)).await?;
        if is_right {
            self.guesses().forget(&key).await;
        }
        Ok(is_right)
    }
}

fn guesses_of(user: UserId) -> String {
    format!("pin:{user}")
}
