use das_tern_domain::{Decision, LevelChoice, zone};
use das_tern_persistence::connections::{self, ConnectionView};

use super::ConnectionTarget;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Error, FieldCode};

impl Application {
    /// Accepts a connection that the caller was asked for. A choice of the level counts when the caller is the patient.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for whoever asked; `INVALID_STATE` when it was answered; `LIMIT_REACHED` when the patient
    /// has as many family connections as their subscription gives; `STALE_VERSION`.
    pub async fn accept_connection(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        choice: Option<&LevelChoice>,
    ) -> Result<ConnectionView, Error> {
        actor.check_may_connect()?;
        let settings = &self.settings().connections;
        self.step(actor, target, async |work, view| {
            let connection = view.connection();
            let patient = connection.patient().id;
            let choice = choice.filter(|_| patient == actor.id());
            work.check_selection(actor, choice).await?;
            let (after, event) = connection.accept(actor.id(), choice, zone::to_millis(work.now()))?;
            if connection.is_family() {
                work.check_family_limit(actor, patient, settings).await?;
            }
            work.save_connection(view, after, event).await
        })
        .await
    }

    /// Declines a connection that the caller was asked for.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for whoever asked; `INVALID_STATE` when it was answered; `STALE_VERSION`.
    pub async fn decline_connection(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        reason: Option<String>,
    ) -> Result<ConnectionView, Error> {
        let now = zone::to_millis(self.now());
        self.settle(actor, target, |connection| {
            let (after, event) = connection.decline(actor.id(), reason.clone(), now)?;
            Ok(Decision::Changed { after, event })
        })
        .await
    }

    /// Ends a connection, at once, or takes a request back. What the doctor prescribed stays with the patient.
    ///
    /// # Errors
    /// `NOT_FOUND`; `INVALID_STATE` when it has ended; `STALE_VERSION`.
    pub async fn revoke_connection(&self, actor: &Actor, target: &ConnectionTarget) -> Result<ConnectionView, Error> {
        let now = zone::to_millis(self.now());
        self.settle(actor, target, |connection| {
            let (after, event) = connection.revoke(actor.id(), now)?;
            Ok(Decision::Changed { after, event })
        })
        .await
    }

    /// The patient sets what a connection opens, from the next request on.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for the other end; `INVALID_STATE` when it has ended; `VALIDATION_ERROR` when a doctor
    /// shall see what is selected and nothing is, or what is selected is not the patient's; `STALE_VERSION`.
    pub async fn set_permission(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        choice: &LevelChoice,
    ) -> Result<ConnectionView, Error> {
        self.step(actor, target, async |work, view| {
            match view.connection().set_permission(actor.id(), choice)? {
                Decision::Unchanged => Ok(view),
                Decision::Changed { after, event } => {
                    work.check_selection(actor, Some(choice)).await?;
                    work.save_connection(view, after, event).await
                }
            }
        })
        .await
    }

    /// Switches alerts to missed doses on or off for a family connection.
    ///
    /// # Errors
    /// `NOT_FOUND`; `FORBIDDEN` for the connection of a doctor; `INVALID_STATE` unless it is accepted; `STALE_VERSION`.
    pub async fn switch_alerts(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        enabled: bool,
    ) -> Result<ConnectionView, Error> {
        self.settle(actor, target, |connection| {
            connection.switch_alerts(actor.id(), enabled)
        })
        .await
    }
}

impl Work<'_> {
    /// What is selected must be the patient's, and is told apart from what nobody has by nothing.
    async fn check_selection(&self, actor: &Actor, choice: Option<&LevelChoice>) -> Result<(), Stop> {
        let Some(scope) = choice.and_then(|choice| choice.scope.as_ref()) else {
            return Ok(());
        };
        if scope.prescription_ids.is_empty() {
            return Ok(());
        }
        let db = self.unit().connection();
        let own = connections::own_prescriptions(&db, actor.id(), &scope.prescription_ids).await?;
        if scope.prescription_ids.iter().all(|id| own.contains(id)) {
            return Ok(());
        }
        Err(Error::invalid_field("scope.prescriptionIds", FieldCode::Invalid).into())
    }
}
