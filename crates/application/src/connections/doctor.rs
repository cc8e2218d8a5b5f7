use das_tern_domain::{ConnectionStatus, UserRole};
use das_tern_persistence::connections::{ConnectionFilter, ConnectionView};

use super::ConnectionTarget;
use crate::{Actor, Application, Error, Page, PageRequest};

impl Application {
    /// A page of the requests that wait for this doctor, the newest first.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no doctor; `VALIDATION_ERROR` for a page that does not exist.
    pub async fn requests_for_doctor(&self, actor: &Actor, page: PageRequest) -> Result<Page<ConnectionView>, Error> {
        actor.check_role(UserRole::Doctor)?;
        let filter = ConnectionFilter {
            status: Some(ConnectionStatus::Pending),
            asked: Some(&[]),
            asked_by: None,
        };
        self.list_connections(actor, "requests for a doctor", &filter, &page)
            .await
    }

    /// A doctor accepts what a patient asked for.
    ///
    /// # Errors
    /// As [`accept_connection`](Self::accept_connection); `FORBIDDEN` for whoever is no doctor.
    pub async fn accept_as_doctor(&self, actor: &Actor, target: &ConnectionTarget) -> Result<ConnectionView, Error> {
        actor.check_role(UserRole::Doctor)?;
        self.accept_connection(actor, target, None).await
    }

    /// A doctor declines what a patient asked for.
    ///
    /// # Errors
    /// As [`decline_connection`](Self::decline_connection); `FORBIDDEN` for whoever is no doctor.
    pub async fn reject_as_doctor(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        reason: Option<String>,
    ) -> Result<ConnectionView, Error> {
        actor.check_role(UserRole::Doctor)?;
        self.decline_connection(actor, target, reason).await
    }
}
