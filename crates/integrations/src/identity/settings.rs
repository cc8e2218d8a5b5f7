use serde::Deserialize;
use validator::{Validate, ValidationErrors};

use crate::http::{Patience, is_safe_url};
use crate::settings::Faults;

/// Signing in with Google.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoogleSettings {
    /// The client ids of our apps (iOS, Android, web), one of which a token must be for. Without any, nobody signs in with
    /// Google.
    pub audiences: Vec<String>,
    /// The names by which Google issues tokens.
    pub issuers: Vec<String>,
    /// Where Google publishes the keys that it signs with, as a JSON Web Key Set.
    pub keys_url: String,
    /// How long keys are used at least before they are fetched again, in seconds, whatever Google says.
    pub keys_min_s: u32,
    /// How long keys are used at most, in seconds, whatever Google says.
    pub keys_max_s: u32,
    /// How long after one look for an unknown key the next may follow, in seconds.
    pub unknown_key_pause_s: u32,
    /// How far Google's clock and ours may be apart, in seconds.
    pub clock_skew_s: u32,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout_ms: u32,
    /// How long one attempt to fetch the keys may take altogether, in milliseconds.
    pub timeout_ms: u32,
}

impl GoogleSettings {
    pub(super) fn patience(&self) -> Patience {
        Patience {
            connect_ms: self.connect_timeout_ms,
            whole_ms: self.timeout_ms,
        }
    }
}

impl Validate for GoogleSettings {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = Faults::default();
        let is_blank = |names: &[String]| names.iter().any(|name| name.trim().is_empty());
        faults.refuse(is_blank(&self.audiences), "audiences", "must be client ids");
        faults.refuse(
            self.issuers.is_empty() || is_blank(&self.issuers),
            "issuers",
            "must name at least one issuer",
        );
        faults.refuse(
            !is_safe_url(&self.keys_url),
            "keys_url",
            "must be an https:// URL (http:// only on this machine) without a password",
        );
        faults.bound(self.keys_min_s, "keys_min_s", 1..=86_400);
        faults.bound(self.keys_max_s, "keys_max_s", 60..=604_800);
        faults.refuse(
            self.keys_min_s > self.keys_max_s,
            "keys_min_s",
            "must not be more than google.keys_max_s",
        );
        faults.bound(self.unknown_key_pause_s, "unknown_key_pause_s", 1..=86_400);
        faults.bound(self.clock_skew_s, "clock_skew_s", 0..=300);
        faults.bound(self.connect_timeout_ms, "connect_timeout_ms", 10..=30_000);
        faults.bound(self.timeout_ms, "timeout_ms", 10..=60_000);
        faults.outcome()
    }
}
