//! What is kept outside of the database.

use crate::Application;

impl Application {
    /// Removes files that belong to nobody any more. What cannot be removed now is swept later.
    pub(crate) async fn drop_files(&self, keys: Vec<String>) {
        for key in keys {
            if let Err(error) = self.integrations().objects.remove(&key).await {
                tracing::warn!(key, %error, "a file that belongs to nobody could not be removed");
            }
        }
    }
}
