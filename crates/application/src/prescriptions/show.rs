use std::collections::BTreeSet;

use das_tern_domain::{PatientData, PrescriptionId, PrescriptionStatus, UserId, UserRole};
use das_tern_persistence::prescriptions::{self, ListFilter, PrescriptionView};

use super::hidden;
use crate::pages::{ListOf, PageQuery};
use crate::{Actor, Application, Claimant, Error, Page, PageRequest, Resource};

/// Which prescriptions are asked for.
#[derive(Debug, Clone, Default)]
pub struct PrescriptionQuery {
    /// Of whom; a patient's own, or those of everybody whom a doctor or a family member sees, where nobody is named.
    pub patient: Option<UserId>,
    /// Only those that the caller wrote.
    pub is_own: bool,
    /// Only those that stand here.
    pub status: Option<PrescriptionStatus>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of the prescriptions that the caller may see, newest first. A draft is seen by its patient and its writer.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy says of the patient who is named;
    /// `VALIDATION_ERROR` for a page that does not exist; and those of [`Application::authenticate`], as the caller is
    /// recognised here.
    pub async fn prescriptions(
        &self,
        caller: Claimant,
        query: PrescriptionQuery,
    ) -> Result<Page<PrescriptionView>, Error> {
        let named = query.patient;
        if named.is_some_and(|patient| patient != caller.user) {
            return self
                .prescriptions_of_others(&self.authenticate(caller).await?, query)
                .await;
        }
        let list = list_of(caller.user, &query);
        let page = self.cursors().query(list, &query.page)?;
        let own = prescriptions::list_of_own(
            self.database().connection(),
            caller.user,
            query.status,
            page.after.map(|(time, id)| (time, id.into())),
            page.rows(),
        );
        let (account, own) = own.await?.unzip();
        let actor = caller.recognised_in(account)?;
        if named.is_none() && actor.account.role != UserRole::Patient {
            return self.prescriptions_of_others(&actor, query).await;
        }
        Ok(self.shown(list, &page, own.unwrap_or_default()))
    }

    /// A page of the prescriptions of the patient who is named, or of everybody whom the caller sees.
    pub(crate) async fn prescriptions_of_others(
        &self,
        actor: &Actor,
        query: PrescriptionQuery,
    ) -> Result<Page<PrescriptionView>, Error> {
        let list = list_of(actor.id(), &query);
        let page = self.cursors().query(list, &query.page)?;
        if let Some(patient) = query.patient.filter(|patient| *patient != actor.id()) {
            self.look(actor, Some(patient), PatientData::Prescriptions).await?;
        }
        let filter = ListFilter {
            viewer: actor.id(),
            patient: query.patient,
            writer: query.is_own.then_some(actor.id()),
            status: query.status,
            now: self.now(),
        };
        let after = page.after.map(|(time, id)| (time, id.into()));
        let rows = prescriptions::list(self.database().connection(), &filter, after, page.rows()).await?;
        let shown = self.shown(list, &page, rows);
        if query.patient.is_none() {
            let patients: BTreeSet<_> = shown.items.iter().map(|view| view.prescription.patient_id()).collect();
            self.record_shown(actor, patients, PatientData::Prescriptions).await?;
        }
        Ok(shown)
    }

    fn shown(&self, list: ListOf, page: &PageQuery, rows: Vec<PrescriptionView>) -> Page<PrescriptionView> {
        self.cursors()
            .page(list, page, rows, |view| (view.created_at, view.prescription.id.0))
    }

    /// A prescription.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy says.
    pub async fn prescription(&self, actor: &Actor, id: PrescriptionId) -> Result<PrescriptionView, Error> {
        let found = prescriptions::find(self.database().connection(), id).await?;
        let view = found.ok_or_else(|| Error::missing(Resource::Prescription))?;
        let prescription = &view.prescription;
        let patient = prescription.patient_id();
        let is_between_others = prescription.is_between_its_people() && prescription.doctor_id() != Some(actor.id());
        let seen = self
            .look_at(actor, patient, PatientData::Prescriptions, |sight| {
                sight.covers_prescription(id, view.courses.iter().copied())
                    && (patient == actor.id() || !is_between_others)
            })
            .await;
        match seen {
            Ok(true) => Ok(view),
            Ok(false) => Err(Error::missing(Resource::Prescription)),
            Err(error) => Err(hidden(error, is_between_others)),
        }
    }
}

/// The list that the cursors of these pages are of.
fn list_of(caller: UserId, query: &PrescriptionQuery) -> ListOf {
    ListOf {
        name: if query.is_own {
            "own prescriptions"
        } else {
            "prescriptions"
        },
        owner: query.patient.unwrap_or(caller),
    }
}
