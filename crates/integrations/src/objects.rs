use async_trait::async_trait;

use crate::Error;

/// An object as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The content.
    pub bytes: Vec<u8>,
    /// Its media type, decided from the content when it was stored.
    pub media_type: String,
}

/// Keeps files, privately.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores an object under a key such as `licenses/<uuid>.jpg`.
    ///
    /// # Errors
    /// When the store cannot be reached.
    async fn put(&self, key: &str, object: StoredObject) -> Result<(), Error>;

    /// The object under a key; `None` when there is none.
    ///
    /// # Errors
    /// When the store cannot be reached.
    async fn fetch(&self, key: &str) -> Result<Option<StoredObject>, Error>;

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// When the store cannot be reached.
    async fn remove(&self, key: &str) -> Result<(), Error>;
}
