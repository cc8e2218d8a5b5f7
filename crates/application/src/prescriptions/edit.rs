use das_tern_domain::access::Action;
use das_tern_domain::{Author, Change, Decision, PatientData, PrescriptionId, UserRole, Version};
use das_tern_persistence::prescriptions::{self, PrescriptionView};

use super::{check_condition, hidden, row_ids, stale};
use crate::effects::By;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Error};

/// Somebody changes a prescription that they wrote.
#[derive(Debug, Clone)]
pub struct PrescriptionEdit {
    /// What to change.
    pub change: Change,
    /// The number of the version that the writer has seen.
    pub expected_version: Option<i32>,
    /// The states that the writer may have seen last; `None` asks for none.
    pub expected: Option<Vec<String>>,
}

impl Application {
    /// Changes a prescription of the caller's: the patient's own at once, a doctor's as another draft, as a proposal, or,
    /// being urgent, at once.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` as the access policy says; `STALE_VERSION` when somebody else has changed it meanwhile, and
    /// then nothing is written; `INVALID_STATE` when it is over; `VALIDATION_ERROR` for impossible days.
    pub async fn edit_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        edit: &PrescriptionEdit,
    ) -> Result<PrescriptionView, Error> {
        let patient = self
            .permit_on(actor, id, |author| Action::ChangePrescription { author })
            .await?;
        let by = match actor.account.role {
            UserRole::Doctor => Author::Doctor,
            UserRole::Patient | UserRole::FamilyMember => Author::Patient,
        };
        let written = self.write(By::from(actor), async |work| {
            let before = work.take_turn_of(id).await?;
            let action = Action::ChangePrescription {
                author: before.prescription.doctor_id(),
            };
            let patient = before.prescription.patient_id();
            work.permit_in_turn(actor, patient, action)
                .await
                .map_err(|error| hidden(error, false))?;
            check_condition(edit.expected.as_ref(), &before)?;
            let prescription = &before.prescription;
            prescription
                .expect_version(edit.expected_version)
                .map_err(|_| stale(&before))?;
            let proposed = work.proposed_version(&before).await?;
            let start = self.start(before.habits);
            match prescription.change(by, &edit.change, proposed.as_ref(), start, row_ids(work))? {
                Decision::Unchanged => Ok((before, false)),
                Decision::Changed { after, event } => Ok((work.save_prescription(&before, &after, event).await?, true)),
            }
        });
        let (view, is_changed) = self.trace_refused_turn(actor, patient, written.await).await?;
        // Whoever changes nothing has still been shown all of it.
        if !is_changed {
            self.record_look(actor, patient, PatientData::Prescriptions, None)
                .await?;
        }
        Ok(view)
    }
}

impl Work<'_> {
    /// The version that waits for the patient's answer.
    pub(super) async fn proposed_version(&self, view: &PrescriptionView) -> Result<Option<Version>, Stop> {
        let Some(number) = view.prescription.proposed_version else {
            return Ok(None);
        };
        let found = prescriptions::version(&self.unit().connection(), view.prescription.id, number).await?;
        Ok(found.map(prescriptions::content_of_version))
    }
}
