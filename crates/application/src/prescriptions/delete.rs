use das_tern_domain::PrescriptionId;
use das_tern_domain::access::Action;

use super::check_condition;
use crate::effects::By;
use crate::{Actor, Application, Error};

impl Application {
    /// Deletes a draft of the caller's own. Everything else is stopped instead and keeps its history (rules §4).
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient, and where a doctor wrote it; `STALE_VERSION`; `INVALID_STATE`
    /// when it is no draft.
    pub async fn delete_prescription(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        expected: Option<&Vec<String>>,
    ) -> Result<(), Error> {
        self.permit_on(actor, id, |_| Action::DecideAsPatient).await?;
        self.write(By::from(actor), async |work| {
            let before = work.take_turn_of(id).await?;
            check_condition(expected, &before)?;
            let event = before.prescription.delete()?;
            work.delete_prescription(&before, event).await
        })
        .await
    }
}
