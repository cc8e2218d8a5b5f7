//! What only the patient decides: confirming, rejecting, asking again, answering proposals, pausing, resuming, stopping.

use das_tern_domain::access::Action;
use das_tern_domain::{
    Decision, Prescription, PrescriptionChanged, PrescriptionError, PrescriptionId, Revised, Start, Version,
};
use das_tern_persistence::prescriptions::PrescriptionView;

use super::check_condition;
use crate::effects::By;
use crate::{Actor, Application, Error};

/// What a decision comes to.
type Outcome = Result<Decision<Revised, PrescriptionChanged>, PrescriptionError>;

/// The states that the caller may have seen last; `None` asks for none.
type Expected<'a> = Option<&'a Vec<String>>;

impl Application {
    /// Confirms a draft: it comes into force, and its doses are made.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient; `STALE_VERSION`; `INVALID_STATE` when it is no draft;
    /// `REVISION_REQUIRED` when the doctor has not written it again yet.
    pub async fn confirm_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |draft, _, start| draft.confirm(start))
            .await
    }

    /// Rejects a draft.
    ///
    /// # Errors
    /// As for confirming it.
    pub async fn reject_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        reason: Option<&str>,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |draft, _, _| {
            draft.reject(reason.map(str::to_owned))
        })
        .await
    }

    /// Asks the doctor to write a draft again.
    ///
    /// # Errors
    /// As for confirming it; `FORBIDDEN`, too, where no doctor wrote it.
    pub async fn ask_for_retake(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        reason: &str,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        let now = self.now();
        self.answer(actor, id, expected, |draft, _, _| {
            draft.ask_for_retake(reason.to_owned(), now)
        })
        .await
    }

    /// Accepts the change that a doctor proposed: it comes into force.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient; `STALE_VERSION`; `INVALID_STATE` when nothing is proposed.
    pub async fn accept_changes(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |prescription, proposed, start| {
            prescription.accept_changes(proposed, start)
        })
        .await
    }

    /// Declines the change that a doctor proposed.
    ///
    /// # Errors
    /// As for accepting it.
    pub async fn decline_changes(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        reason: Option<&str>,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |prescription, _, _| {
            prescription.decline_changes(reason.map(str::to_owned))
        })
        .await
    }

    /// Interrupts a prescription: its doses to come go.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient; `STALE_VERSION`; `INVALID_STATE` when it is not active.
    pub async fn pause_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |prescription, _, _| prescription.pause())
            .await
    }

    /// Goes on with a prescription: the doses of the days that remain are made.
    ///
    /// # Errors
    /// As for pausing it; `INVALID_STATE` when it is not paused.
    pub async fn resume_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |prescription, _, start| prescription.resume(start))
            .await
    }

    /// Stops a prescription for good: its doses to come go, its history stays.
    ///
    /// # Errors
    /// As for pausing it; `INVALID_STATE` when it is neither active nor paused.
    pub async fn stop_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
    ) -> Result<PrescriptionView, Error> {
        self.answer(actor, id, expected, |prescription, _, _| prescription.stop())
            .await
    }

    /// Loads a prescription of the caller's, lets `decide` decide, and saves the decision.
    async fn answer(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Expected<'_>,
        decide: impl Fn(&Prescription, Option<&Version>, Start) -> Outcome,
    ) -> Result<PrescriptionView, Error> {
        self.permit_on(actor, id, |_| Action::DecideAsPatient).await?;
        self.write(By::from(actor), async |work| {
            let before = work.take_turn_of(id).await?;
            check_condition(expected, &before)?;
            let proposed = work.proposed_version(&before).await?;
            // The turn may have come after midnight.
            let start = self.start(before.habits);
            match decide(&before.prescription, proposed.as_ref(), start)? {
                Decision::Unchanged => Ok(before),
                Decision::Changed { after, event } => work.save_prescription(&before, &after, event).await,
            }
        })
        .await
    }
}
