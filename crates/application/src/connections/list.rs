use das_tern_domain::{ConnectionId, ConnectionStatus, UserRole};
use das_tern_persistence::connections::{self, ConnectionFilter, ConnectionView};

use crate::pages::ListOf;
use crate::{Actor, Application, Error, Page, PageRequest, Resource};

/// Which of the caller's connections are asked for.
#[derive(Debug, Clone, Default)]
pub struct ConnectionsQuery {
    /// Only those that stand here.
    pub status: Option<ConnectionStatus>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of the caller's connections, those that were asked for last first.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a page that does not exist.
    pub async fn connections(&self, actor: &Actor, query: ConnectionsQuery) -> Result<Page<ConnectionView>, Error> {
        let filter = ConnectionFilter {
            status: query.status,
            ..ConnectionFilter::default()
        };
        self.list_connections(actor, "connections", &filter, &query.page).await
    }

    /// One of the caller's connections.
    ///
    /// # Errors
    /// `NOT_FOUND` when the caller is no end of it.
    pub async fn connection(&self, actor: &Actor, id: ConnectionId) -> Result<ConnectionView, Error> {
        connections::find(self.database().connection(), id, actor.id())
            .await?
            .ok_or_else(|| Error::missing(Resource::Connection))
    }

    /// A page of the accepted connections with those of the patient's family who care for them: with everybody who is
    /// no doctor.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `VALIDATION_ERROR` for a page that does not exist.
    pub async fn caregivers(&self, actor: &Actor, page: PageRequest) -> Result<Page<ConnectionView>, Error> {
        actor.check_role(UserRole::Patient)?;
        let filter = ConnectionFilter {
            status: Some(ConnectionStatus::Accepted),
            asked: Some(&[UserRole::FamilyMember]),
            asked_by: Some(&[UserRole::FamilyMember, UserRole::Patient]),
        };
        self.list_connections(actor, "caregivers", &filter, &page).await
    }

    /// A page of the accepted connections with the patients whom the caller treats or cares for.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a page that does not exist.
    pub async fn patients_in_care(&self, actor: &Actor, page: PageRequest) -> Result<Page<ConnectionView>, Error> {
        // A patient who was asked is the one who is cared for.
        let asked_by: &[UserRole] = match actor.account.role {
            UserRole::Patient => &[],
            UserRole::Doctor | UserRole::FamilyMember => &[UserRole::Patient],
        };
        let filter = ConnectionFilter {
            status: Some(ConnectionStatus::Accepted),
            asked: Some(&[UserRole::Patient]),
            asked_by: Some(asked_by),
        };
        self.list_connections(actor, "patients in care", &filter, &page).await
    }

    pub(super) async fn list_connections(
        &self,
        actor: &Actor,
        name: &'static str,
        filter: &ConnectionFilter,
        page: &PageRequest,
    ) -> Result<Page<ConnectionView>, Error> {
        let list = ListOf {
            name,
            owner: actor.id(),
        };
        let page = self.cursors().query(list, page)?;
        let after = page.after.map(|(time, id)| (time, id.into()));
        let rows = connections::list(self.database().connection(), actor.id(), filter, after, page.rows()).await?;
        Ok(self.cursors().page(list, &page, rows, |connection| {
            (connection.requested_at, connection.id.0)
        }))
    }
}
