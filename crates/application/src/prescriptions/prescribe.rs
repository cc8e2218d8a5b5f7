use das_tern_domain::access::Action;
use das_tern_domain::{
    Content, Decision, Gender, Parties, PatientData, Prescriber, Prescription, PrescriptionStatus, Recipient, RowDraft,
    UserId, UserRole, age, first_grid,
};
use das_tern_persistence::prescriptions::{self, NewPrescription, PatientFacts, PrescriptionView};

use super::row_ids;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Created, Error, Once, Resource};

/// A doctor writes a prescription.
#[derive(Debug, Clone)]
pub struct DoctorsPrescription {
    /// For whom.
    pub patient: UserId,
    /// The patient's name on it; that of the account where none is written.
    pub patient_name: Option<String>,
    /// The patient's gender on it; that of the account where none is written.
    pub patient_gender: Option<Gender>,
    /// The patient's age on it, in whole years; that of the account where none is written.
    pub patient_age: Option<i32>,
    /// What is written beside the grid.
    pub content: Content,
    /// The grid.
    pub rows: Vec<RowDraft>,
    /// Why it holds at once, where it does.
    pub urgent_reason: Option<String>,
}

impl Application {
    /// A doctor prescribes: a draft for the patient, or, being urgent, in force at once. A doctor's prescription is never
    /// refused for want of storage (rules §11).
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a doctor, and below the level ALLOWED; `NOT_FOUND` without a connection;
    /// `ACCOUNT_PENDING_VERIFICATION`; `VALIDATION_ERROR` for impossible days.
    pub async fn prescribe(
        &self,
        actor: &Actor,
        new: &DoctorsPrescription,
        once: Option<&Once>,
    ) -> Result<Created<PrescriptionView>, Error> {
        actor.check_role(UserRole::Doctor)?;
        self.permit(actor, new.patient, Action::Prescribe, PatientData::Prescriptions)
            .await?;
        let make = async |work: &mut Work<'_>| {
            work.take_turn(new.patient).await?;
            work.permit_in_turn(actor, new.patient, Action::Prescribe).await?;
            let facts = work.patient_facts(new.patient).await?;
            let today = self.today();
            let doctor = Prescriber {
                recipient: Recipient {
                    user: actor.id(),
                    language: actor.account.language,
                },
                name: actor.account.display_name(),
                is_connected: true,
                may_write: true,
            };
            let prescription = Prescription {
                id: work.new_id().into(),
                parties: parties(new.patient, &facts, Some(doctor)),
                status: PrescriptionStatus::Draft,
                current_version: 1,
                latest_version: 1,
                urgent_reason: new.urgent_reason.clone(),
                content: new.content.clone(),
                proposed_version: None,
                revision: None,
                is_rejected: false,
                grid: first_grid(&new.rows, "medications", today, row_ids(work))?,
            };
            let header = NewPrescription {
                patient_name: new.patient_name.clone().unwrap_or_else(|| facts.name.clone()),
                patient_gender: new.patient_gender.or(facts.gender).unwrap_or(Gender::Other),
                patient_age: new.patient_age.unwrap_or_else(|| age_of(&facts, today)),
            };
            let decision = prescription.prescribed(self.start(facts.habits));
            work.make_prescription(&header, &facts, decision).await
        };
        let written = self.create(actor, "prescribe", once, make, async |id| {
            let view = self.made_before_as_stored(id).await?;
            // It is shown as it is today, with what the patient has done to it since.
            self.record_look(actor, view.prescription.patient_id(), PatientData::Prescriptions, None)
                .await?;
            Ok(view)
        });
        self.trace_refused_turn(actor, new.patient, written.await).await
    }
}

impl Work<'_> {
    pub(super) async fn patient_facts(&self, patient: UserId) -> Result<PatientFacts, Stop> {
        let found = prescriptions::patient_facts(&self.unit().connection(), patient).await?;
        Ok(found.ok_or_else(|| Error::missing(Resource::Patient))?)
    }

    /// Saves a prescription that somebody has just written.
    pub(super) async fn make_prescription(
        &mut self,
        header: &NewPrescription,
        facts: &PatientFacts,
        decision: Decision<das_tern_domain::Revised, das_tern_domain::PrescriptionChanged>,
    ) -> Result<PrescriptionView, Stop> {
        match decision {
            Decision::Changed { after, event } => self.insert_prescription(header, &after, &facts.habits, event).await,
            Decision::Unchanged => Err(Stop::Outdated),
        }
    }
}

pub(super) fn parties(patient: UserId, facts: &PatientFacts, doctor: Option<Prescriber>) -> Parties {
    Parties {
        patient: Recipient {
            user: patient,
            language: facts.language,
        },
        patient_name: facts.name.clone(),
        doctor,
        doctor_is_gone: false,
    }
}

/// The age in whole years; 0 where nobody told when they were born.
pub(super) fn age_of(facts: &PatientFacts, today: time::Date) -> i32 {
    facts.date_of_birth.map_or(0, |born| age(born, today).clamp(0, 150))
}
