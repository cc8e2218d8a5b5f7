use std::net::IpAddr;

use das_tern_domain::{CodePurpose, EmailAddress, Identifier, OneTimeCode};
use das_tern_persistence::registrations;

use super::codes::draw;
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
                let code = self.issue_email_code(actor, email).await?;
                self.send_email_code(actor, email.clone(), code);
            }
            _ => {
                let code = draw();
                self.issue_code(&identifier, CodePurpose::ConfirmContact, code).await?;
                self.send_later(identifier, CodePurpose::ConfirmContact, code);
            }
        }
        Ok(self.settings().codes.ttl_s.into())
    }

    /// Sends a code that sets a new password. Whether there is an account, the answer does not tell.
    ///
    /// # Errors
    /// As for [`send_code`](Self::send_code); `RATE_LIMITED` also when it comes from one address too often.
    pub async fn forgot_password(&self, identifier: Identifier, ip: IpAddr) -> Result<(), Error> {
        self.limit_identifier("forgot", &identifier, ip).await?;
        let code = draw();
        self.issue_code(&identifier, CodePurpose::ResetPassword, code).await?;
        self.send_later(identifier, CodePurpose::ResetPassword, code);
        Ok(())
    }

    /// Remembers a code for the address that somebody is changing to. Addresses are easily made up, so that one user's
    /// are counted together.
    pub(crate) async fn issue_email_code(&self, actor: &Actor, email: &EmailAddress) -> Result<OneTimeCode, Error> {
        let limit = self.settings().limits.auth_per_minute;
        self.limit_user("email", actor.id(), limit, MINUTE).await?;
        let code = draw();
        let identifier = Identifier::Email(email.clone());
        self.issue_code(&identifier, CodePurpose::ChangeEmail, code).await?;
        Ok(code)
    }

    /// Sends it to the new address and nowhere else: it shows that this one reaches its owner.
    pub(crate) fn send_email_code(&self, actor: &Actor, email: EmailAddress, code: OneTimeCode) {
        let to = Addressee::at(actor.id(), actor.account.language, email);
        let app = self.clone();
        tokio::spawn(async move { app.deliver(&to, CodePurpose::ChangeEmail, code).await });
    }

    /// Looks the account up and sends the code, while the caller has the answer already: its time tells nothing.
    fn send_later(&self, identifier: Identifier, purpose: CodePurpose, code: OneTimeCode) {
        let app = self.clone();
        tokio::spawn(async move {
            if let Err(error) = app.send_if_known(&identifier, purpose, code).await {
                tracing::warn!(cause = ?error, "a code could not be sent");
            }
        });
    }

    async fn send_if_known(
        &self,
        identifier: &Identifier,
        purpose: CodePurpose,
        code: OneTimeCode,
    ) -> Result<(), Error> {
        let found = registrations::reachable(self.database().connection(), identifier).await?;
        let Some(found) = found else { return Ok(()) };
        let is_done = purpose == CodePurpose::ConfirmContact && found.confirmed_at.is_some();
        if !is_done {
            let addressee = Addressee {
                user: found.id,
                language: found.language,
                contacts: found.contacts,
            };
            self.deliver(&addressee, purpose, code).await;
        }
        Ok(())
    }
}
