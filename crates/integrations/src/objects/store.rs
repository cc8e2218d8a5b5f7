use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::path::Path as FilePath;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpError, HttpErrorKind};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error as StoreError, ObjectMeta, ObjectStore as Library, ObjectStoreExt as _, PutOptions,
};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;

use super::http::{Connector, TooLarge, Unsuccessful, no_repetition};
use super::{ObjectEntry, ObjectSettings, ObjectStore, StoredObject, is_folder, media_type};
use crate::calls::{Calls, Effect, Failure};
use crate::{Error, ProviderSettings, SetupError, http};

/// Keeps files in a folder, or in a store that speaks S3.
pub struct Objects {
    library: Arc<dyn Library>,
    /// Whether the store keeps a media type beside an object; a folder does not, and the key stands for it.
    keeps_types: bool,
    /// Whether the store lists keys in their order.
    is_ordered: bool,
    max_bytes: u64,
    calls: Calls,
}

impl Objects {
    /// In a folder of this machine, which is made where it does not exist, for us alone.
    ///
    /// # Errors
    /// When there is no such folder and none can be made.
    pub fn in_folder(settings: &ObjectSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        let folder = settings.folder.as_deref().unwrap_or_default();
        let unusable = |why: &dyn std::fmt::Display| SetupError(format!("the folder {folder} cannot be used: {why}"));
        make_folder(FilePath::new(folder)).map_err(|error| unusable(&error))?;
        let library = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(&error))?;
        Ok(Self {
            // An object that was acknowledged survives a power cut.
            library: Arc::new(library.with_fsync(true)),
            keeps_types: false,
            is_ordered: false,
            max_bytes: settings.max_bytes,
            calls: Calls::new("objects", providers),
        })
    }

    /// In a bucket. Nobody is called yet.
    ///
    /// # Errors
    /// When the settings lack the bucket or its key.
    pub fn in_bucket(settings: &ObjectSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        let missing = |what: &str| SetupError(format!("S3 needs {what}"));
        let given = |value: &Option<String>, what: &str| value.clone().ok_or_else(|| missing(what));
        let secret = settings.secret_key.as_ref().ok_or_else(|| missing("a secret key"))?;
        let connector = Connector {
            client: http::client(settings.patience())?,
            largest: settings.max_bytes,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(given(&settings.bucket, "a bucket")?)
            .with_region(given(&settings.region, "a region")?)
            .with_access_key_id(given(&settings.access_key_id, "an access key")?)
            .with_secret_access_key(secret.expose_secret())
            .with_virtual_hosted_style_request(!settings.path_style)
            // HTTP is for stores on this machine; the settings are checked for that.
            .with_allow_http(true)
            .with_disable_bulk_delete(true)
            .with_retry(no_repetition())
            .with_http_connector(connector);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        let library = builder
            .build()
            .map_err(|_| SetupError("S3 cannot be used as it is set up".to_owned()))?;
        Ok(Self {
            library: Arc::new(library),
            keeps_types: true,
            is_ordered: true,
            max_bytes: settings.max_bytes,
            calls: Calls::new("objects", providers),
        })
    }

    async fn write(
        &self,
        path: &Path,
        bytes: object_store::PutPayload,
        media_type: &'static str,
    ) -> Result<(), Failure> {
        let mut attributes = Attributes::new();
        if self.keeps_types {
            attributes.insert(Attribute::ContentType, media_type.into());
        }
        let options = PutOptions {
            attributes,
            ..PutOptions::default()
        };
        let written = self.library.put_opts(path, bytes, options).await;
        written.map(|_| ()).map_err(|error| failure(&error))
    }

    async fn read(&self, path: &Path, media_type: &'static str) -> Result<Option<StoredObject>, Failure> {
        let found = match self.library.get(path).await {
            Err(StoreError::NotFound { .. }) => return Ok(None),
            found => found.map_err(|error| failure(&error))?,
        };
        let too_large = || Failure::refused("the object is too large");
        if found.meta.size > self.max_bytes {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        let mut stream = found.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(|error| failure(&error))? {
            if bytes.len() as u64 + chunk.len() as u64 > self.max_bytes {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(StoredObject {
            bytes,
            media_type: media_type.to_owned(),
        }))
    }

    async fn page(&self, folder: &Path, after: Option<&Path>, limit: usize) -> Result<Vec<ObjectEntry>, Failure> {
        let mut stream = match after {
            Some(after) => self.library.list_with_offset(Some(folder), after),
            None => self.library.list(Some(folder)),
        };
        let mut page = BTreeMap::new();
        while let Some(found) = stream.try_next().await.map_err(|error| failure(&error))? {
            let entry = entry(&found);
            // What we did not put there is nothing of ours.
            if media_type(&entry.key).is_err() || after.is_some_and(|after| found.location <= *after) {
                continue;
            }
            page.insert(entry.key.clone(), entry);
            if page.len() > limit {
                page.pop_last();
            }
            if self.is_ordered && page.len() == limit {
                break;
            }
        }
        Ok(page.into_values().collect())
    }
}

#[async_trait]
impl ObjectStore for Objects {
    async fn put(&self, key: &str, object: StoredObject) -> Result<(), Error> {
        let media_type = media_type(key)?;
        if object.media_type != media_type {
            return Err(Error::Refused("the key stands for another media type".to_owned()));
        }
        if object.bytes.len() as u64 > self.max_bytes {
            return Err(Error::Refused("the object is too large".to_owned()));
        }
        let (path, payload) = (Path::from(key), object_store::PutPayload::from(object.bytes));
        self.calls
            .run(Effect::Idempotent, || self.write(&path, payload.clone(), media_type))
            .await
    }

    async fn fetch(&self, key: &str) -> Result<Option<StoredObject>, Error> {
        let (path, media_type) = (Path::from(key), media_type(key)?);
        self.calls
            .run(Effect::Idempotent, || self.read(&path, media_type))
            .await
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        media_type(key)?;
        let path = Path::from(key);
        let remove = || async {
            match self.library.delete(&path).await {
                Err(error) if !matches!(error, StoreError::NotFound { .. }) => Err(failure(&error)),
                _ => Ok(()),
            }
        };
        self.calls.run(Effect::Idempotent, remove).await
    }

    async fn list(&self, folder: &str, after: Option<&str>, limit: usize) -> Result<Vec<ObjectEntry>, Error> {
        if !is_folder(folder) {
            return Err(Error::Refused("no folder of objects".to_owned()));
        }
        if limit == 0 {
            return Ok(Vec::new());
        }
        let (folder, after) = (Path::from(folder), after.map(Path::from));
        self.calls
            .run(Effect::Idempotent, || self.page(&folder, after.as_ref(), limit))
            .await
    }
}

fn make_folder(folder: &FilePath) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn entry(found: &ObjectMeta) -> ObjectEntry {
    let seconds = found.last_modified.timestamp();
    ObjectEntry {
        key: found.location.to_string(),
        bytes: found.size,
        // No store was written to before 1970 or after 9999.
        stored_at: OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH),
    }
}

/// What a failure of the library means. Everything we ask of a store may be asked again.
fn failure(error: &StoreError) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(answer) = current.downcast_ref::<Unsuccessful>() {
            return answer.failure();
        }
        if current.is::<TooLarge>() {
            return Failure::refused("the object is too large");
        }
        if let Some(error) = current.downcast_ref::<HttpError>()
            && error.kind() == HttpErrorKind::Connect
        {
            return Failure::undone("no connection");
        }
        if let Some(error) = current.downcast_ref::<HttpError>()
            && error.kind() == HttpErrorKind::Timeout
        {
            return Failure::unclear("no answer in time");
        }
        if let Some(error) = current.downcast_ref::<std::io::Error>() {
            return Failure::unclear(format!("the folder cannot be used: {}", error.kind()));
        }
        cause = current.source();
    }
    match error {
        StoreError::NotFound { .. } => Failure::refused("there is no such bucket"),
        _ => Failure::unclear("the store cannot be understood"),
    }
}

#[cfg(test)]
mod tests;
