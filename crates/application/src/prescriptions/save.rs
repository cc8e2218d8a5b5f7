//! How a prescription is saved: with its event, its version, its grid and its doses, in one statement.

use das_tern_domain::access::{Action, Viewer, decide};
use das_tern_domain::{
    Connection, Event, Habits, Prescription, PrescriptionChanged, PrescriptionId, PrescriptionStatus, Revised, UserId,
    last_day_of_horizon, plan, zone,
};
use das_tern_persistence::connections;
use das_tern_persistence::prescriptions::{self, NewDose, NewPrescription, PrescriptionView, SavedPrescription};
use time::Date;

use crate::work::{Stop, Work};
use crate::{Actor, Error, Resource};

/// The doses to come after a change.
struct Ahead {
    /// The plan for them; `None` leaves them as they are.
    plan: Option<Vec<NewDose>>,
    /// The last day that doses are made for.
    until: Option<Date>,
}

impl Work<'_> {
    /// Waits until nobody else changes this patient's doses to come.
    pub(crate) async fn take_turn(&mut self, patient: UserId) -> Result<(), Stop> {
        self.begin().await?;
        if prescriptions::lock_patient(&self.unit().connection(), patient).await? {
            Ok(())
        } else {
            Err(Error::missing(Resource::Patient).into())
        }
    }

    /// The same for the patient of a prescription; the prescription as it is then.
    pub(super) async fn take_turn_of(&mut self, id: PrescriptionId) -> Result<PrescriptionView, Stop> {
        self.begin().await?;
        prescriptions::lock_patient_of(&self.unit().connection(), id).await?;
        self.prescription(id).await
    }

    /// Asks the policy again once it is the caller's turn, and holds the connection until the transaction ends: nothing is
    /// written by whoever lost the patient's permission while they waited.
    pub(super) async fn permit_in_turn(&self, actor: &Actor, patient: UserId, action: Action) -> Result<(), Error> {
        if patient == actor.id() {
            return Ok(());
        }
        let view = connections::lock_between(&self.unit().connection(), actor.id(), patient).await?;
        let connection = view.map(|view| view.connection());
        // Who was verified when they asked may not be any more.
        let viewer = connection.as_ref().map_or(actor.viewer(), |connection| {
            let now = connection.other_than(patient);
            Viewer {
                standing: now.standing,
                ..actor.viewer()
            }
        });
        let relationship = connection.as_ref().map(Connection::relationship);
        decide(viewer, patient, relationship.as_ref(), action, self.now())?;
        Ok(())
    }

    pub(super) async fn prescription(&self, id: PrescriptionId) -> Result<PrescriptionView, Stop> {
        let found = prescriptions::find(&self.unit().connection(), id).await?;
        Ok(found.ok_or_else(|| Error::missing(Resource::Prescription))?)
    }

    /// Saves what was decided on a prescription; the prescription as it is stored then.
    pub(super) async fn save_prescription(
        &mut self,
        before: &PrescriptionView,
        after: &Revised,
        event: PrescriptionChanged,
    ) -> Result<PrescriptionView, Stop> {
        let ahead = self.doses_ahead(Some(&before.prescription), &after.prescription, &before.habits);
        let until = if ahead.plan.is_some() {
            ahead.until
        } else {
            before.scheduled_until
        };
        let days = self.days_of(&ahead, before.scheduled_until);
        let rows = self.note(&[Event::Prescription(Box::new(PrescriptionChanged { days, ..event }))]);
        let saved = SavedPrescription {
            after,
            version_id: self.new_id().into(),
            plan: ahead.plan.as_deref(),
            scheduled_until: until,
            now: self.now(),
        };
        let updated = prescriptions::update(&self.unit().connection(), before, saved, &rows).await?;
        updated.ok_or(Stop::Outdated)?;
        self.prescription(before.prescription.id).await
    }

    /// Saves a new prescription; the prescription as it is stored then.
    pub(super) async fn insert_prescription(
        &mut self,
        new: &NewPrescription,
        after: &Revised,
        habits: &Habits,
        event: PrescriptionChanged,
    ) -> Result<PrescriptionView, Stop> {
        let ahead = self.doses_ahead(None, &after.prescription, habits);
        let days = self.days_of(&ahead, None);
        let rows = self.note(&[Event::Prescription(Box::new(PrescriptionChanged { days, ..event }))]);
        let saved = SavedPrescription {
            after,
            version_id: self.new_id().into(),
            plan: ahead.plan.as_deref(),
            scheduled_until: ahead.until,
            now: self.now(),
        };
        prescriptions::insert(&self.unit().connection(), new, saved, &rows).await?;
        self.prescription(after.prescription.id).await
    }

    pub(super) async fn delete_prescription(
        &mut self,
        before: &PrescriptionView,
        event: PrescriptionChanged,
    ) -> Result<(), Stop> {
        let rows = self.note(&[Event::Prescription(Box::new(event))]);
        Stop::outdated_unless(prescriptions::delete(&self.unit().connection(), before, &rows).await?)
    }

    /// What becomes of the doses to come: a grid that comes into force asks for its own, one that goes out of force for none.
    fn doses_ahead(&self, before: Option<&Prescription>, after: &Prescription, habits: &Habits) -> Ahead {
        let was_followed = before.filter(|before| before.status == PrescriptionStatus::Active);
        let is_followed = after.status == PrescriptionStatus::Active;
        let is_same = was_followed.is_some_and(|before| before.grid == after.grid);
        if !is_followed || is_same {
            return Ahead {
                plan: (!is_followed && was_followed.is_some()).then(Vec::new),
                until: None,
            };
        }
        let today = zone::day_of(self.now());
        let until = last_day_of_horizon(today, self.horizon_days());
        let planned = plan(&after.grid, habits, today..=until);
        let doses = planned
            .into_iter()
            .map(|dose| NewDose::new(self.new_id().into(), after.id, dose));
        Ahead {
            plan: Some(doses.collect()),
            until: Some(until),
        }
    }

    /// The days whose doses may look different after it.
    fn days_of(&self, ahead: &Ahead, scheduled_until: Option<Date>) -> Option<(Date, Date)> {
        ahead.plan.as_ref()?;
        Some((zone::day_of(self.now()), ahead.until.max(scheduled_until)?))
    }
}
