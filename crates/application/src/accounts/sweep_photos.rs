use das_tern_persistence::registrations;
use time::Duration;

use crate::{Application, Error};

/// Where the pictures of licences are kept.
const FOLDER: &str = "licenses";
/// How many are looked at together.
const PAGE: usize = 500;
/// How old a picture is before it may be found to be nobody's: an upload is stored before the account that it is of.
const GRACE: Duration = Duration::DAY;

impl Application {
    /// Removes the pictures of licences that belong to no account (rules §12), and says how many. A registration that was
    /// refused, or replaced, while the store was away leaves them behind.
    pub(crate) async fn sweep_licence_photos(&self) -> Result<u64, Error> {
        let objects = &self.integrations().objects;
        let (mut removed, mut after) = (0, None::<String>);
        while !self.is_closing() {
            let page = objects.list(FOLDER, after.as_deref(), PAGE).await;
            let page = page.map_err(Error::unavailable)?;
            let settled = page.iter().filter(|photo| photo.stored_at < self.now() - GRACE);
            let keys: Vec<_> = settled.map(|photo| photo.key.clone()).collect();
            let kept = registrations::photos_among(self.database().connection(), &keys).await?;
            for key in keys.iter().filter(|key| !kept.contains(key)) {
                objects.remove(key).await.map_err(Error::unavailable)?;
                removed += 1;
            }
            after = page.last().map(|photo| photo.key.clone());
            if page.len() < PAGE {
                break;
            }
        }
        Ok(removed)
    }
}
