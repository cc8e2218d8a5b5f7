mod adherence;
mod jobs;

use das_tern_domain::CodePolicy;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};
use time::Duration;
use validator::{Validate, ValidationError};

use crate::connections::ConnectionSettings;
pub use adherence::AdherenceSettings;
pub use jobs::JobSettings;

/// What the use cases can be set to. Every number's default is the rule's.
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct Settings {
    /// Signing in.
    #[validate(nested)]
    pub auth: AuthSettings,
    /// How often one may ask.
    #[validate(nested)]
    pub limits: LimitSettings,
    /// Registration.
    #[validate(nested)]
    pub accounts: AccountSettings,
    /// One-time codes.
    #[validate(nested)]
    pub codes: CodeSettings,
    /// Administration.
    #[validate(nested)]
    pub admin: AdminSettings,
    /// Connections.
    #[validate(nested)]
    pub connections: ConnectionSettings,
    /// What happens without being asked.
    #[validate(nested)]
    pub jobs: JobSettings,
    /// Adherence.
    #[validate(nested)]
    pub adherence: AdherenceSettings,
    /// The doses that follow from prescriptions.
    #[validate(nested)]
    pub schedule: ScheduleSettings,
    /// Pictures.
    #[validate(nested)]
    pub pictures: PictureSettings,
    /// Exports.
    #[validate(nested)]
    pub exports: ExportSettings,
}

/// Exports of all that is stored about somebody (rules §2).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct ExportSettings {
    /// How long one may take to read, in seconds; then it breaks off.
    #[validate(range(min = 1, max = 3600))]
    pub deadline_s: u32,
}

/// The doses that follow from prescriptions (rules §5).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct ScheduleSettings {
    /// How many days ahead doses are made, today included.
    #[validate(range(min = 1, max = 366))]
    pub horizon_days: u16,
    /// How many prescriptions the daily top-up takes at a time.
    #[validate(range(min = 1, max = 5_000))]
    pub batch: u16,
}

/// Pictures, which are read and written anew before they are stored (rules §12).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct PictureSettings {
    /// The most pixels that a picture may come with.
    #[validate(range(min = 10_000, max = 200_000_000))]
    pub max_pixels: u64,
    /// The longest side that is kept, in pixels; a larger picture is made smaller.
    #[validate(range(min = 100, max = 10_000))]
    pub max_side: u32,
    /// The quality of the JPEGs that are kept, in percent.
    #[validate(range(min = 50, max = 100))]
    pub jpeg_quality: u8,
    /// How many pictures are read at once; each may take four bytes a pixel, and as much again.
    #[validate(range(min = 1, max = 64))]
    pub at_once: u32,
    /// How long a picture waits for its turn, in milliseconds; then its upload answers 503.
    #[validate(range(min = 10, max = 60_000))]
    pub wait_ms: u32,
}

/// Administration (rules §2).
#[derive(Debug, Clone, Default, Deserialize, Validate)]
pub struct AdminSettings {
    /// The SHA-256 of the key that opens `/admin`, in hexadecimal; without it there is no administration over HTTP.
    #[serde(default)]
    #[validate(custom(function = "is_digest"))]
    pub key_hash: Option<String>,
}

