use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{AccessGrant, Connection, ConnectionChange, ConnectionChanged, ConnectionError};
use crate::{AccessRequestId, ConnectionStatus, PermissionLevel, UserId, zone};

/// How many requests a connection remembers, the newest ones.
const REMEMBERED: usize = 20;

/// Where a request for a look stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AccessRequestStatus {
    /// It waits for the patient.
    Pending,
    /// The patient said yes.
    Approved,
    /// The patient said no.
    Denied,
    /// Its time, or the time of the approval, is over.
    Expired,
}

/// A doctor's request for a look, at the level REQUEST.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessRequest {
    /// Its id.
    pub id: AccessRequestId,
    /// Why the doctor wants to look.
    pub reason: String,
    /// What became of it; see [`AccessRequest::status_at`].
    pub status: AccessRequestStatus,
    /// When it was made.
    #[serde(with = "zone::instant")]
    pub requested_at: OffsetDateTime,
    /// When the patient answered.
    #[serde(with = "zone::instant::option", default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<OffsetDateTime>,
    /// When it ends: the request, while it waits, and else the approval.
    #[serde(with = "zone::instant")]
    pub expires_at: OffsetDateTime,
}

impl AccessRequest {
    /// Where it stands at `now`: what nobody ended ends by itself.
    #[must_use]
    pub fn status_at(&self, now: OffsetDateTime) -> AccessRequestStatus {
        match self.status {
            AccessRequestStatus::Pending | AccessRequestStatus::Approved if now >= self.expires_at => {
                AccessRequestStatus::Expired
            }
            status => status,
        }
    }
}

impl Connection {
    /// A doctor asks for a look at the level REQUEST; the request waits for `validity`.
    ///
    /// # Errors
    /// When it is not a doctor's to ask, there is nothing to ask for, or a request waits already.
    pub fn ask_access(
        &self,
        by: UserId,
        request: AccessRequestId,
        reason: String,
        now: OffsetDateTime,
        validity: Duration,
    ) -> Result<(Self, ConnectionChanged), ConnectionError> {
        if self.is_family() || by != self.viewer().id {
            return Err(ConnectionError::NotTheirs);
        }
        self.expect(&[ConnectionStatus::Accepted])?;
        self.check_verified()?;
        match self.level {
            PermissionLevel::Request => {}
            // The patient opens nothing, and is not to be asked again and again.
            PermissionLevel::NotAllowed => return Err(ConnectionError::NotTheirs),
            from => return Err(ConnectionError::NotAsking { from }),
        }
        let requests = &self.metadata.access_requests;
        if requests
            .iter()
            .any(|request| request.status_at(now) == AccessRequestStatus::Pending)
        {
            return Err(ConnectionError::AlreadyAsked);
        }
        let mut after = self.clone();
        let asked = AccessRequest {
            id: request,
            reason: reason.clone(),
            status: AccessRequestStatus::Pending,
            requested_at: now,
            decided_at: None,
            expires_at: now + validity,
        };
        after.metadata.access_requests.insert(0, asked);
        after.metadata.access_requests.truncate(REMEMBERED);
        let event = self.changed(by, ConnectionChange::AccessRequested { request, reason });
        Ok((after, event))
    }

    /// The patient approves a request: everything is open to the doctor until `duration` has gone by.
    ///
    /// # Errors
    /// When it is not theirs to decide, or there is nothing to decide any more.
    pub fn approve_access(
        &self,
        by: UserId,
        request: AccessRequestId,
        now: OffsetDateTime,
        duration: Duration,
    ) -> Result<(Self, ConnectionChanged), ConnectionError> {
        let until = now + duration;
        let after = self.decide_access(by, request, now, &[AccessRequestStatus::Pending], |after, index| {
            after.end_grant();
            let request = &mut after.metadata.access_requests[index];
            request.status = AccessRequestStatus::Approved;
            request.expires_at = until;
            after.metadata.grant = Some(AccessGrant { expires_at: until });
        })?;
        let event = self.changed(by, ConnectionChange::AccessApproved { request, until });
        Ok((after, event))
    }

    /// The patient denies a request, or ends what they approved before its time.
    ///
    /// # Errors
    /// When it is not theirs to decide, or there is nothing to decide any more.
    pub fn deny_access(
        &self,
        by: UserId,
        request: AccessRequestId,
        now: OffsetDateTime,
    ) -> Result<(Self, ConnectionChanged), ConnectionError> {
        let open = [AccessRequestStatus::Pending, AccessRequestStatus::Approved];
        let after = self.decide_access(by, request, now, &open, |after, index| {
            let request = &mut after.metadata.access_requests[index];
            if request.status == AccessRequestStatus::Approved {
                after.metadata.grant = None;
            }
            request.status = AccessRequestStatus::Denied;
        })?;
        let event = self.changed(by, ConnectionChange::AccessDenied { request });
        Ok((after, event))
    }

    /// Ends what was approved, with the request that it came from: a grant has one approved request, and the other way
    /// round.
    pub(super) fn end_grant(&mut self) {
        self.metadata.grant = None;
        for request in &mut self.metadata.access_requests {
            if request.status == AccessRequestStatus::Approved {
                request.status = AccessRequestStatus::Expired;
            }
        }
    }

    fn decide_access(
        &self,
        by: UserId,
        request: AccessRequestId,
        now: OffsetDateTime,
        open: &[AccessRequestStatus],
        decide: impl FnOnce(&mut Self, usize),
    ) -> Result<Self, ConnectionError> {
        let requests = &self.metadata.access_requests;
        let index = requests.iter().position(|known| known.id == request);
        let index = index.ok_or(ConnectionError::NoRequest)?;
        if by != self.patient().id {
            return Err(ConnectionError::NotTheirs);
        }
        self.expect(&[ConnectionStatus::Accepted])?;
        if self.level != PermissionLevel::Request {
            return Err(ConnectionError::NotAsking { from: self.level });
        }
        let from = requests[index].status_at(now);
        if !open.contains(&from) {
            return Err(ConnectionError::RequestOver { from });
        }
        let mut after = self.clone();
        after.metadata.access_requests[index].decided_at = Some(now);
        decide(&mut after, index);
        Ok(after)
    }
}
