use std::net::IpAddr;

use das_tern_domain::{SignInChange, zone};
use das_tern_persistence::leaving;
use das_tern_persistence::users::{self, Account};
use time::{Duration, OffsetDateTime};

use crate::auth::sign_in_changed;
use crate::effects::By;
use crate::messages::{Addressee, Letter};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Has the caller's account deleted after a wait, and ends every session; when it will be. Whoever signs in before
    /// that keeps the account. Asking again changes nothing.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account went away this moment.
    pub async fn leave(&self, actor: &Actor) -> Result<OffsetDateTime, Error> {
        let wait = Duration::days(self.settings().accounts.deletion_wait_days.into());
        let due_at = zone::to_millis(self.now() + wait);
        let is_news = self
            .write(By::from(actor), async |work| work.request_deletion(actor, due_at).await)
            .await?;
        if !is_news {
            let account = users::account(self.database().connection(), actor.id()).await?;
            let noted = account.and_then(|account| account.deletion_due_at);
            return noted.ok_or_else(|| Error::new(Code::TokenRevoked));
        }
        self.forget_sessions(actor.id()).await;
        let day = zone::format_day(zone::day_of(due_at));
        self.write_about(&actor.account, "deletion-requested", day);
        Ok(due_at)
    }

    /// Keeps an account that was to be deleted, since its owner signs in.
    pub(crate) async fn keep_account(&self, account: &Account, ip: Option<IpAddr>) -> Result<(), Error> {
        let is_news = self
            .write(By::own(account, ip), async |work| work.cancel_deletion(account).await)
            .await?;
        if is_news {
            self.write_about(account, "deletion-cancelled", String::new());
        }
        Ok(())
    }

    /// Writes to the owner of an account outside of the app, which they may not be able to open.
    fn write_about(&self, account: &Account, name: &'static str, day: String) {
        let to = Addressee::owner(account);
        let app = self.clone();
        self.in_background(async move {
            let letter = Letter {
                name,
                arguments: &[("day", &day)],
                code: None,
            };
            app.write_to(&to, &letter).await;
        });
    }
}

impl Work<'_> {
    async fn request_deletion(&mut self, actor: &Actor, due_at: OffsetDateTime) -> Result<bool, Stop> {
        let event = sign_in_changed(&actor.account, SignInChange::DeletionRequested { due_at });
        let rows = self.note(&[event]);
        Ok(leaving::request(&self.unit().connection(), actor.id(), due_at, &rows).await?)
    }

    async fn cancel_deletion(&mut self, account: &Account) -> Result<bool, Stop> {
        let rows = self.note(&[sign_in_changed(account, SignInChange::DeletionCancelled)]);
        Ok(leaving::cancel(&self.unit().connection(), account.id, &rows).await?)
    }
}