/// Signing in (rules §2).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct AuthSettings {
    /// The `iss` of our tokens.
    #[validate(length(min = 1))]
    pub issuer: String,
    /// The `aud` of our tokens.
    #[validate(length(min = 1))]
    pub audience: String,
    /// The secret that tokens and cursors are signed with, at least 32 bytes.
    #[validate(custom(function = "long_enough"))]
    pub token_key: SigningSecret,
    /// The secret before it, still accepted while its tokens live.
    #[serde(default)]
    #[validate(custom(function = "long_enough"))]
    pub token_key_previous: Option<SigningSecret>,
    /// How long an access token lives, in seconds.
    #[validate(range(min = 1, max = 86_400))]
    pub access_ttl_s: u32,
    /// How long a session lives without a refresh, in days.
    #[validate(range(min = 1, max = 90))]
    pub refresh_ttl_days: u32,
    /// How long a refresh token may be used again after its rotation, in seconds.
    #[validate(range(max = 300))]
    pub refresh_reuse_window_s: u32,
    /// The cost of a bcrypt hash, at least 10.
    #[validate(range(min = 10, max = 16))]
    pub bcrypt_cost: u32,
    /// How many passwords are hashed at once; 0 is one less than the cores.
    #[validate(range(max = 256))]
    pub hash_concurrency: u32,
    /// How long a login waits for its turn to hash, in milliseconds; then it answers 503.
    #[validate(range(min = 100, max = 60_000))]
    pub hash_timeout_ms: u32,
    /// Wrong passwords in a row that lock an account.
    #[validate(range(min = 1, max = 100))]
    pub max_login_failures: u32,
    /// How long a lock lasts, in minutes.
    #[validate(range(min = 1, max = 1440))]
    pub lock_minutes: u32,
    /// Wrong PINs in a row after which none is checked.
    #[validate(range(min = 1, max = 100))]
    pub max_pin_failures: u32,
    /// How long no PIN is checked then, in minutes.
    #[validate(range(min = 1, max = 1440))]
    pub pin_lock_minutes: u32,
}

/// How often one may ask (rules §13).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct LimitSettings {
    /// Logins and the like a minute, for one address and identifier together.
    #[validate(range(min = 1))]
    pub auth_per_minute: u32,
    /// Logins and the like a minute, for one address.
    #[validate(range(min = 1))]
    pub auth_per_minute_per_ip: u32,
    /// Requests a minute, for one user.
    #[validate(range(min = 1))]
    pub general_per_minute: u32,
    /// Requests a minute without a token, for one address.
    #[validate(range(min = 1))]
    pub anonymous_per_minute_per_ip: u32,
    /// Synchronised actions a minute, for one user.
    #[validate(range(min = 1))]
    pub sync_per_minute: u32,
    /// Licences that are sent along with a registration in an hour, for one address.
    #[validate(range(min = 1))]
    pub uploads_per_hour: u32,
    /// Exports of all one's data an hour, for one user.
    #[validate(range(min = 1))]
    pub exports_per_hour: u32,
}

/// Registration (rules §2).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct AccountSettings {
    /// Whether people may register with a phone number of another country.
    pub foreign_phones: bool,
    /// Whether a doctor counts as verified once their contact is confirmed; never in production.
    pub auto_verify_doctors: bool,
    /// How long an account that is to be deleted waits for its owner to come back, in days.
    #[validate(range(min = 1, max = 365))]
    pub deletion_wait_days: u32,
}

/// One-time codes (rules §2).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct CodeSettings {
    /// How long a code is good, in seconds.
    #[validate(range(min = 30, max = 3600))]
    pub ttl_s: u32,
    /// How long after a code the next one may be sent, in seconds.
    #[validate(range(max = 3600))]
    pub cool_down_s: u32,
    /// How many are sent to one phone number or e-mail address within an hour.
    #[validate(range(min = 1, max = 100))]
    pub sends_per_hour: u32,
    /// Wrong codes in a row that lock an identifier's codes.
    #[validate(range(min = 1, max = 20))]
    pub max_tries: u32,
    /// How long such a lock lasts, in minutes.
    #[validate(range(min = 1, max = 1440))]
    pub lock_minutes: u32,
}

impl CodeSettings {
    pub(crate) fn policy(&self) -> CodePolicy {
        CodePolicy {
            validity: Duration::seconds(self.ttl_s.into()),
            cool_down: Duration::seconds(self.cool_down_s.into()),
            sends_per_hour: self.sends_per_hour,
            max_tries: self.max_tries,
            lock: Duration::minutes(self.lock_minutes.into()),
        }
    }
}

/// A secret to sign with. It shows itself to nobody, a failed validation included.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct SigningSecret(SecretString);

impl SigningSecret {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

impl From<&str> for SigningSecret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl Serialize for SigningSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(secret)")
    }
}

fn long_enough(secret: &SigningSecret) -> Result<(), ValidationError> {
    if secret.as_bytes().len() < 32 {
        return Err(ValidationError::new("must have at least 32 bytes"));
    }
    Ok(())
}

fn is_digest(text: &str) -> Result<(), ValidationError> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(ValidationError::new(
        "must be 64 hexadecimal digits, as `das-tern admin key` prints them",
    ))
}
