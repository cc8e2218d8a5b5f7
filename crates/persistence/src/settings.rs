use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use validator::{Validate, ValidationError};

/// How the database is reached, and how long anything there may take.
#[derive(Debug, Clone, Deserialize, Validate)]
#[validate(schema(function = "postgres_url", skip_on_field_errors = false))]
#[validate(schema(function = "fewest_below_most"))]
pub struct Settings {
    /// Where it is, such as `postgres://user:password@host:5432/das_tern?sslmode=verify-full`.
    pub url: SecretString,
    /// The most connections that are open at once.
    #[validate(range(min = 1, max = 1000))]
    pub max_connections: u32,
    /// The fewest connections that are kept open.
    #[validate(range(max = 1000))]
    pub min_connections: u32,
    /// How long the first connection may take, while the server perhaps still starts, in milliseconds.
    #[validate(range(min = 100, max = 300_000))]
    pub connect_timeout_ms: u32,
    /// How long a request waits for a connection before it is told to come back, in milliseconds.
    #[validate(range(min = 50, max = 60_000))]
    pub acquire_timeout_ms: u32,
    /// How long a connection beyond the fewest stays open unused, in seconds.
    #[validate(range(min = 1, max = 86_400))]
    pub idle_timeout_s: u32,
    /// How long one statement may run, in milliseconds.
    #[validate(range(min = 100, max = 600_000))]
    pub statement_timeout_ms: u32,
    /// How long a statement waits for a row that another transaction holds, in milliseconds.
    #[validate(range(min = 50, max = 600_000))]
    pub lock_timeout_ms: u32,
    /// How long a transaction may sit there without a statement, in milliseconds.
    #[validate(range(min = 100, max = 600_000))]
    pub idle_in_transaction_timeout_ms: u32,
    /// How long a statement takes before it is logged as slow, in milliseconds.
    #[validate(range(min = 1, max = 600_000))]
    pub slow_statement_ms: u32,
}

impl Settings {
    /// What serves a development machine, for the database at `url`.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            max_connections: 10,
            min_connections: 0,
            connect_timeout_ms: 10_000,
            acquire_timeout_ms: 1_500,
            idle_timeout_s: 60,
            statement_timeout_ms: 10_000,
            lock_timeout_ms: 5_000,
            idle_in_transaction_timeout_ms: 10_000,
            slow_statement_ms: 1_000,
        }
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms.into())
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms.into())
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.idle_timeout_s.into())
    }

    pub(crate) fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms.into())
    }

    pub(crate) fn slow_statement(&self) -> Duration {
        Duration::from_millis(self.slow_statement_ms.into())
    }
}

/// Of the whole rather than of the field, as a field's error would carry its value, password and all.
fn postgres_url(settings: &Settings) -> Result<(), ValidationError> {
    let url = settings.url.expose_secret();
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(())
    } else {
        Err(ValidationError::new("postgres_url").with_message("url must start with postgres://".into()))
    }
}

fn fewest_below_most(settings: &Settings) -> Result<(), ValidationError> {
    if settings.min_connections <= settings.max_connections {
        Ok(())
    } else {
        Err(ValidationError::new("min_connections").with_message("min_connections is above max_connections".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert!(Settings::new("postgres://localhost/das_tern".into()).validate().is_ok());
    }

    #[test]
    fn every_impossible_value_is_named() {
        let mut settings = Settings::new("mysql://localhost/das_tern".into());
        settings.max_connections = 0;
        let errors = settings.validate().unwrap_err().to_string();
        assert!(errors.contains("url") && errors.contains("max_connections"), "{errors}");
    }

    #[test]
    fn the_fewest_connections_are_no_more_than_the_most() {
        let mut settings = Settings::new("postgres://localhost/das_tern".into());
        settings.min_connections = settings.max_connections + 1;
        assert!(settings.validate().is_err());
    }

    #[test]
    fn printing_the_settings_hides_the_password() {
        let settings = Settings::new("postgres://me:hunter2@localhost/das_tern".into());
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
