//! What stands between a patient and somebody else: asked for, accepted, ended, and how much it opens (rules §3).

mod access_request;
mod change;
mod decide;
mod metadata;
mod nudge;
mod offer;
mod permission;

use time::OffsetDateTime;

use crate::access::{Relationship, check_verified, opened_by};
use crate::{AccountStatus, ConnectionId, ConnectionStatus, Language, PermissionLevel, Recipient, UserId, UserRole};

pub use access_request::{AccessRequest, AccessRequestStatus};
pub use change::{ConnectionChange, ConnectionChanged, ConnectionError};
pub use decide::{Asked, request, request_by_offer};
pub use metadata::{AccessGrant, AccessScope, ConnectionMetadata};
pub use nudge::{DoseNotMissed, NudgeAnswered, Nudged, check_nudgeable};
pub use offer::{
    ConnectionOffer, ConnectionOffers, OfferChange, OfferChanged, OfferContact, OfferKind, OfferPolicy, OfferRefusal,
    OfferUse, TooManyOffers,
};
pub use permission::{LevelChoice, LimitReached, check_family_limit};

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub id: UserId,
    /// As what.
    pub role: UserRole,
    /// The status of their account, a lock aside.
    pub standing: AccountStatus,
    /// The language they read.
    pub language: Language,
    /// Their name, for texts.
    pub name: String,
}

impl Party {
    /// Them as somebody to tell.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient {
            user: self.id,
            language: self.language,
        }
    }
}

/// A connection between two people, one of whom at least is a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Who asked.
    pub initiator: Party,
    /// Who was asked.
    pub recipient: Party,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// How much the patient opens.
    pub level: PermissionLevel,
    /// What is selected, what was approved, and alerts.
    pub metadata: ConnectionMetadata,
    /// When it was asked for, the last time.
    pub requested_at: OffsetDateTime,
    /// When it was accepted, the last time.
    pub accepted_at: Option<OffsetDateTime>,
    /// When it ended; set exactly while it is REVOKED.
    pub revoked_at: Option<OffsetDateTime>,
}

impl Connection {
    /// The end whose data it opens.
    #[must_use]
    pub fn patient(&self) -> &Party {
        let side = |party: &Party| (party.id, party.role);
        match opened_by(side(&self.initiator), side(&self.recipient)) {
            Some(patient) if patient == self.initiator.id => &self.initiator,
            _ => &self.recipient,
        }
    }

    /// The end that the data is opened to.
    #[must_use]
    pub fn viewer(&self) -> &Party {
        self.other_than(self.patient().id)
    }

    /// The end that is not `user`.
    #[must_use]
    pub fn other_than(&self, user: UserId) -> &Party {
        if self.initiator.id == user {
            &self.recipient
        } else {
            &self.initiator
        }
    }

    /// Whether it opens data to family: to anybody who is no doctor.
    #[must_use]
    pub fn is_family(&self) -> bool {
        self.viewer().role != UserRole::Doctor
    }

    /// What the access policy asks of it.
    #[must_use]
    pub fn relationship(&self) -> Relationship {
        Relationship {
            opens: self.patient().id,
            status: self.status,
            level: self.level,
            metadata: self.metadata.clone(),
        }
    }

    fn check_verified(&self) -> Result<(), ConnectionError> {
        for party in [&self.initiator, &self.recipient] {
            check_verified(party.role, party.standing).map_err(|_| ConnectionError::NotVerified)?;
        }
        Ok(())
    }

    /// That it stands at one of these.
    fn expect(&self, allowed: &'static [ConnectionStatus]) -> Result<(), ConnectionError> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        Err(ConnectionError::InvalidState {
            from: self.status,
            allowed,
        })
    }

    /// What `by` did, for the other end to hear of.
    fn changed(&self, by: UserId, change: ConnectionChange) -> ConnectionChanged {
        let other = self.other_than(by);
        ConnectionChanged {
            connection: self.id,
            patient: self.patient().id,
            actor_name: self.other_than(other.id).name.clone(),
            other: other.recipient(),
            change,
        }
    }
}

#[cfg(test)]
mod tests;
