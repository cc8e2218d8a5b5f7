//! What is left of an account that goes: who hears of it, and what was taken along (rules §2).

use crate::{ConnectionId, Recipient, UserId, UserRole};

/// Somebody took a copy of all that is stored about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct DataExported {
    /// Who.
    pub user: UserId,
    /// What they are to the platform.
    pub role: UserRole,
}

/// An account was deleted, after the wait that its owner could have ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct AccountDeleted {
    /// Whose.
    pub user: UserId,
    /// What they were to the platform.
    pub role: UserRole,
}

/// A connection ended because the account at one end of it was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ConnectionLost {
    /// The connection.
    pub connection: ConnectionId,
    /// The patient it was about: the one who stays, where both are.
    pub patient: UserId,
    /// Who stays, when they had accepted or been accepted. A request that nobody answered goes without a word.
    pub told: Option<Recipient>,
    /// The name of who left, for the text.
    pub name: String,
}
