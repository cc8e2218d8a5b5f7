use std::net::IpAddr;

use das_tern_domain::{
    AccountStatus, Channel, CodePurpose, ContactConfirmed, Event, Identifier, OneTimeCode, UserId, UserRole,
};
use das_tern_persistence::registrations::{self, ProvenOwner, Reachable};

use super::Confirmation;
use crate::effects::By;
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Confirms the contact of an account with the code that was sent to it: the account becomes usable, and its owner is
    /// signed in on `device`. A doctor waits for an administrator. What the code did not reach is no contact of the account: an
    /// e-mail address waits for a code of its own. For a `caller` who is changing their e-mail address to
    /// this one, it takes the place of the old one, and no session begins: the one they have goes on.
    ///
    /// # Errors
    /// `OTP_INVALID`, `OTP_EXPIRED`, `OTP_LOCKED` after too many wrong codes; `ACCOUNT_REJECTED`; `DUPLICATE_EMAIL` when
    /// somebody else has the caller's new address by now; `UNAVAILABLE` without Redis.
    pub async fn confirm_code(
        &self,
        identifier: &Identifier,
        code: OneTimeCode,
        caller: Option<&Actor>,
        device: Option<String>,
        ip: IpAddr,
    ) -> Result<Confirmation, Error> {
        if let (Some(actor), Identifier::Email(email)) = (caller, identifier)
            && actor.account.profile().awaits(email)
        {
            self.confirm_email(actor, email, code).await?;
            return Ok(Confirmation::EmailChanged);
        }
        let account = self.owner_of(identifier).await?;
        let channel = self
            .accept_code(identifier, CodePurpose::ConfirmContact, account, code)
            .await?;
        let (owner, after) = self
            .write(By::SYSTEM, async |work| {
                // A code that was sent to phone and e-mail confirms once.
                let owner = work
                    .lock_reachable(identifier)
                    .await?
                    .filter(|owner| Some(owner.id) == account && owner.confirmed_at.is_none())
                    .ok_or_else(|| Error::new(Code::OtpInvalid))?;
                work.act_as(By::owner(owner.id, owner.role, ip));
                let (after, event) = self.confirm(&owner, channel);
                work.save_proven_owner(&after, &[event]).await?;
                Ok((owner, after))
            })
            .await?;
        if owner.role == UserRole::Doctor && after.login.status == AccountStatus::PendingVerification {
            return Ok(Confirmation::Waiting(after.login.status));
        }
        let session = self.open_session(owner.id, None, device, Some(ip)).await?;
        Ok(Confirmation::SignedIn(Box::new(session)))
    }

    /// Whose an identifier is, for the codes that were sent to them.
    pub(super) async fn owner_of(&self, identifier: &Identifier) -> Result<Option<UserId>, Error> {
        let owner = registrations::reachable(self.database().connection(), identifier).await?;
        Ok(owner.map(|owner| owner.id))
    }

    /// What a code that was received by a channel makes of an unconfirmed account.
    pub(super) fn confirm(&self, owner: &Reachable, channel: Channel) -> (ProvenOwner, Event) {
        let verifies_doctors = self.settings().accounts.auto_verify_doctors;
        let login = owner.login.confirmed(owner.role, verifies_doctors);
        let after = ProvenOwner {
            id: owner.id,
            login,
            password_hash: None,
            confirmed_at: self.now(),
            only: Some(channel),
        };
        let event = ContactConfirmed {
            user: owner.id,
            role: owner.role,
            status: login.status,
        };
        (after, Event::ContactConfirmed(event))
    }
}
