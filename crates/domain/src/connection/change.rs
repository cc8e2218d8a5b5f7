use time::OffsetDateTime;

use crate::{
    AccessRequestId, AccessRequestStatus, ConnectionId, ConnectionOfferId, ConnectionStatus, PermissionLevel,
    Recipient, UserId,
};

/// What happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionChange {
    /// Somebody asked for it.
    Requested {
        /// What they wrote with it.
        message: Option<String>,
    },
    /// Whoever was asked said yes.
    Accepted {
        /// What it opens.
        level: PermissionLevel,
    },
    /// Somebody used a code or an invitation of the patient, which is the consent of both.
    Offered {
        /// The code or invitation.
        offer: ConnectionOfferId,
        /// What it opens.
        level: PermissionLevel,
    },
    /// Whoever was asked said no.
    Declined {
        /// Why, where they said it.
        reason: Option<String>,
    },
    /// One end ended it, or took the request back.
    Revoked {
        /// Where it stood before.
        previous: ConnectionStatus,
    },
    /// The patient set what it opens.
    PermissionSet {
        /// The level before.
        from: PermissionLevel,
        /// The level now.
        to: PermissionLevel,
        /// Whether prescriptions or days are selected.
        is_scoped: bool,
    },
    /// Alerts to missed doses were switched.
    AlertsSwitched {
        /// Whether they come.
        enabled: bool,
    },
    /// A doctor asked for a look.
    AccessRequested {
        /// The request.
        request: AccessRequestId,
        /// Why the doctor wants to look.
        reason: String,
    },
    /// The patient approved a look.
    AccessApproved {
        /// The request.
        request: AccessRequestId,
        /// When it ends.
        until: OffsetDateTime,
    },
    /// The patient denied a look, or ended one that they had approved.
    AccessDenied {
        /// The request.
        request: AccessRequestId,
    },
}

/// Something happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct ConnectionChanged {
    /// Which one.
    pub connection: ConnectionId,
    /// Whose data it opens.
    pub patient: UserId,
    /// The name of whoever did it, for the text.
    pub actor_name: String,
    /// The other end, who is told.
    pub other: Recipient,
    /// What happened.
    pub change: ConnectionChange,
}

/// Why a connection cannot be changed this way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionError {
    /// People are not connected to themselves.
    #[error("to oneself")]
    ToOneself,
    /// Neither of the two is a patient.
    #[error("neither is a patient")]
    NoPatient,
    /// One of the two is a doctor whom no administrator has verified.
    #[error("not a verified doctor")]
    NotVerified,
    /// There is one already, asked for or accepted.
    #[error("there is one already")]
    Duplicate,
    /// It is not for this end to decide.
    #[error("not theirs to decide")]
    NotTheirs,
    /// It does not stand where this is possible.
    #[error("is {from}")]
    InvalidState {
        /// Where it stands.
        from: ConnectionStatus,
        /// Where it would be possible.
        allowed: &'static [ConnectionStatus],
    },
    /// Nobody asks for a look at this level.
    #[error("there is nothing to ask for at {from}")]
    NotAsking {
        /// The level.
        from: PermissionLevel,
    },
    /// A request for a look waits for its answer already.
    #[error("a request is open already")]
    AlreadyAsked,
    /// There is no such request.
    #[error("no such request")]
    NoRequest,
    /// The request was answered, or its time is over.
    #[error("the request is {from:?}")]
    RequestOver {
        /// Where it stands.
        from: AccessRequestStatus,
    },
    /// A doctor sees what is selected, and nothing is.
    #[error("nothing is selected")]
    NothingSelected,
}
