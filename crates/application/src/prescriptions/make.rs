use das_tern_domain::{
    Content, Gender, Prescription, PrescriptionError, PrescriptionId, PrescriptionStatus, RowDraft, UserRole,
    first_grid, is_first_day,
};
use das_tern_persistence::prescriptions::{self, NewPrescription, PrescriptionView};
use das_tern_persistence::profiles;
use time::Date;
use uuid::Uuid;

use super::prescribe::{age_of, parties};
use super::row_ids;
use crate::work::Work;
use crate::{Actor, Application, Code, Created, Error, FieldCode, FieldError, Once, Resource};

/// A patient writes a prescription of their own.
#[derive(Debug, Clone)]
pub struct OwnPrescription {
    /// What is written beside the grid.
    pub content: Content,
    /// The grid.
    pub rows: Vec<RowDraft>,
    /// The first day of every row that has none of its own.
    pub start_date: Option<Date>,
    /// Where its rows stand in the request: `medications` or `medicines`.
    pub path: &'static str,
    /// Whether it is a draft that is not followed yet.
    pub is_draft: bool,
}

/// The day that every row was to begin on, and what else is wrong with them.
fn began_too_far_away(rows: Option<PrescriptionError>) -> Error {
    let mut fields = vec![FieldError::new("startDate", FieldCode::OutOfRange)];
    if let Some(PrescriptionError::Invalid(problems)) = rows {
        let others = problems
            .into_iter()
            .filter(|problem| !problem.field.ends_with(".firstDay"));
        fields.extend(others.map(FieldError::from));
    }
    Error::invalid(fields)
}

impl Application {
    /// The caller writes a prescription of their own: in force at once, or as a draft.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a patient; `QUOTA_EXCEEDED` when their storage is used up (rules §11);
    /// `VALIDATION_ERROR` for impossible days.
    pub async fn make_own_prescription(
        &self,
        actor: &Actor,
        new: &OwnPrescription,
        once: Option<&Once>,
    ) -> Result<Created<PrescriptionView>, Error> {
        actor.check_role(UserRole::Patient)?;
        let make = async |work: &mut Work<'_>| {
            work.take_turn(actor.id()).await?;
            let figures = profiles::storage(&work.unit().connection(), actor.id()).await?;
            if let Some(figures) = figures.filter(|figures| figures.used >= figures.quota) {
                let exceeded = Error::new(Code::QuotaExceeded);
                return Err(exceeded.with("used", figures.used).with("quota", figures.quota).into());
            }
            let facts = work.patient_facts(actor.id()).await?;
            let today = self.today();
            let grid = first_grid(&new.rows, new.path, today, row_ids(work));
            if new.start_date.is_some_and(|day| !is_first_day(day, today)) {
                return Err(began_too_far_away(grid.err()).into());
            }
            let prescription = Prescription {
                id: work.new_id().into(),
                parties: parties(actor.id(), &facts, None),
                status: PrescriptionStatus::Draft,
                current_version: 1,
                latest_version: 1,
                urgent_reason: None,
                content: new.content.clone(),
                proposed_version: None,
                revision: None,
                is_rejected: false,
                grid: grid?,
            };
            let header = NewPrescription {
                patient_name: facts.name.clone(),
                patient_gender: facts.gender.unwrap_or(Gender::Other),
                patient_age: age_of(&facts, today),
            };
            let decision = prescription.made_by_patient(new.is_draft, self.start(facts.habits));
            work.make_prescription(&header, &facts, decision).await
        };
        self.create(actor, "own prescription", once, make, async |id| {
            self.made_before_as_stored(id).await
        })
        .await
    }

    /// A prescription that an earlier request made.
    pub(super) async fn made_before_as_stored(&self, id: Uuid) -> Result<PrescriptionView, Error> {
        let found = prescriptions::find(self.database().connection(), PrescriptionId(id)).await?;
        found.ok_or_else(|| Error::missing(Resource::Prescription))
    }
}
