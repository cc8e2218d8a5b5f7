mod http;
mod key;
mod memory;
mod settings;
mod store;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

pub(crate) use key::{is_folder, media_type};
pub use memory::MemoryObjects;
pub use settings::{ObjectProvider, ObjectSettings};
pub use store::Objects;

use crate::{Error, ProviderSettings, SetupError};

/// An object as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// The content.
    pub bytes: Vec<u8>,
    /// Its media type, decided from the content when it was stored.
    pub media_type: String,
}

impl std::fmt::Debug for StoredObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredObject({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Its key.
    pub key: String,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// When it was stored, by the store's clock: what is younger than a request may take belongs to somebody whose row is
    /// still to come.
    pub stored_at: OffsetDateTime,
}

/// Keeps files, privately. A key is a folder and a name, such as `licenses/<uuid>.jpg`; what it ends in stands for the media
/// type. An object is there whole or not at all.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores an object, in place of the one that has its key.
    ///
    /// # Errors
    /// When the key is none or stands for another media type, the object is too large, or the store cannot be reached.
    async fn put(&self, key: &str, object: StoredObject) -> Result<(), Error>;

    /// The object under a key; `None` when there is none.
    ///
    /// # Errors
    /// When the key is none, the object is larger than any of ours, or the store cannot be reached.
    async fn fetch(&self, key: &str) -> Result<Option<StoredObject>, Error>;

    /// Removes an object; one that is not there is no error.
    ///
    /// # Errors
    /// When the key is none, or the store cannot be reached.
    async fn remove(&self, key: &str) -> Result<(), Error>;

    /// At most `limit` objects of a folder such as `licenses`, ordered by key, from the first one after `after` on. The last
    /// key of a full page leads to the next.
    ///
    /// # Errors
    /// When the folder is none, or the store cannot be reached.
    async fn list(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectEntry>, Error>;
}

pub(crate) fn connect(
    settings: &ObjectSettings,
    providers: &ProviderSettings,
) -> Result<Arc<dyn ObjectStore>, SetupError> {
    Ok(match settings.provider {
        ObjectProvider::Memory => Arc::new(MemoryObjects::default()),
        ObjectProvider::Folder => Arc::new(Objects::in_folder(settings, providers)?),
        ObjectProvider::S3 => Arc::new(Objects::in_bucket(settings, providers)?),
    })
}
