use das_tern_domain::{AccountDeleted, ConnectionLost, Event, UserId, UserRole};
use das_tern_persistence::leaving::{self, Leaver};

use crate::effects::By;
use crate::work::{Stop, Work};
use crate::{Application, Error};

/// How many accounts one run deletes at most, so that it ends in time for whoever waits for it.
const BATCH: u64 = 100;
/// Where the pictures of medicines are.
const MEDICINE_PICTURES: &str = "medications/";

impl Application {
    /// Deletes accounts whose wait is over, at most 100, each in a transaction of its own, the one that has waited for
    /// longest first; how many. Any number of instances may do so at once, and again at any time. Whoever was connected with one
    /// is told. An account that cannot be deleted now is logged and left for the next run.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn delete_due_accounts(&self) -> Result<usize, Error> {
        let mut deleted = 0;
        for user in leaving::due(self.database().connection(), self.now(), BATCH).await? {
            if self.is_closing() {
                break;
            }
            let gone = self
                .write(By::SYSTEM, async |work| work.delete_if_due(user).await)
                .await;
            match gone {
                Ok(Some(files)) => {
                    deleted += 1;
                    self.clear_up(user, files).await;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%user, ?error, "an account could not be deleted yet"),
            }
        }
        Ok(deleted)
    }

    /// Removes what the database knows nothing of. A picture stays for as long as somebody else's prescription shows it.
    async fn clear_up(&self, user: UserId, files: Vec<String>) {
        self.forget_sessions(user).await;
        match leaving::still_shown(self.database().connection(), &files).await {
            Ok(shown) => {
                let files = files.into_iter().filter(|key| !shown.contains(key));
                self.drop_files(files.collect()).await;
            }
            Err(error) => tracing::warn!(%user, %error, "files of a deleted account stay behind"),
        }
    }
}

impl Work<'_> {
    /// The keys of the files that belonged to the account, unless it is not due any more.
    async fn delete_if_due(&mut self, user: UserId) -> Result<Option<Vec<String>>, Stop> {
        self.begin().await?;
        let now = self.now();
        let Some(leaver) = leaving::lock_due(&self.unit().connection(), user, now).await? else {
            return Ok(None);
        };
        let files = self.files_of(&leaver).await?;
        let events = self.farewell(&leaver).await?;
        let rows = self.note(&events);
        Stop::outdated_unless(leaving::delete(&self.unit().connection(), user, now, &rows).await?)?;
        Ok(Some(files))
    }

    async fn files_of(&self, leaver: &Leaver) -> Result<Vec<String>, Stop> {
        let pictures = leaving::pictures(&self.unit().connection(), leaver.id).await?;
        let pictures = pictures.iter().filter_map(|url| picture_key(url));
        Ok(leaver.license_photo_url.clone().into_iter().chain(pictures).collect())
    }

    /// That the account is gone, and each connection with it.
    async fn farewell(&self, leaver: &Leaver) -> Result<Vec<Event>, Stop> {
        let counterparts = leaving::counterparts(&self.unit().connection(), leaver.id).await?;
        let deleted = AccountDeleted {
            user: leaver.id,
            role: leaver.role,
        };
        let lost = counterparts.into_iter().map(|counterpart| {
            let to = counterpart.recipient();
            let stays_patient = counterpart.role == UserRole::Patient;
            Event::ConnectionLost(ConnectionLost {
                connection: counterpart.connection,
                patient: if stays_patient { to.user } else { leaver.id },
                told: counterpart.is_accepted().then_some(to),
                name: leaver.name.clone(),
            })
        });
        Ok(std::iter::once(Event::AccountDeleted(deleted)).chain(lost).collect())
    }
}

/// The key in an address that a picture of a medicine is shown at, such as `/files/medications/<id>.jpg?expires=…`.
/// Addresses of other places have none.
fn picture_key(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let start = path.rfind(MEDICINE_PICTURES)?;
    let key = &path[start..];
    let is_ours = key.len() > MEDICINE_PICTURES.len() && !key[MEDICINE_PICTURES.len()..].contains('/');
    is_ours.then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_of_ours_have_a_key() {
        let key = Some("medications/1.jpg".to_owned());
        assert_eq!(picture_key("medications/1.jpg"), key);
        assert_eq!(
            picture_key("https://x/api/v1/files/medications/1.jpg?expires=1&signature=2"),
            key
        );
        for other in [
            "",
            "medications/",
            "licenses/1.jpg",
            "medications/../x",
            "https://example.com/1.jpg",
        ] {
            assert_eq!(picture_key(other), None, "{other}");
        }
    }
}
