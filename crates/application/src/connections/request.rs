use das_tern_domain::{Asked, ConnectionId, UserId, request, zone};
use das_tern_persistence::connections::{self, ConnectionView};

use crate::limits::DAY;
use crate::once::{Created, Once};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error, Resource};

/// Somebody wants to be connected with somebody else.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// With whom.
    pub user: UserId,
    /// What they write with it, for the other end to read.
    pub message: Option<String>,
}

impl Application {
    /// Asks somebody for a connection. Between two patients, the one who asks wants to care for the other one.
    ///
    /// # Errors
    /// `SELF_CONNECTION`; `NOT_FOUND` for somebody who is not there to be asked; `FORBIDDEN` where neither is a patient;
    /// `DUPLICATE_CONNECTION` where the two are connected, or one of them has asked; `RATE_LIMITED` when the caller has
    /// asked the same person again too often.
    pub async fn request_connection(
        &self,
        actor: &Actor,
        wanted: &NewConnection,
        once: Option<&Once>,
    ) -> Result<Created<ConnectionView>, Error> {
        actor.check_may_connect()?;
        if wanted.user == actor.id() {
            return Err(Error::new(Code::SelfConnection));
        }
        let make = async |work: &mut Work<'_>| -> Result<ConnectionView, Stop> {
            let db = work.unit().connection();
            let other = connections::reachable(&db, wanted.user)
                .await?
                .ok_or_else(|| Error::missing(Resource::User))?;
            let before = connections::between(&db, actor.id(), wanted.user).await?;
            let asked = Asked {
                id: work.new_id().into(),
                initiator: actor.party(),
                recipient: other.party(),
                at: zone::to_millis(work.now()),
            };
            let existing = before.as_ref().map(ConnectionView::connection);
            let (after, event) = request(existing.as_ref(), asked, wanted.message.clone())?;
            if before.is_some() {
                // Asking and taking it back would be a way to write to whoever has declined.
                let limit = self.settings().connections.repeated_requests_per_day;
                self.limit_pair("connection-request", (actor.id(), wanted.user), limit, DAY)
                    .await?;
            }
            work.begin_connection(before.as_ref(), &after, event).await?;
            work.made_connection(actor, after.id).await
        };
        let again = async |id: uuid::Uuid| self.connection(actor, id.into()).await;
        self.create(actor, "request connection", once, make, again).await
    }
}

impl Work<'_> {
    /// A connection that this use case has just saved.
    pub(super) async fn made_connection(&self, actor: &Actor, id: ConnectionId) -> Result<ConnectionView, Stop> {
        let made = connections::find(&self.unit().connection(), id, actor.id()).await?;
        made.ok_or(Stop::Outdated)
    }
}
