use das_tern_domain::{Decision, EmailAddress, Event, Identifier, ProfileEdit};
use das_tern_persistence::registrations;
use das_tern_persistence::users::{self, Account};
use secrecy::SecretString;

use super::OwnProfile;
use super::show::is_version_of;
use crate::accounts::Ticket;
use crate::effects::By;
use crate::{Actor, Application, Code, Error, FieldCode};

/// Somebody changes their profile.
#[derive(Debug, Clone, Default)]
pub struct ProfileRequest {
    /// What to change.
    pub edit: ProfileEdit,
    /// The versions that they may have seen last; `None` asks for none.
    pub expected: Option<Vec<String>>,
    /// Their password, which another e-mail address asks for.
    pub current_password: Option<SecretString>,
}

impl ProfileRequest {
    fn check_version(&self, account: &Account) -> Result<(), Error> {
        let profile = account.profile();
        let is_expected = |versions: &Vec<String>| versions.iter().any(|version| is_version_of(version, &profile));
        if self.expected.as_ref().is_none_or(is_expected) {
            Ok(())
        } else {
            Err(Error::new(Code::StaleVersion))
        }
    }
}

impl Application {
    /// Changes the caller's own profile. Another e-mail address waits until the code that is sent to it comes back.
    ///
    /// # Errors
    /// `STALE_VERSION` when the profile is in none of the versions that were expected. For another address also
    /// `VALIDATION_ERROR` without the password and `INVALID_CREDENTIALS` with a wrong one, which counts toward the account's
    /// lock; `ACCOUNT_LOCKED`; `DUPLICATE_EMAIL` when somebody else confirmed an account with the address; and what [`send_code`](Self::send_code) answers. Then
    /// nothing is written.
    pub async fn edit_profile(&self, actor: &Actor, request: ProfileRequest) -> Result<OwnProfile, Error> {
        request.check_version(&actor.account)?;
        // Before anything is saved: a code that cannot be sent leaves nothing to confirm.
        let ticket = self.code_for_new_email(actor, &request).await?;
        let account = self
            .write(By::from(actor), async |work| {
                let account = users::account(&work.unit().connection(), actor.id())
                    .await?
                    .ok_or_else(|| Error::new(Code::TokenRevoked))?;
                request.check_version(&account)?;
                match account.profile().edit(account.id, account.role, &request.edit) {
                    Decision::Unchanged => Ok(account),
                    Decision::Changed { after, event } => {
                        work.save_profile(account.id, &account.profile(), &after, Event::Profile(event))
                            .await?;
                        Ok(account.with_profile(after))
                    }
                }
            })
            .await?;
        if let Some((email, ticket)) = ticket {
            self.send_email_code(actor, email, ticket);
        }
        self.profile_of(account).await
    }

    /// The address that a code is to be sent to, with the code, where somebody wants another than they have. Whoever has an
    /// address may set a new password through it, so that a token alone must not be enough to change it.
    async fn code_for_new_email(
        &self,
        actor: &Actor,
        request: &ProfileRequest,
    ) -> Result<Option<(EmailAddress, Ticket)>, Error> {
        let wanted = request.edit.email.clone();
        let Some(email) = wanted.filter(|email| !actor.account.profile().has(email)) else {
            return Ok(None);
        };
        self.limit_new_emails(actor).await?;
        let password = request.current_password.clone();
        let password = password.ok_or_else(|| Error::invalid_field("currentPassword", FieldCode::Required))?;
        self.confirm_password(actor, password).await?;
        let db = self.database().connection();
        let owner = registrations::reachable(db, &Identifier::Email(email.clone())).await?;
        if owner.is_some_and(|owner| owner.confirmed_at.is_some()) {
            return Err(Error::new(Code::DuplicateEmail));
        }
        let ticket = self.issue_email_code(actor, &email).await?;
        Ok(Some((email, ticket)))
    }
}
