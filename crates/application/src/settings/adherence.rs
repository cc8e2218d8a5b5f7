use das_tern_domain::AdherencePolicy;
use serde::Deserialize;
use validator::{Validate, ValidationError};

/// Adherence (rules §8).
#[derive(Debug, Clone, Deserialize, Validate)]
#[validate(schema(function = "levels_in_order", skip_on_field_errors = false))]
pub struct AdherenceSettings {
    /// From so many percent on it is GREEN.
    #[validate(range(min = 1, max = 100))]
    pub green_from: u8,
    /// From so many percent on it is YELLOW, below it RED.
    #[validate(range(min = 1, max = 100))]
    pub yellow_from: u8,
    /// Below so many percent a patient needs attention.
    #[validate(range(max = 100))]
    pub attention_below: u8,
    /// Doses missed in a row that are a warning.
    #[validate(range(min = 1, max = 100))]
    pub warning_misses: u32,
    /// Doses missed in a row that are critical.
    #[validate(range(min = 1, max = 100))]
    pub critical_misses: u32,
}

impl AdherenceSettings {
    pub(crate) fn policy(&self) -> AdherencePolicy {
        AdherencePolicy {
            green_from: self.green_from,
            yellow_from: self.yellow_from,
            attention_below: self.attention_below,
            warning_misses: self.warning_misses,
            critical_misses: self.critical_misses,
        }
    }
}

fn levels_in_order(settings: &AdherenceSettings) -> Result<(), ValidationError> {
    if settings.yellow_from > settings.green_from {
        return Err(ValidationError::new("order").with_message("yellow_from is above green_from".into()));
    }
    if settings.warning_misses > settings.critical_misses {
        return Err(ValidationError::new("order").with_message("warning_misses is above critical_misses".into()));
    }
    Ok(())
}
