use std::net::IpAddr;

use das_tern_domain::{Channel, CodePurpose, Event, Identifier, NewPassword, OneTimeCode, PasswordReset, Recipient};
use das_tern_persistence::registrations::{ProvenOwner, Reachable};
use das_tern_persistence::users;

use crate::effects::By;
use crate::{Application, Code, Error};

impl Application {
    /// Sets a new password with the code that was sent for it: a lock ends, and so do all sessions. An account that was to be
    /// deleted stays, as its owner is back.
    ///
    /// # Errors
    /// `OTP_INVALID`, `OTP_EXPIRED`, `OTP_LOCKED` after too many wrong codes; `RATE_LIMITED`; `UNAVAILABLE` without Redis.
    pub async fn reset_password(
        &self,
        identifier: &Identifier,
        code: OneTimeCode,
        password: NewPassword,
        ip: IpAddr,
    ) -> Result<(), Error> {
        self.limit_identifier("reset", identifier, ip).await?;
        // Before the code, which is used up once it was accepted.
        let hash = self.passwords().hash(password.into_text()).await?;
        let account = self.owner_of(identifier).await?;
        let channel = self
            .accept_code(identifier, CodePurpose::ResetPassword, account, code)
            .await?;
        let user = self
            .write(By::SYSTEM, async |work| {
                let owner = work
                    .lock_reachable(identifier)
                    .await?
                    .filter(|owner| Some(owner.id) == account)
                    .ok_or_else(|| Error::new(Code::OtpInvalid))?;
                work.act_as(By::owner(owner.id, owner.role, ip));
                let (after, events) = self.reset(&owner, channel, hash.clone());
                work.save_proven_owner(&after, &events).await?;
                Ok(owner.id)
            })
            .await?;
        self.forget_sessions(user).await;
        match users::account(self.database().connection(), user).await? {
            Some(account) if account.deletion_due_at.is_some() => self.keep_account(&account, Some(ip)).await,
            _ => Ok(()),
        }
    }

    /// What a reset makes of an account. Whoever received the code is reached by the account's contact, so that an
    /// unconfirmed account is confirmed by it, too.
    fn reset(&self, owner: &Reachable, channel: Channel, password_hash: String) -> (ProvenOwner, Vec<Event>) {
        let recipient = Recipient {
            user: owner.id,
            language: owner.language,
        };
        let reset = Event::PasswordReset(PasswordReset {
            owner: recipient,
            role: owner.role,
        });
        let (proven, events) = match owner.confirmed_at {
            Some(confirmed_at) => {
                let unlocked = ProvenOwner {
                    id: owner.id,
                    login: owner.login.unlocked(),
                    password_hash: None,
                    confirmed_at,
                    only: None,
                };
                (unlocked, vec![reset])
            }
            None => {
                let (confirmed, event) = self.confirm(owner, channel);
                (confirmed, vec![event, reset])
            }
        };
        let after = ProvenOwner {
            password_hash: Some(password_hash),
            ..proven
        };
        (after, events)
    }
}
