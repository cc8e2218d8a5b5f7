//! What a patient adds or takes beside what was prescribed: a medicine of their own, and intakes as needed.

use das_tern_domain::access::Action;
use das_tern_domain::{
    AsNeededIntake, Decision, DoseEventId, Event, MedicationId, PrescriptionId, PrescriptionStatus, RowDraft, zone,
};
use das_tern_persistence::doses::{self, DoseView};
use das_tern_persistence::prescriptions::{self, MedicineView, PrescriptionView};
use time::OffsetDateTime;

use super::check_condition;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Created, Error, FieldCode, Once, Resource};

impl Application {
    /// Adds a medicine to a prescription of the caller's; beside a doctor's grid it is marked as the patient's.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient; `STALE_VERSION`; `INVALID_STATE` when it is over;
    /// `VALIDATION_ERROR` for impossible days.
    pub async fn add_medicine(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        row: &RowDraft,
        expected: Option<&Vec<String>>,
        once: Option<&Once>,
    ) -> Result<Created<(PrescriptionId, MedicineView)>, Error> {
        self.permit_on(actor, id, |_| Action::DecideAsPatient).await?;
        let make = async |work: &mut Work<'_>| {
            let before = work.take_turn_of(id).await?;
            check_condition(expected, &before)?;
            let added = MedicationId(work.new_id());
            let after = match before
                .prescription
                .add_medicine(row, self.start(before.habits), added)?
            {
                Decision::Unchanged => before,
                Decision::Changed { after, event } => work.save_prescription(&before, &after, event).await?,
            };
            Ok((id, medicine_of(after, added)?))
        };
        self.create(actor, "add medicine", once, make, async |added| {
            let found = prescriptions::medicine(self.database().connection(), MedicationId(added)).await?;
            found.ok_or_else(|| Error::missing(Resource::Medication))
        })
        .await
    }

    /// Records that the caller took a medicine as needed. The same moment again answers what is stored.
    ///
    /// # Errors
    /// `NOT_FOUND` or `FORBIDDEN` for anybody but its patient; `INVALID_STATE` when it is not active; `VALIDATION_ERROR` for
    /// a medicine that is not taken as needed, a time that has not come, or one outside its days; `DOSE_WINDOW_CLOSED` for
    /// one more than 24 hours ago.
    pub async fn record_intake_as_needed(
        &self,
        actor: &Actor,
        id: PrescriptionId,
        medication: MedicationId,
        taken_at: Option<OffsetDateTime>,
        once: Option<&Once>,
    ) -> Result<Created<DoseView>, Error> {
        self.permit_on(actor, id, |_| Action::DecideAsPatient).await?;
        let make = async |work: &mut Work<'_>| {
            let view = work.prescription(id).await?;
            let dose = work.intake(&view, medication, taken_at).await?;
            work.dose(actor, dose).await
        };
        self.create(actor, "intake as needed", once, make, async |dose| {
            let found = doses::find(self.database().connection(), DoseEventId(dose), actor.id()).await?;
            let found = found.ok_or_else(|| Error::missing(Resource::DoseEvent))?;
            Ok(found.view)
        })
        .await
    }
}

impl Work<'_> {
    /// Records an intake; the dose that it is, or that the same moment had become before.
    async fn intake(
        &mut self,
        view: &PrescriptionView,
        medication: MedicationId,
        taken_at: Option<OffsetDateTime>,
    ) -> Result<DoseEventId, Stop> {
        let prescription = &view.prescription;
        let medicine = prescription.grid.iter().find(|medicine| medicine.id == medication);
        let medicine = medicine.ok_or_else(|| Error::missing(Resource::Medication))?;
        if !medicine.row.is_prn {
            return Err(Error::invalid_field("medicationId", FieldCode::Invalid).into());
        }
        if prescription.status != PrescriptionStatus::Active {
            let refused = Error::new(Code::InvalidState).with("from", prescription.status);
            return Err(refused.with("allowed", [PrescriptionStatus::Active]).into());
        }
        let intake = AsNeededIntake {
            dose: DoseEventId(self.new_id()),
            patient: prescription.patient_id(),
            prescription: prescription.id,
            taken_at,
            grace: view.habits.grace,
        };
        let (dose, event) = intake.record(medicine, self.now()).map_err(Error::from)?;
        if !medicine.row.is_taken_on(zone::day_of(dose.scheduled_time)) {
            return Err(Error::invalid_field("takenAt", FieldCode::OutOfRange).into());
        }
        let rows = self.note(&[Event::AsNeededTaken(event)]);
        if prescriptions::insert_intake(&self.unit().connection(), &dose, &rows).await? {
            return Ok(dose.id);
        }
        let stored = prescriptions::intake_at(&self.unit().connection(), medication, dose.scheduled_time).await?;
        stored.ok_or(Stop::Outdated)
    }

    async fn dose(&self, actor: &Actor, id: DoseEventId) -> Result<DoseView, Stop> {
        let found = doses::find(&self.unit().connection(), id, actor.id()).await?;
        Ok(found.ok_or_else(|| Error::missing(Resource::DoseEvent))?.view)
    }
}

fn medicine_of(view: PrescriptionView, id: MedicationId) -> Result<MedicineView, Error> {
    let found = view.medicines.into_iter().find(|medicine| medicine.medicine.id == id);
    found.ok_or_else(|| Error::missing(Resource::Medication))
}
