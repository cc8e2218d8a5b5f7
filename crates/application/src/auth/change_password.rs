use das_tern_domain::{Event, NewPassword, Recipient, SignInChange, SignInChanged};
use das_tern_persistence::sign_in;
use das_tern_persistence::users::{Account, Credentials};
use secrecy::SecretString;

use super::SignedIn;
use crate::effects::By;
use crate::limits::MINUTE;
use crate::{Actor, Application, Code, Error};

/// How often somebody may show their password in a minute while they are signed in: more often than it takes to lock them out,
/// and too seldom to keep the others from signing in.
const CONFIRMATIONS: u32 = 10;

/// Somebody changes their password.
#[derive(Debug)]
pub struct PasswordChange {
    /// The password they have.
    pub current: SecretString,
    /// The one they want.
    pub new: NewPassword,
    /// The device they go on with, as its User-Agent names it.
    pub device: Option<String>,
}

impl Application {
    /// Changes the caller's password, ends all of their sessions and begins a new one.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` when the current password is wrong, which counts toward the account's lock; `ACCOUNT_LOCKED`.
    pub async fn change_password(&self, actor: &Actor, change: PasswordChange) -> Result<SignedIn, Error> {
        let before = self.confirm_password(actor, change.current).await?.password_hash;
        let after = self.passwords().hash(change.new.into_text()).await?;
        let epoch = self
            .write(By::from(actor), async |work| {
                let event = sign_in_changed(&actor.account, SignInChange::Password);
                work.save_password(actor.id(), &before, &after, event).await
            })
            .await?;
        // Else another device was faster, and what was given is not the current password any more.
        let epoch = epoch.ok_or_else(|| Error::new(Code::InvalidCredentials))?;
        self.forget_sessions(actor.id()).await;
        self.open_session(actor.id(), Some(epoch), change.device, actor.ip)
            .await
    }

    /// Asks somebody who is signed in for their password once more. A wrong one counts as it does at a login.
    pub(crate) async fn confirm_password(&self, actor: &Actor, password: SecretString) -> Result<Credentials, Error> {
        self.limit_one("confirm", actor.id(), CONFIRMATIONS, MINUTE).await?;
        let found = sign_in::credentials(self.database().connection(), actor.id()).await?;
        self.check_password(found, password).await
    }
}

/// The event of a change that somebody makes to their own account.
pub(crate) fn sign_in_changed(account: &Account, change: SignInChange) -> Event {
    let owner = Recipient {
        user: account.id,
        language: account.language,
    };
    let role = account.role;
    Event::SignInChanged(SignInChanged { owner, role, change })
}
