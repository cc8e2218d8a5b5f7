//! Prescriptions: who writes them, what the patient answers, and the doses that follow (rules §4, §5).

mod answer;
mod by_itself;
mod delete;
mod edit;
mod make;
mod medicines;
mod prescribe;
mod save;
mod show;
mod versions;

use das_tern_domain::access::{self, Action};
use das_tern_domain::{
    GridProblem, Habits, InvalidRow, MedicationId, PatientData, PrescriptionError, PrescriptionId, Start, UserId,
};
use das_tern_persistence::prescriptions::{self, PrescriptionView};

pub use by_itself::ToppedUp;
pub use edit::PrescriptionEdit;
pub use make::OwnPrescription;
pub use prescribe::DoctorsPrescription;
pub use show::PrescriptionQuery;

use crate::work::Work;
use crate::{Actor, Application, Code, Error, FieldCode, FieldError, Resource};

impl Application {
    /// This moment, for a grid of somebody with these habits that comes into force in it.
    fn start(&self, habits: Habits) -> Start {
        Start {
            now: self.now(),
            habits,
        }
    }

    /// Decides whether the caller may do `action` with a prescription; its patient. What they may not know of is missing.
    async fn permit_on(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        action: impl FnOnce(Option<UserId>) -> Action,
    ) -> Result<UserId, Error> {
        let found = prescriptions::parties(self.database().connection(), id).await?;
        let parties = found.ok_or_else(|| Error::missing(Resource::Prescription))?;
        let action = action(parties.doctor_id);
        if parties.patient_id == actor.id() {
            return match access::decide(actor.viewer(), parties.patient_id, None, action, self.now()) {
                Ok(_) => Ok(actor.id()),
                Err(refusal) => Err(refusal.into()),
            };
        }
        let permitted = self
            .permit(actor, parties.patient_id, action, PatientData::Prescriptions)
            .await;
        let Err(error) = permitted else {
            return Ok(parties.patient_id);
        };
        if error.code() == Code::NotFound {
            return Err(Error::missing(Resource::Prescription));
        }
        let is_writer = parties.doctor_id == Some(actor.id());
        let is_hidden = !is_writer && (parties.is_between_them || self.is_out_of_sight(actor, id).await?);
        Err(hidden(error, is_hidden))
    }

    /// Whoever was refused once it was their turn leaves a trace as well; their transaction took none with it.
    async fn trace_refused_turn<T>(
        &self,
        actor: &Actor,
        patient: UserId,
        written: Result<T, Error>,
    ) -> Result<T, Error> {
        let refusals = [Code::NotFound, Code::Forbidden, Code::AccountPendingVerification];
        if written.as_ref().is_err_and(|error| refusals.contains(&error.code())) {
            self.record_refused(actor, patient, PatientData::Prescriptions).await?;
        }
        written
    }

    /// Whether the caller sees something of the patient, but not this prescription.
    async fn is_out_of_sight(&self, actor: &Actor, id: PrescriptionId) -> Result<bool, Error> {
        let Some(view) = prescriptions::find(self.database().connection(), id).await? else {
            return Ok(true);
        };
        let sight = self.ask(actor, view.prescription.patient_id(), Action::View).await;
        let courses = view.courses.iter().copied();
        Ok(sight?.is_ok_and(|sight| !sight.covers_prescription(id, courses)))
    }
}

/// A refusal that tells nothing about a patient whom the caller may not know of, nor about a thing that is hidden.
fn hidden(error: Error, is_hidden: bool) -> Error {
    if is_hidden || error.code() == Code::NotFound {
        Error::missing(Resource::Prescription)
    } else {
        error
    }
}

/// Checks that a change is made to a version that was expected; `None` expects none.
fn check_condition(expected: Option<&Vec<String>>, view: &PrescriptionView) -> Result<(), Error> {
    if expected.is_none_or(|versions| versions.iter().any(|version| view.is_in(version))) {
        Ok(())
    } else {
        Err(stale(view))
    }
}

/// Somebody has changed it meanwhile: what it is now, for the client to go on with.
fn stale(view: &PrescriptionView) -> Error {
    let prescription = &view.prescription;
    Error::new(Code::StaleVersion)
        .with("currentVersion", prescription.current_version)
        .with("proposedVersion", prescription.proposed_version)
}

/// Ids for new rows of a grid.
fn row_ids(work: &Work<'_>) -> impl FnMut() -> MedicationId {
    || work.new_id().into()
}

impl From<GridProblem> for FieldError {
    fn from(problem: GridProblem) -> Self {
        let code = match problem.kind {
            InvalidRow::Required => FieldCode::Required,
            InvalidRow::Invalid => FieldCode::Invalid,
            InvalidRow::TooLong => FieldCode::TooLong,
            InvalidRow::OutOfRange => FieldCode::OutOfRange,
        };
        Self::new(problem.field, code)
    }
}

impl From<PrescriptionError> for Error {
    fn from(error: PrescriptionError) -> Self {
        match error {
            PrescriptionError::InvalidState { from, allowed } => Self::new(Code::InvalidState)
                .with("from", from)
                .with("allowed", allowed),
            PrescriptionError::RevisionRequired => Self::new(Code::RevisionRequired),
            PrescriptionError::NoDoctor | PrescriptionError::NotOwn => Self::new(Code::Forbidden),
            PrescriptionError::Stale => Self::new(Code::StaleVersion),
            PrescriptionError::Invalid(problems) => Self::invalid(problems.into_iter().map(FieldError::from).collect()),
        }
    }
}
