//! Which notifications a person wants (rules §9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Decision, Labelled, NotificationType, UserId};

/// What a person chose, type by type; a type that is not in it is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct NotificationPreferences(BTreeMap<NotificationType, bool>);

/// Types that were to be switched off and cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("some notifications cannot be switched off")]
pub struct CannotBeOff(pub Vec<NotificationType>);

/// A person chose other notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NotificationPreferencesChanged {
    /// Whose.
    pub user: UserId,
    /// What they want no more, or never wanted.
    pub off: Vec<NotificationType>,
}

impl NotificationType {
    /// Whether it is about somebody's safety, so that everybody gets it: urgent changes, and alerts.
    #[must_use]
    pub fn is_essential(self) -> bool {
        match self {
            Self::UrgentPrescriptionChange | Self::MissedDoseAlert | Self::FamilyAlert => true,
            Self::ConnectionRequest | Self::PrescriptionUpdate => false,
        }
    }
}

impl NotificationPreferences {
    /// The preferences of somebody who wants everything but these.
    ///
    /// # Errors
    /// Names those that cannot be switched off.
    pub fn without(off: &[NotificationType]) -> Result<Self, CannotBeOff> {
        let essential: Vec<_> = off.iter().copied().filter(|kind| kind.is_essential()).collect();
        if essential.is_empty() {
            Ok(Self(off.iter().map(|kind| (*kind, false)).collect()))
        } else {
            Err(CannotBeOff(essential))
        }
    }

    /// Whether the person is told of this.
    #[must_use]
    pub fn wants(&self, kind: NotificationType) -> bool {
        kind.is_essential() || self.0.get(&kind).copied().unwrap_or(true)
    }

    /// Replaces the preferences of `user`.
    pub fn replace(&self, user: UserId, after: Self) -> Decision<Self, NotificationPreferencesChanged> {
        let off = |preferences: &Self| -> Vec<_> {
            let kinds = NotificationType::ALL.iter().copied();
            kinds.filter(|kind| !preferences.wants(*kind)).collect()
        };
        if off(self) == off(&after) {
            return Decision::Unchanged;
        }
        let event = NotificationPreferencesChanged { user, off: off(&after) };
        Decision::Changed { after, event }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(1));

    #[test]
    fn everything_is_wanted_until_somebody_says_otherwise() {
        let preferences: NotificationPreferences = serde_json::from_str("{}").unwrap();
        assert!(NotificationType::ALL.iter().all(|kind| preferences.wants(*kind)));
    }

    #[test]
    fn what_is_urgent_or_about_safety_cannot_be_switched_off() {
        let refused = NotificationPreferences::without(NotificationType::ALL).unwrap_err();
        let essential = [
            NotificationType::MissedDoseAlert,
            NotificationType::UrgentPrescriptionChange,
            NotificationType::FamilyAlert,
        ];
        assert_eq!(refused.0, essential);
        let stored: NotificationPreferences = serde_json::from_str(r#"{"FAMILY_ALERT":false}"#).unwrap();
        assert!(stored.wants(NotificationType::FamilyAlert));
    }

    #[test]
    fn the_same_choice_again_is_no_change() {
        let quiet = NotificationPreferences::without(&[NotificationType::ConnectionRequest]).unwrap();
        assert!(!quiet.wants(NotificationType::ConnectionRequest));
        assert_eq!(quiet.replace(USER, quiet.clone()), Decision::Unchanged);
        let event = NotificationPreferencesChanged {
            user: USER,
            off: vec![NotificationType::ConnectionRequest],
        };
        let all = NotificationPreferences::default();
        assert_eq!(
            all.replace(USER, quiet.clone()),
            Decision::Changed { after: quiet, event }
        );
        let spelled_out: NotificationPreferences = serde_json::from_str(r#"{"CONNECTION_REQUEST":true}"#).unwrap();
        assert_eq!(all.replace(USER, spelled_out), Decision::Unchanged);
    }
}
