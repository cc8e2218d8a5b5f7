use time::OffsetDateTime;

use super::{Connection, ConnectionChange, ConnectionChanged, ConnectionError, LevelChoice, Party};
use crate::access::opened_by;
use crate::{ConnectionId, ConnectionMetadata, ConnectionOfferId, ConnectionStatus, Decision, PermissionLevel, UserId};

use ConnectionStatus::{Accepted, Pending, Revoked};

type Changed = (Connection, ConnectionChanged);

/// A wish to be connected.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The id of the connection, where it is the first of the two.
    pub id: ConnectionId,
    /// Who asks.
    pub initiator: Party,
    /// Who is asked.
    pub recipient: Party,
    /// When.
    pub at: OffsetDateTime,
}

/// Asks for a connection: a new one, or the one that has ended between the two, once more.
///
/// # Errors
/// To oneself, between two people of whom neither is a patient, with a doctor who is not verified, or where there is one.
pub fn request(
    existing: Option<&Connection>,
    asked: Asked,
    message: Option<String>,
) -> Result<Changed, ConnectionError> {
    if existing.is_some_and(|existing| existing.status != Revoked) {
        check_pair(&asked)?;
        return Err(ConnectionError::Duplicate);
    }
    let initiator = asked.initiator.id;
    let connection = begin(existing, asked, Pending, PermissionLevel::Allowed)?;
    let event = connection.changed(initiator, ConnectionChange::Requested { message });
    Ok((connection, event))
}

/// Connects whoever uses a patient's code or invitation with that patient, at the level that it gives. A request between
/// the two that waits for its answer has it with that.
///
/// # Errors
/// As [`request`].
pub fn request_by_offer(
    existing: Option<&Connection>,
    asked: Asked,
    offer: ConnectionOfferId,
    level: PermissionLevel,
) -> Result<Changed, ConnectionError> {
    if existing.is_some_and(|existing| existing.status == Accepted) {
        check_pair(&asked)?;
        return Err(ConnectionError::Duplicate);
    }
    let initiator = asked.initiator.id;
    let connection = begin(existing, asked, Accepted, level)?;
    let event = connection.changed(initiator, ConnectionChange::Offered { offer, level });
    Ok((connection, event))
}

fn check_pair(asked: &Asked) -> Result<(), ConnectionError> {
    if asked.initiator.id == asked.recipient.id {
        return Err(ConnectionError::ToOneself);
    }
    let side = |party: &Party| (party.id, party.role);
    opened_by(side(&asked.initiator), side(&asked.recipient)).ok_or(ConnectionError::NoPatient)?;
    Ok(())
}

/// A connection that begins. What was opened before it ended is not opened again.
fn begin(
    existing: Option<&Connection>,
    asked: Asked,
    status: ConnectionStatus,
    level: PermissionLevel,
) -> Result<Connection, ConnectionError> {
    check_pair(&asked)?;
    let connection = Connection {
        id: existing.map_or(asked.id, |existing| existing.id),
        initiator: asked.initiator,
        recipient: asked.recipient,
        status,
        level,
        metadata: ConnectionMetadata::default(),
        requested_at: asked.at,
        accepted_at: (status == Accepted).then_some(asked.at),
        revoked_at: None,
    };
    connection.check_verified()?;
    Ok(connection)
}

impl Connection {
    /// Whoever was asked says yes. Only the patient chooses what that opens; without a choice it is what they chose
    /// before, or everything.
    ///
    /// # Errors
    /// When it is not theirs to answer, was answered, one of the two is no verified doctor, or the selection is empty.
    pub fn accept(
        &self,
        by: UserId,
        choice: Option<&LevelChoice>,
        now: OffsetDateTime,
    ) -> Result<Changed, ConnectionError> {
        self.check_recipient(by)?;
        self.expect(&[Pending])?;
        self.check_verified()?;
        let choice = choice.filter(|_| by == self.patient().id);
        if choice.is_some_and(|choice| self.selects_nothing(choice)) {
            return Err(ConnectionError::NothingSelected);
        }
        let mut after = Self {
            status: Accepted,
            accepted_at: Some(now),
            ..self.clone()
        };
        if let Some(choice) = choice {
            after.set(choice);
        }
        let event = self.changed(by, ConnectionChange::Accepted { level: after.level });
        Ok((after, event))
    }

    /// Whoever was asked says no.
    ///
    /// # Errors
    /// When it is not theirs to answer, or was answered.
    pub fn decline(&self, by: UserId, reason: Option<String>, now: OffsetDateTime) -> Result<Changed, ConnectionError> {
        self.check_recipient(by)?;
        self.expect(&[Pending])?;
        let event = self.changed(by, ConnectionChange::Declined { reason });
        Ok((self.ended(now), event))
    }

    /// Either end ends it, or whoever asked takes the request back.
    ///
    /// # Errors
    /// When it has ended.
    pub fn revoke(&self, by: UserId, now: OffsetDateTime) -> Result<Changed, ConnectionError> {
        self.expect(&[Pending, Accepted])?;
        let event = self.changed(by, ConnectionChange::Revoked { previous: self.status });
        Ok((self.ended(now), event))
    }

    /// Family, or the patient, switches alerts to missed doses on or off.
    ///
    /// # Errors
    /// When it is no family's, or is not accepted.
    pub fn switch_alerts(
        &self,
        by: UserId,
        enabled: bool,
    ) -> Result<Decision<Self, ConnectionChanged>, ConnectionError> {
        if !self.is_family() {
            return Err(ConnectionError::NotTheirs);
        }
        self.expect(&[Accepted])?;
        if self.metadata.alerts_enabled == enabled {
            return Ok(Decision::Unchanged);
        }
        let mut after = self.clone();
        after.metadata.alerts_enabled = enabled;
        let event = self.changed(by, ConnectionChange::AlertsSwitched { enabled });
        Ok(Decision::Changed { after, event })
    }

    fn check_recipient(&self, by: UserId) -> Result<(), ConnectionError> {
        if by == self.recipient.id {
            Ok(())
        } else {
            Err(ConnectionError::NotTheirs)
        }
    }

    /// Nothing stays open of what has ended.
    fn ended(&self, now: OffsetDateTime) -> Self {
        Self {
            status: Revoked,
            revoked_at: Some(now),
            metadata: ConnectionMetadata::default(),
            ..self.clone()
        }
    }
}
