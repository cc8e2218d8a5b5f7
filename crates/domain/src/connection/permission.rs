use super::{AccessScope, Connection, ConnectionChange, ConnectionChanged, ConnectionError};
use crate::{ConnectionStatus, Decision, PermissionLevel, SubscriptionTier, UserId};

/// What a patient wants to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChoice {
    /// The level.
    pub level: PermissionLevel,
    /// What is selected, at the level SELECTED; what was selected before where nothing is said.
    pub scope: Option<AccessScope>,
}

/// A patient has as many family connections as their subscription gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{used} of {limit} family connections")]
pub struct LimitReached {
    /// What the subscription is.
    pub tier: SubscriptionTier,
    /// How many it gives.
    pub limit: u32,
    /// How many there are.
    pub used: u32,
}

/// Whether a patient may have one more family connection.
///
/// # Errors
/// The figures, where they may not.
pub fn check_family_limit(tier: SubscriptionTier, limit: u32, used: u32) -> Result<(), LimitReached> {
    if used < limit {
        Ok(())
    } else {
        Err(LimitReached { tier, limit, used })
    }
}

impl Connection {
    /// The patient sets what it opens, before or after it is accepted. Approvals and selections that do not belong to
    /// the new level go.
    ///
    /// # Errors
    /// When somebody else does, it has ended, or a doctor shall see what is selected and nothing is.
    pub fn set_permission(
        &self,
        by: UserId,
        choice: &LevelChoice,
    ) -> Result<Decision<Self, ConnectionChanged>, ConnectionError> {
        if by != self.patient().id {
            return Err(ConnectionError::NotTheirs);
        }
        self.expect(&[ConnectionStatus::Pending, ConnectionStatus::Accepted])?;
        let selected = choice.scope.as_ref().or(self.metadata.scope.as_ref());
        let is_selected = selected.is_some_and(|scope| !scope.is_empty());
        if choice.level == PermissionLevel::Selected && !self.is_family() && !is_selected {
            return Err(ConnectionError::NothingSelected);
        }
        let mut after = self.clone();
        after.set(choice);
        if after == *self {
            return Ok(Decision::Unchanged);
        }
        let change = ConnectionChange::PermissionSet {
            from: self.level,
            to: after.level,
            is_scoped: after.metadata.scope.is_some(),
        };
        let event = self.changed(by, change);
        Ok(Decision::Changed { after, event })
    }

    /// Whether a doctor would see what an empty selection opens.
    pub(super) fn selects_nothing(&self, choice: &LevelChoice) -> bool {
        let is_empty = choice.scope.as_ref().is_some_and(AccessScope::is_empty);
        choice.level == PermissionLevel::Selected && !self.is_family() && is_empty
    }

    /// Family sees everything or nothing: a selection is for doctors. What is selected stays where nothing else is.
    pub(super) fn set(&mut self, choice: &LevelChoice) {
        let is_selection = choice.level == PermissionLevel::Selected && !self.is_family();
        self.level = choice.level;
        let selected = choice.scope.clone().or_else(|| self.metadata.scope.take());
        self.metadata.scope = selected.filter(|_| is_selection);
        if choice.level != PermissionLevel::Request {
            self.end_grant();
        }
    }
}
