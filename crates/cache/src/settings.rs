use std::time::Duration;

use redis::IntoConnectionInfo;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use validator::{Validate, ValidationError};

/// Where Redis is, and how long to wait for it.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_redis_url", skip_on_field_errors = false))]
pub struct Settings {
    /// `redis://` or `rediss://` URL, with its password.
    pub url: SecretString,
    /// What every key begins with, for a Redis that is shared.
    #[serde(default)]
    pub key_prefix: String,
    /// How long a command may take, in milliseconds. It is what a hanging Redis costs a request, once.
    #[serde(default = "defaults::command_timeout_ms")]
    #[validate(range(min = 10, max = 10_000))]
    pub command_timeout_ms: u64,
    /// How long connecting may take, in milliseconds.
    #[serde(default = "defaults::connect_timeout_ms")]
    #[validate(range(min = 10, max = 30_000))]
    pub connect_timeout_ms: u64,
    /// How long to wait after the first failed connection, in milliseconds; twice as long after each further one.
    #[serde(default = "defaults::backoff_min_ms")]
    #[validate(range(min = 10, max = 10_000))]
    pub backoff_min_ms: u64,
    /// The longest wait between two attempts to connect, in milliseconds.
    #[serde(default = "defaults::backoff_max_ms")]
    #[validate(range(min = 10, max = 60_000))]
    pub backoff_max_ms: u64,
}

impl Settings {
    /// The defaults, for the Redis at `url`.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            key_prefix: String::new(),
            command_timeout_ms: defaults::command_timeout_ms(),
            connect_timeout_ms: defaults::connect_timeout_ms(),
            backoff_min_ms: defaults::backoff_min_ms(),
            backoff_max_ms: defaults::backoff_max_ms(),
        }
    }

    pub(crate) fn command_timeout(&self) -> Duration {
        Duration::from_millis(self.command_timeout_ms)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    pub(crate) fn backoff_min(&self) -> Duration {
        Duration::from_millis(self.backoff_min_ms)
    }

    pub(crate) fn backoff_max(&self) -> Duration {
        Duration::from_millis(self.backoff_max_ms)
    }
}

mod defaults {
    pub(super) const fn command_timeout_ms() -> u64 {
        250
    }

    pub(super) const fn connect_timeout_ms() -> u64 {
        1_000
    }

    pub(super) const fn backoff_min_ms() -> u64 {
        100
    }

    pub(super) const fn backoff_max_ms() -> u64 {
        2_000
    }
}

// Not a check of the field: that one would put the URL, with its password, into the error.
fn has_redis_url(settings: &Settings) -> Result<(), ValidationError> {
    match settings.url.expose_secret().into_connection_info() {
        Ok(_) => Ok(()),
        Err(_) => Err(ValidationError::new("url").with_message("url: not a redis:// or rediss:// URL".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert!(Settings::new("redis://localhost".into()).validate().is_ok());
        assert!(
            Settings::new("rediss://user:secret@redis.example:6380/1".into())
                .validate()
                .is_ok()
        );
    }

    #[test]
    fn an_invalid_url_is_not_repeated_with_its_password() {
        let errors = Settings::new("http://user:secret@localhost".into())
            .validate()
            .unwrap_err();
        let shown = format!("{errors} {errors:?}");
        assert!(shown.contains("url") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn every_impossible_number_is_named() {
        let settings = Settings {
            command_timeout_ms: 0,
            connect_timeout_ms: 0,
            backoff_min_ms: 0,
            backoff_max_ms: 0,
            ..Settings::new("redis://localhost".into())
        };
        let errors = settings.validate().unwrap_err();
        let mut names: Vec<_> = errors.field_errors().into_keys().collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "backoff_max_ms",
                "backoff_min_ms",
                "command_timeout_ms",
                "connect_timeout_ms"
            ]
        );
    }
}
