use das_tern_domain::UserId;
use das_tern_persistence::prescriptions::{self, ListFilter, PrescriptionView};

use super::patients::MAX_LIMIT;
use crate::{Actor, Application, Error, Page, PrescriptionQuery};

impl Application {
    /// A page of the prescriptions that the caller wrote, as far as their patients still open them, newest first.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a doctor, `ACCOUNT_PENDING_VERIFICATION` for one whom nobody verified; what
    /// [`prescriptions`](Self::prescriptions) answers.
    pub async fn own_prescriptions(
        &self,
        actor: &Actor,
        query: PrescriptionQuery,
    ) -> Result<Page<PrescriptionView>, Error> {
        actor.check_doctor()?;
        self.prescriptions_of_others(actor, PrescriptionQuery { is_own: true, ..query })
            .await
    }

    /// The latest prescriptions of a patient that their doctor sees, newest first, at most a page of them.
    pub(super) async fn prescriptions_seen(
        &self,
        actor: &Actor,
        patient: UserId,
    ) -> Result<Vec<PrescriptionView>, Error> {
        let filter = ListFilter {
            viewer: actor.id(),
            patient: Some(patient),
            writer: None,
            status: None,
            now: self.now(),
        };
        let latest = prescriptions::list(self.database().connection(), &filter, None, MAX_LIMIT.into());
        Ok(latest.await?)
    }
}
