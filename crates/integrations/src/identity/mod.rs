mod google;
mod keys;
mod settings;

use std::sync::Arc;

use async_trait::async_trait;
use das_tern_domain::EmailAddress;
use time::OffsetDateTime;

pub use google::Google;
pub use settings::GoogleSettings;

use crate::{NoIdentities, ProviderSettings, SetupError};

/// Who somebody is, as the provider vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own id of the account; it never changes.
    pub subject: String,
    /// The address, which the provider has verified.
    pub email: EmailAddress,
    /// First name, where the provider knows one.
    pub given_name: Option<String>,
    /// Last name, where the provider knows one.
    pub family_name: Option<String>,
}

/// Why an ID token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It is none, is not meant for us, has expired, or its address is not verified.
    #[error("not a valid ID token: {0}")]
    Invalid(String),
    /// The provider's keys could not be fetched.
    #[error("the identity provider is not available: {0}")]
    Unavailable(String),
    /// No provider is configured.
    #[error("signing in with this provider is not set up")]
    NotConfigured,
}

/// Checks ID tokens.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Who the bearer of `id_token` is at `now`.
    ///
    /// # Errors
    /// When the token proves nothing, or nobody can tell.
    async fn verify(&self, id_token: &str, now: OffsetDateTime) -> Result<Identity, IdentityError>;
}

pub(crate) fn connect(
    settings: &GoogleSettings,
    providers: &ProviderSettings,
) -> Result<Arc<dyn IdentityProvider>, SetupError> {
    Ok(if settings.audiences.is_empty() {
        Arc::new(NoIdentities)
    } else {
        Arc::new(Google::new(settings, providers)?)
    })
}
