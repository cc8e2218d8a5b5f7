//! What a connection carries beside its level: what is selected, what was approved, and alerts (rules §3).

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::AccessRequest;
use crate::{PrescriptionId, zone};

/// The part of a patient's data that a SELECTED level opens. An empty scope opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AccessScope {
    /// These prescriptions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prescription_ids: Vec<PrescriptionId>,
    /// What is scheduled on this day or later.
    #[serde(with = "zone::day::option", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// What is scheduled on this day or earlier.
    #[serde(with = "zone::day::option", skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
}

/// A patient's approval of one doctor's look, at the level REQUEST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessGrant {
    /// When the approval ends: 24 hours after it was given.
    #[serde(with = "zone::instant")]
    pub expires_at: OffsetDateTime,
}

/// What `connections.metadata` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct ConnectionMetadata {
    /// Whether a family member is alerted to missed doses.
    pub alerts_enabled: bool,
    /// What a SELECTED level covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<AccessScope>,
    /// The approval in force, if any, at the level REQUEST.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<AccessGrant>,
    /// A doctor's requests for a look, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_requests: Vec<AccessRequest>,
}

impl Default for ConnectionMetadata {
    fn default() -> Self {
        Self {
            alerts_enabled: true,
            scope: None,
            grant: None,
            access_requests: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_document_alerts_and_selects_nothing() {
        let read: ConnectionMetadata = serde_json::from_str("{}").unwrap();
        assert_eq!(read, ConnectionMetadata::default());
        assert!(read.alerts_enabled);
    }
}
