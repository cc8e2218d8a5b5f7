use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use validator::{Validate, ValidationError};

use crate::network::Network;

/// The shortest token that opens the metrics, in bytes.
const SHORTEST_TOKEN: usize = 16;

/// How the product speaks HTTP.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(default, deny_unknown_fields)]
#[validate(schema(function = "has_a_long_enough_token", skip_on_field_errors = false))]
pub struct Settings {
    /// The origins whose pages may call the API, such as `https://app.example`; `*` is every page.
    #[validate(custom(function = "are_origins"))]
    pub cors_origins: Vec<String>,
    /// The proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`.
    pub trusted_proxies: Vec<Network>,
    /// The bearer token that opens `/metrics`, at least 16 bytes. Without one there are no metrics.
    pub metrics_token: Option<SecretString>,
    /// Whether the OpenAPI document and its page are served.
    pub docs: bool,
    /// Whether an answer with status 500 shows its cause. For development only.
    pub show_causes: bool,
    /// For how long browsers insist on HTTPS, in seconds; 0 does not ask them to.
    #[validate(range(max = 63_072_000))]
    pub hsts_max_age_s: u32,
    /// How long a client may take to send a body, in milliseconds.
    #[validate(range(min = 100, max = 600_000))]
    pub body_timeout_ms: u32,
    /// How long a client may take to send a file, in milliseconds.
    #[validate(range(min = 100, max = 600_000))]
    pub upload_timeout_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            metrics_token: None,
            docs: true,
            show_causes: false,
            hsts_max_age_s: 0,
            body_timeout_ms: 30_000,
            upload_timeout_ms: 120_000,
        }
    }
}

impl Settings {
    pub(crate) fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms.into())
    }

    pub(crate) fn upload_timeout(&self) -> Duration {
        Duration::from_millis(self.upload_timeout_ms.into())
    }

    pub(crate) fn allows_every_origin(&self) -> bool {
        self.cors_origins.iter().any(|origin| origin == "*")
    }
}

fn are_origins(origins: &[String]) -> Result<(), ValidationError> {
    if origins.iter().all(|origin| is_origin(origin)) {
        return Ok(());
    }
    Err(ValidationError::new(
        "must be origins such as https://app.example, or `*`",
    ))
}

/// A scheme, a host and perhaps a port, as a browser sends them.
fn is_origin(origin: &str) -> bool {
    let is_host =
        |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"/?#@*,".contains(&b));
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    origin == "*" || host.is_some_and(is_host)
}

// Not a check of the field: that one would put the token into the error.
fn has_a_long_enough_token(settings: &Settings) -> Result<(), ValidationError> {
    match &settings.metrics_token {
        Some(token) if token.expose_secret().len() < SHORTEST_TOKEN => {
            Err(ValidationError::new("metrics_token").with_message("metrics_token must have at least 16 bytes".into()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Settings)) -> bool {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.validate().is_ok()
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        let allows = |origin: &str| with(|settings| settings.cors_origins = vec![origin.to_owned()]);
        assert!(
            ["*", "https://app.example", "http://localhost:8080", "http://[::1]:3000"]
                .into_iter()
                .all(allows)
        );
        assert!(
            ![
                "",
                "app.example",
                "https://",
                "https://app.example/",
                "https://*.example"
            ]
            .into_iter()
            .any(allows)
        );
    }

    #[test]
    fn a_short_metrics_token_is_refused_without_being_shown() {
        let settings = Settings {
            metrics_token: Some("short-token".into()),
            ..Settings::default()
        };
        let refusal = settings.validate().unwrap_err();
        assert!(refusal.to_string().contains("16 bytes"));
        assert!(!format!("{refusal:?}").contains("short-token"));
        assert!(with(|settings| settings.metrics_token = Some("sixteen bytes ok".into())));
    }
}
