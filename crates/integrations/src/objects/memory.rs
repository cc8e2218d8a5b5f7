use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{ObjectEntry, ObjectStore, StoredObject, is_folder, media_type};
use crate::Error;

type StoreClock = dyn Fn() -> OffsetDateTime + Send + Sync;

/// Keeps files until the process ends.
pub struct MemoryObjects {
    objects: Mutex<BTreeMap<String, (StoredObject, OffsetDateTime)>>,
    clock: Box<StoreClock>,
}

impl MemoryObjects {
    /// A store that says by this clock when something was stored.
    pub fn by(clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self {
            objects: Mutex::default(),
            clock: Box::new(clock),
        }
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, (StoredObject, OffsetDateTime)>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryObjects {
    #[expect(
        clippy::disallowed_methods,
        reason = "a store has a clock of its own, as a disk and a bucket have"
    )]
    fn default() -> Self {
        Self::by(OffsetDateTime::now_utc)
    }
}

#[async_trait]
impl ObjectStore for MemoryObjects {
    async fn put(&self, key: &str, object: StoredObject) -> Result<(), Error> {
        if object.media_type != media_type(key)? {
            return Err(Error::Refused("the key stands for another media type".to_owned()));
        }
        let now = (self.clock)();
        self.objects().insert(key.to_owned(), (object, now));
        Ok(())
    }

    async fn fetch(&self, key: &str) -> Result<Option<StoredObject>, Error> {
        media_type(key)?;
        Ok(self.objects().get(key).map(|(object, _)| object.clone()))
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        media_type(key)?;
        self.objects().remove(key);
        Ok(())
    }

    async fn list(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectEntry>, Error> {
        if !is_folder(folder) {
            return Err(Error::Refused("no folder of objects".to_owned()));
        }
        let prefix = format!("{folder}/");
        let first = match after {
            Some(after) if after > prefix.as_str() => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.clone()),
        };
        let objects = self.objects();
        let page = objects
            .range((first, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(&prefix))
            .take(limit)
            .map(|(key, (object, stored_at))| ObjectEntry {
                key: key.clone(),
                bytes: object.bytes.len() as u64,
                stored_at: *stored_at,
            });
        Ok(page.collect())
    }
}
