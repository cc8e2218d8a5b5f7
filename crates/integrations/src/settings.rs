use std::fmt::Display;
use std::ops::RangeInclusive;

use serde::Deserialize;
use validator::{Validate, ValidationError, ValidationErrors};

use crate::{GoogleSettings, MailSettings, ObjectSettings, SmsSettings};

/// Everything outside that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How often any provider is tried.
    pub providers: ProviderSettings,
    /// Text messages.
    pub sms: SmsSettings,
    /// E-mail.
    pub mail: MailSettings,
    /// Signing in with Google.
    pub google: GoogleSettings,
    /// Files.
    pub objects: ObjectSettings,
}

/// How often any provider is tried, and when it is left alone.
#[derive(Debug, Clone, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// How often one thing is attempted, the first time included.
    #[validate(range(min = 1, max = 10))]
    pub attempts: u32,
    /// The wait before the second attempt, in milliseconds; twice as long before each further one.
    #[validate(range(min = 1, max = 60_000))]
    pub backoff_min_ms: u32,
    /// The longest such wait, in milliseconds.
    #[validate(range(min = 1, max = 60_000))]
    pub backoff_max_ms: u32,
    /// The longest wait that a provider may ask for, in milliseconds; beyond it there is no further attempt.
    #[validate(range(max = 60_000))]
    pub retry_after_max_ms: u32,
    /// Failures in a row after which a provider is left alone.
    #[validate(range(min = 1, max = 1000))]
    pub breaker_failures: u32,
    /// How long it is left alone, in seconds; then one call tries it out.
    #[validate(range(min = 1, max = 3600))]
    pub breaker_pause_s: u32,
}

/// Finds all faults of a section at once, and never repeats a value: it may be a secret.
#[derive(Default)]
pub(crate) struct Faults(ValidationErrors);

impl Faults {
    pub(crate) fn refuse(&mut self, is_wrong: bool, field: &'static str, what: impl Into<String>) {
        if is_wrong {
            let error = ValidationError::new("invalid").with_message(what.into().into());
            self.0.add(field, error);
        }
    }

    /// A value that this provider cannot do without.
    pub(crate) fn need(&mut self, is_there: bool, field: &'static str, whose: &str) {
        self.refuse(!is_there, field, format!("is missing; {whose} needs it"));
    }

    pub(crate) fn bound<T: Copy + PartialOrd + Display>(
        &mut self,
        value: T,
        field: &'static str,
        range: RangeInclusive<T>,
    ) {
        let what = format!("must be between {} and {}", range.start(), range.end());
        self.refuse(!range.contains(&value), field, what);
    }

    pub(crate) fn outcome(self) -> Result<(), ValidationErrors> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// The names of the fields that a section finds fault with.
#[cfg(test)]
pub(crate) fn faults(section: &impl Validate) -> Vec<String> {
    let Err(errors) = section.validate() else {
        return Vec::new();
    };
    let mut names: Vec<_> = errors
        .field_errors()
        .into_keys()
        .map(|field| field.to_string())
        .collect();
    names.sort_unstable();
    names
}
