//! What a prescription says beside its grid, and where that is stored.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use super::grid::is_false;
use crate::zone;

/// What is written beside the grid, apart from the symptoms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Particulars {
    /// What the patient calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the patient has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<String>,
    /// What the doctor noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical_note: Option<String>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// When the patient should come again.
    #[serde(with = "zone::day::option", skip_serializing_if = "Option::is_none")]
    pub follow_up_date: Option<Date>,
    /// The doctor whom the patient named, who has no account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doctor_name: Option<String>,
}

/// What is written beside the grid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// What the patient suffers from; may be empty where there is a diagnosis.
    pub symptoms: String,
    /// The rest.
    pub particulars: Particulars,
}

/// What somebody wants to change of it; `None` stays as it is, an empty text or `Some(None)` is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContentEdit {
    /// What the patient suffers from.
    pub symptoms: Option<String>,
    /// What the patient calls it.
    pub title: Option<String>,
    /// What the patient has.
    pub diagnosis: Option<String>,
    /// What the doctor noted.
    pub clinical_note: Option<String>,
    /// What else is to be known.
    pub notes: Option<String>,
    /// When the patient should come again.
    pub follow_up_date: Option<Option<Date>>,
    /// The doctor whom the patient named.
    pub doctor_name: Option<String>,
}

impl Content {
    /// The content after an edit.
    #[must_use]
    pub fn edited(&self, edit: &ContentEdit) -> Self {
        let text = |before: &Option<String>, edit: &Option<String>| match edit {
            Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            None => before.clone(),
        };
        let before = &self.particulars;
        Self {
            symptoms: edit.symptoms.clone().unwrap_or_else(|| self.symptoms.clone()),
            particulars: Particulars {
                title: text(&before.title, &edit.title),
                diagnosis: text(&before.diagnosis, &edit.diagnosis),
                clinical_note: text(&before.clinical_note, &edit.clinical_note),
                notes: text(&before.notes, &edit.notes),
                follow_up_date: edit.follow_up_date.unwrap_or(before.follow_up_date),
                doctor_name: text(&before.doctor_name, &edit.doctor_name),
            },
        }
    }

    /// Whether it says at all what the medicines are for.
    #[must_use]
    pub fn says_what_for(&self) -> bool {
        !self.symptoms.is_empty() || self.particulars.diagnosis.is_some()
    }
}

/// A patient wants a draft written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevisionRequest {
    /// Why.
    pub reason: String,
    /// Since when.
    #[serde(with = "zone::instant")]
    pub requested_at: OffsetDateTime,
}

/// What `prescriptions.details` holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct PrescriptionDetails {
    /// What is written beside the grid.
    #[serde(flatten)]
    pub particulars: Particulars,
    /// The version that waits for the patient's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_version: Option<i32>,
    /// What the patient wants written again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionRequest>,
    /// Whether it was a draft that the patient did not want.
    #[serde(skip_serializing_if = "is_false")]
    pub is_rejected: bool,
    /// Whether a doctor wrote it whose account is gone.
    #[serde(skip_serializing_if = "is_false")]
    pub doctor_is_gone: bool,
}

/// What `prescription_versions.details` holds: all that its snapshot of the grid does not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct VersionDetails {
    /// What the patient suffers from.
    pub symptoms: String,
    /// What is written beside the grid.
    #[serde(flatten)]
    pub particulars: Particulars,
}

impl From<Content> for VersionDetails {
    fn from(content: Content) -> Self {
        Self {
            symptoms: content.symptoms,
            particulars: content.particulars,
        }
    }
}

impl From<VersionDetails> for Content {
    fn from(details: VersionDetails) -> Self {
        Self {
            symptoms: details.symptoms,
            particulars: details.particulars,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn what_is_not_named_stays_and_an_empty_text_is_none() {
        let content = Content {
            symptoms: "ឈឺក្បាល".to_owned(),
            particulars: Particulars {
                diagnosis: Some("Migraine".to_owned()),
                notes: Some("x".to_owned()),
                ..Particulars::default()
            },
        };
        let edit = ContentEdit {
            symptoms: Some(String::new()),
            notes: Some(String::new()),
            follow_up_date: Some(Some(date!(2026 - 04 - 01))),
            ..ContentEdit::default()
        };
        let after = content.edited(&edit);
        assert_eq!(after.symptoms, "");
        assert_eq!(after.particulars.follow_up_date, Some(date!(2026 - 04 - 01)));
        assert_eq!(after.edited(&ContentEdit::default()), after);
        let no_day = ContentEdit {
            follow_up_date: Some(None),
            ..ContentEdit::default()
        };
        assert_eq!(after.edited(&no_day).particulars.follow_up_date, None);
        assert_eq!(after.particulars.diagnosis.as_deref(), Some("Migraine"));
        assert_eq!(after.particulars.notes, None);
        assert!(after.says_what_for());
        let nothing = ContentEdit {
            diagnosis: Some(String::new()),
            ..ContentEdit::default()
        };
        assert!(!after.edited(&nothing).says_what_for());
    }

    #[test]
    fn an_empty_document_says_nothing() {
        let read: PrescriptionDetails = serde_json::from_str("{}").unwrap();
        assert_eq!(read, PrescriptionDetails::default());
        assert_eq!(serde_json::to_string(&read).unwrap(), "{}");
        let full = PrescriptionDetails {
            proposed_version: Some(3),
            revision: Some(RevisionRequest {
                reason: "x".to_owned(),
                requested_at: datetime!(2026-03-06 07:00 +7),
            }),
            ..PrescriptionDetails::default()
        };
        let json = serde_json::to_value(&full).unwrap();
        assert_eq!(serde_json::from_value::<PrescriptionDetails>(json).unwrap(), full);
    }
}
