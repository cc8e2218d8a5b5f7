use std::net::IpAddr;

use das_tern_domain::{Channel, CodePurpose, EmailAddress, Identifier};
use das_tern_persistence::registrations::{self, Reachable};

use super::codes::Ticket;
use crate::limits::MINUTE;
use crate::messages::Addressee;
use crate::{Actor, Application, Error};

impl Application {
    /// Sends a code that confirms the contact of an unconfirmed account, or the e-mail address that `caller` is changing
    /// to; how long it is good, in seconds. Whether there is such an account, the answer does not tell.
    ///
    /// # Errors
    /// `OTP_COOLDOWN` and `RATE_LIMITED` when codes are asked for too often, `OTP_LOCKED` after too many wrong ones,
    /// `UNAVAILABLE` without Redis.
    pub async fn send_code(&self, identifier: Identifier, caller: Option<&Actor>) -> Result<u64, Error> {
        match (&identifier, caller) {
            (Identifier::Email(email), Some(actor)) if actor.account.profile().awaits(email) => {
                self.limit_new_emails(actor).await?;
                let ticket = self.issue_email_code(actor, email).await?;
                self.send_email_code(actor, email.clone(), ticket);
            }
            _ => self.send_if_known(identifier, CodePurpose::ConfirmContact).await?,
        }
        Ok(self.settings().codes.ttl_s.into())
    }

    /// Sends a code that sets a new password. Whether there is an account, the answer does not tell.
    ///
    /// # Errors
    /// As for [`send_code`](Self::send_code); `RATE_LIMITED` also when it comes from one address too often.
    pub async fn forgot_password(&self, identifier: Identifier, ip: IpAddr) -> Result<(), Error> {
        self.limit_identifier("forgot", &identifier, ip).await?;
        self.send_if_known(identifier, CodePurpose::ResetPassword).await
    }

    /// Counts the addresses that one user is changing to together, as addresses are easily made up.
    pub(crate) async fn limit_new_emails(&self, actor: &Actor) -> Result<(), Error> {
        let limit = self.settings().limits.auth_per_minute;
        self.limit_one("email", actor.id(), limit, MINUTE).await
    }

    /// Remembers a code for the address that somebody is changing to.
    pub(crate) async fn issue_email_code(&self, actor: &Actor, email: &EmailAddress) -> Result<Ticket, Error> {
        let mut ticket = Ticket::new(Some(actor.id()), CodePurpose::ChangeEmail);
        let identifier = Identifier::Email(email.clone());
        self.issue_code(&mut ticket, identifier, Channel::Mail).await?;
        Ok(ticket)
    }

    /// Sends it to the new address and nowhere else: it shows that this one reaches its owner.
    pub(crate) fn send_email_code(&self, actor: &Actor, email: EmailAddress, ticket: Ticket) {
        let to = Addressee::at(actor.id(), actor.account.language, email);
        let app = self.clone();
        self.in_background(async move { app.deliver(&to, ticket).await });
    }

    /// Counts and remembers a code for any identifier. Looking the account up and sending the code come while the caller has the
    /// answer already: its time tells nothing.
    async fn send_if_known(&self, identifier: Identifier, purpose: CodePurpose) -> Result<(), Error> {
        let mut ticket = Ticket::new(None, purpose);
        self.issue_code(&mut ticket, identifier.clone(), Channel::Mail).await?;
        let app = self.clone();
        self.in_background(async move {
            if let Err(error) = app.send_ticket(&identifier, ticket, purpose).await {
                tracing::warn!(cause = ?error, "a code could not be sent");
            }
        });
        Ok(())
    }

    async fn send_ticket(
        &self,
        identifier: &Identifier,
        mut ticket: Ticket,
        purpose: CodePurpose,
    ) -> Result<(), Error> {
        let found = registrations::reachable(self.database().connection(), identifier).await?;
        let is_done = |found: &Reachable| purpose == CodePurpose::ConfirmContact && found.confirmed_at.is_some();
        let Some(found) = found.filter(|found| !is_done(found)) else {
            return Ok(());
        };
        let to = Addressee {
            user: found.id,
            language: found.language,
            contacts: found.contacts,
        };
        if self.assign(&mut ticket, to.user, to.contacts.channel()).await {
            self.deliver(&to, ticket).await;
        }
        Ok(())
    }
}
