use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use validator::{Validate, ValidationErrors};

use crate::http::{Patience, is_safe_url};
use crate::settings::Faults;

/// The largest object that can be let in, in bytes.
const LARGEST: u64 = 1 << 30;

/// Who keeps files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectProvider {
    /// Nobody: they go with the process.
    Memory,
    /// A folder of this machine.
    Folder,
    /// A store that speaks S3.
    S3,
}

/// Files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectSettings {
    /// Who keeps them.
    pub provider: ObjectProvider,
    /// The folder, which is made where it does not exist.
    #[serde(default)]
    pub folder: Option<String>,
    /// The bucket.
    #[serde(default)]
    pub bucket: Option<String>,
    /// Its region.
    #[serde(default)]
    pub region: Option<String>,
    /// Where the store is, when it is not Amazon's.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The id of the key that opens the bucket.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The key itself.
    #[serde(default)]
    pub secret_key: Option<SecretString>,
    /// Whether the bucket stands in the path of a URL rather than before its host, as most stores other than Amazon's want.
    pub path_style: bool,
    /// The largest object that is stored or read, in bytes.
    pub max_bytes: u64,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout_ms: u32,
    /// How long one attempt may take altogether, in milliseconds.
    pub timeout_ms: u32,
}

impl ObjectSettings {
    pub(super) fn patience(&self) -> Patience {
        Patience {
            connect_ms: self.connect_timeout_ms,
            whole_ms: self.timeout_ms,
        }
    }

    fn check_s3(&self, faults: &mut Faults) {
        let key = self.secret_key.as_ref().map(ExposeSecret::expose_secret);
        faults.need(self.bucket.is_some(), "bucket", "s3");
        faults.need(self.region.is_some(), "region", "s3");
        // Without a key of our own, one would be asked for on the network.
        faults.need(self.access_key_id.is_some(), "access_key_id", "s3");
        faults.need(key.is_some_and(|key| !key.is_empty()), "secret_key", "s3");
    }
}

impl Validate for ObjectSettings {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = Faults::default();
        faults.refuse(
            self.bucket.as_deref().is_some_and(|bucket| !is_bucket(bucket)),
            "bucket",
            "must be the name of a bucket: 3 to 63 small letters, digits, hyphens and dots",
        );
        faults.refuse(
            self.endpoint.as_deref().is_some_and(|endpoint| !is_safe_url(endpoint)),
            "endpoint",
            "must be an https:// URL (http:// only on this machine) without a password",
        );
        faults.bound(self.max_bytes, "max_bytes", 1..=LARGEST);
        faults.bound(self.connect_timeout_ms, "connect_timeout_ms", 10..=30_000);
        faults.bound(self.timeout_ms, "timeout_ms", 10..=300_000);
        match self.provider {
            ObjectProvider::Memory => {}
            ObjectProvider::Folder => faults.need(self.folder.is_some(), "folder", "folder"),
            ObjectProvider::S3 => self.check_s3(&mut faults),
        }
        faults.outcome()
    }
}

fn is_bucket(name: &str) -> bool {
    let is_letter = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|letter| is_letter(letter) || letter == b'-' || letter == b'.')
        && name.bytes().next().is_some_and(is_letter)
        && name.bytes().last().is_some_and(is_letter)
}
