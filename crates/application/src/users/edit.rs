use das_tern_domain::{Decision, Event, ProfileEdit};
use das_tern_persistence::users;

use super::OwnProfile;
use super::show::version_of;
use crate::effects::By;
use crate::{Actor, Application, Code, Error};

/// Somebody changes their profile.
#[derive(Debug, Clone, Default)]
pub struct ProfileRequest {
    /// What to change.
    pub edit: ProfileEdit,
    /// The versions that they may have seen last; `None` asks for none.
    pub expected: Option<Vec<String>>,
}

impl Application {
    /// Changes the caller's own profile.
    ///
    /// # Errors
    /// `STALE_VERSION` when the profile is in none of the versions that were expected; then nothing is written.
    pub async fn edit_profile(&self, actor: &Actor, request: ProfileRequest) -> Result<OwnProfile, Error> {
        let account = self
            .write(By::from(actor), async |work| {
                let account = users::account(&work.unit().connection(), actor.id())
                    .await?
                    .ok_or_else(|| Error::new(Code::TokenRevoked))?;
                let before = account.profile();
                let is_expected = |versions: &Vec<String>| versions.contains(&version_of(&before));
                if !request.expected.as_ref().is_none_or(is_expected) {
                    return Err(Error::new(Code::StaleVersion).into());
                }
                match before.edit(account.id, account.role, &request.edit) {
                    Decision::Unchanged => Ok(account),
                    Decision::Changed { after, event } => {
                        work.save_profile(account.id, &before, &after, Event::Profile(event))
                            .await?;
                        Ok(account.with_profile(after))
                    }
                }
            })
            .await?;
        self.profile_of(account).await
    }
}
