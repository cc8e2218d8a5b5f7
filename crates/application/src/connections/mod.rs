//! Connections: how people come to see a patient's data, and how much of it (rules §3).
//!
//! No list of connections is cached. A stale one would show as alive what was ended, and each is one bounded index scan.

mod access_requests;
mod answer;
mod codes;
mod consume;
mod doctor;
mod invitations;
mod list;
mod nudge;
mod offer_keys;
mod request;
mod save;
mod settings;
mod settle;

use das_tern_domain::access::check_verified;
use das_tern_domain::{ConnectionError, LimitReached, OfferRefusal, Party, PermissionLevel};

pub use codes::{CodeCheck, NewCode};
pub use invitations::{Invitation, InvitationRequest};
pub use list::ConnectionsQuery;
pub use nudge::{Nudge, NudgeRequest};
pub(crate) use offer_keys::OfferKeys;
pub use request::NewConnection;
pub use settings::ConnectionSettings;
pub use settle::{ConnectionTarget, version_of_connection};

use crate::{Actor, Code, Error, FieldCode, Resource};

impl Actor {
    /// The caller as an end of a connection.
    fn party(&self) -> Party {
        let account = &self.account;
        Party {
            id: account.id,
            role: account.role,
            standing: account.standing(),
            language: account.language,
            name: account.display_name(),
        }
    }

    /// Of doctors, only those who are verified connect.
    fn check_may_connect(&self) -> Result<(), Error> {
        let viewer = self.viewer();
        Ok(check_verified(viewer.role, viewer.standing)?)
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::ToOneself => Self::new(Code::SelfConnection),
            ConnectionError::NoPatient | ConnectionError::NotVerified | ConnectionError::NotTheirs => {
                Self::new(Code::Forbidden)
            }
            ConnectionError::Duplicate => Self::new(Code::DuplicateConnection),
            ConnectionError::InvalidState { from, allowed } => Self::new(Code::InvalidState)
                .with("from", from)
                .with("allowed", allowed),
            ConnectionError::NotAsking { from } => Self::new(Code::InvalidState)
                .with("from", from)
                .with("allowed", [PermissionLevel::Request]),
            ConnectionError::AlreadyAsked => Self::new(Code::InvalidState)
                .with("from", "PENDING")
                .with("allowed", ["APPROVED", "DENIED", "EXPIRED"]),
            ConnectionError::NoRequest => Self::missing(Resource::AccessRequest),
            ConnectionError::RequestOver { from } => Self::new(Code::InvalidState)
                .with("from", from)
                .with("allowed", ["PENDING"]),
            ConnectionError::NothingSelected => Self::invalid_field("scope", FieldCode::Required),
        }
    }
}

impl From<LimitReached> for Error {
    fn from(reached: LimitReached) -> Self {
        Self::new(Code::LimitReached)
            .with("tier", reached.tier)
            .with("limit", reached.limit)
            .with("used", reached.used)
    }
}

impl From<OfferRefusal> for Error {
    fn from(refusal: OfferRefusal) -> Self {
        Self::new(match refusal {
            OfferRefusal::Unknown => Code::CodeInvalid,
            OfferRefusal::Expired => Code::CodeExpired,
            OfferRefusal::Used => Code::CodeUsed,
        })
    }
}
