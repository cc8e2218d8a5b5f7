use das_tern_domain::{
    AccessRequest, AccessRequestId, Connection, ConnectionChanged, ConnectionError, ConnectionId, zone,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::ConnectionTarget;
use crate::once::{Created, Once};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Error, Resource};

impl Application {
    /// A doctor asks for a look at a patient who wants to be asked.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for whoever is no doctor, or where the patient opens nothing; `INVALID_STATE` at another
    /// level than REQUEST, or while a request waits.
    pub async fn ask_access(
        &self,
        actor: &Actor,
        connection: ConnectionId,
        reason: &str,
        once: Option<&Once>,
    ) -> Result<Created<AccessRequest>, Error> {
        let validity = Duration::days(self.settings().connections.access_request_days.into());
        let target = ConnectionTarget {
            id: connection,
            expected: None,
        };
        let make = async |work: &mut Work<'_>| -> Result<AccessRequest, Stop> {
            let view = work.own_connection(actor, &target).await?;
            let (id, now) = (work.new_id().into(), zone::to_millis(work.now()));
            let (after, event) = view
                .connection()
                .ask_access(actor.id(), id, reason.to_owned(), now, validity)?;
            let saved = work.save_connection(view, after, event).await?;
            found(saved.metadata.access_requests, id).map_err(Stop::from)
        };
        let again = async |id: Uuid| found(self.access_requests(actor, connection).await?, id.into());
        let asked = self.create(actor, "ask for access", once, make, again).await;
        self.traced(actor, connection, asked).await
    }

    /// The requests for a look that a connection has seen, the newest first.
    ///
    /// # Errors
    /// `NOT_FOUND` when the caller is no end of it.
    pub async fn access_requests(&self, actor: &Actor, connection: ConnectionId) -> Result<Vec<AccessRequest>, Error> {
        let view = self.connection(actor, connection).await?;
        Ok(view.metadata.access_requests)
    }

    /// The patient approves a request: everything is open to the doctor for a day.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for the doctor; `INVALID_STATE` when there is nothing to decide any more.
    pub async fn approve_access(
        &self,
        actor: &Actor,
        connection: ConnectionId,
        request: AccessRequestId,
    ) -> Result<AccessRequest, Error> {
        let duration = Duration::hours(self.settings().connections.approval_hours.into());
        self.decide_access(actor, connection, request, |connection, now| {
            connection.approve_access(actor.id(), request, now, duration)
        })
        .await
    }

    /// The patient denies a request, or ends what they approved before its time.
    ///
    /// # Errors
    /// As [`approve_access`](Self::approve_access).
    pub async fn deny_access(
        &self,
        actor: &Actor,
        connection: ConnectionId,
        request: AccessRequestId,
    ) -> Result<AccessRequest, Error> {
        self.decide_access(actor, connection, request, |connection, now| {
            connection.deny_access(actor.id(), request, now)
        })
        .await
    }

    async fn decide_access(
        &self,
        actor: &Actor,
        connection: ConnectionId,
        request: AccessRequestId,
        decide: impl Fn(&Connection, OffsetDateTime) -> Result<(Connection, ConnectionChanged), ConnectionError>,
    ) -> Result<AccessRequest, Error> {
        let target = ConnectionTarget {
            id: connection,
            expected: None,
        };
        self.step(actor, &target, async |work, view| {
            let (after, event) = decide(&view.connection(), zone::to_millis(work.now()))?;
            let saved = work.save_connection(view, after, event).await?;
            found(saved.metadata.access_requests, request).map_err(Stop::from)
        })
        .await
    }
}

fn found(requests: Vec<AccessRequest>, id: AccessRequestId) -> Result<AccessRequest, Error> {
    let mut requests = requests.into_iter();
    requests
        .find(|request| request.id == id)
        .ok_or_else(|| Error::missing(Resource::AccessRequest))
}
