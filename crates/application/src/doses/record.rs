use das_tern_domain::{
    ClockTime, DailyProgress, Decision, Dose, DoseChanged, DoseError, DoseEventId, DoseEventStatus, Event, Intake,
    MissedDoseCorrected, PatientData, UserRole,
};
use das_tern_persistence::connections;
use das_tern_persistence::doses::{self, DoseInDay, DoseView};

use super::RecordedDose;
use crate::effects::By;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Claimant, Code, Error, Resource};

impl Application {
    /// Records that the caller took a dose. Taking it again answers what is stored.
    ///
    /// # Errors
    /// `NOT_FOUND` for a dose that is not the caller's, `DOSE_ALREADY_RECORDED` when it was skipped,
    /// `DOSE_WINDOW_CLOSED`, or `VALIDATION_ERROR` for a time that has not come; and those of
    /// [`Application::authenticate`], as the caller is recognised here.
    pub async fn take_dose(&self, caller: Claimant, dose: DoseEventId, intake: Intake) -> Result<RecordedDose, Error> {
        let now = self.now();
        self.change_dose(caller, dose, |dose| dose.take(intake, now)).await
    }

    /// Records that the caller leaves a dose out. Skipping it again answers what is stored.
    ///
    /// # Errors
    /// `NOT_FOUND` for a dose that is not the caller's, `DOSE_ALREADY_RECORDED` when it has another outcome, or
    /// `DOSE_WINDOW_CLOSED`; and those of [`Application::authenticate`].
    pub async fn skip_dose(
        &self,
        caller: Claimant,
        dose: DoseEventId,
        reason: Option<String>,
    ) -> Result<RecordedDose, Error> {
        let now = self.now();
        self.change_dose(caller, dose, |dose| dose.skip(reason.clone(), now))
            .await
    }

    /// Moves the reminder of one of the caller's doses.
    ///
    /// # Errors
    /// `NOT_FOUND` for a dose that is not the caller's, `INVALID_STATE` when it is not due any more; and those of
    /// [`Application::authenticate`].
    pub async fn move_dose_reminder(
        &self,
        caller: Claimant,
        dose: DoseEventId,
        clock: ClockTime,
    ) -> Result<DoseView, Error> {
        Ok(self.change_dose(caller, dose, |dose| dose.remind_at(clock)).await?.dose)
    }

    /// Changes a dose of the caller's. An attempt on the dose of somebody whom they are connected to leaves a trace
    /// (rules §10).
    async fn change_dose(
        &self,
        caller: Claimant,
        id: DoseEventId,
        decide: impl Fn(&Dose) -> Result<Decision<Dose, DoseChanged>, DoseError>,
    ) -> Result<RecordedDose, Error> {
        let changed = self.change_own_dose(caller, id, decide).await;
        let is_refused = |error: &Error| matches!(error.code(), Code::Forbidden | Code::NotFound);
        if changed.as_ref().is_err_and(is_refused) {
            let patient = doses::patient_connected_to(self.database().connection(), id, caller.user).await?;
            if let Some(patient) = patient {
                let actor = self.authenticate(caller).await?;
                self.record_refused(&actor, patient, PatientData::DoseSchedule).await?;
            }
        }
        changed
    }

    /// Loads the caller and a dose of theirs, lets `decide` decide, and saves the decision. Only patients mark doses.
    async fn change_own_dose(
        &self,
        caller: Claimant,
        id: DoseEventId,
        decide: impl Fn(&Dose) -> Result<Decision<Dose, DoseChanged>, DoseError>,
    ) -> Result<RecordedDose, Error> {
        self.write(By::SYSTEM, async |work| {
            let (account, found) = doses::find_with_account(&work.unit().connection(), id, caller.user)
                .await?
                .unzip();
            let actor = &caller.recognised_in(account)?;
            actor.check_role(UserRole::Patient)?;
            work.act_as(By::from(actor));
            let found = found.flatten().ok_or_else(|| Error::missing(Resource::DoseEvent))?;
            let progress = found.progress;
            match decide(&found.view.dose()).map_err(|error| refused(error, &found))? {
                Decision::Unchanged => Ok(RecordedDose {
                    dose: found.view,
                    daily_progress: progress,
                }),
                Decision::Changed { after, event } => {
                    let events = with_correction(work, actor, &found.view, &after, event).await?;
                    let dose = work.save_dose(&found.view, after, &events).await?;
                    let daily_progress = progress_after(progress, &found.view, dose.status);
                    Ok(RecordedDose { dose, daily_progress })
                }
            }
        })
        .await
    }
}

fn refused(error: DoseError, found: &DoseInDay) -> Error {
    let is_recorded = matches!(error, DoseError::AlreadyRecorded(_));
    let error = Error::from(error);
    if is_recorded {
        error.with_stored_dose(found.view.clone())
    } else {
        error
    }
}

fn progress_after(progress: DailyProgress, before: &DoseView, after: DoseEventStatus) -> DailyProgress {
    if before.medicine.is_prn {
        progress
    } else {
        progress.after(before.status, after)
    }
}

/// A miss that turns out to be an intake is told to the family that had been alerted (rules §5).
async fn with_correction(
    work: &Work<'_>,
    actor: &Actor,
    before: &DoseView,
    after: &Dose,
    event: DoseChanged,
) -> Result<Vec<Event>, Stop> {
    let mut events = vec![Event::Dose(event)];
    if let (DoseEventStatus::Missed, Some(taken_at)) = (before.status, after.taken_at) {
        let alerted = connections::alerted_about(
            &work.unit().connection(),
            before.id,
            before.patient_id,
            before.scheduled_time,
        )
        .await?;
        if !alerted.is_empty() {
            events.push(Event::MissedDoseCorrected(MissedDoseCorrected {
                dose: before.id,
                patient: before.patient_id,
                patient_name: actor.account.display_name(),
                medicine_name: before.medicine.name.clone(),
                scheduled_time: before.scheduled_time,
                taken_at,
                alerted,
            }));
        }
    }
    Ok(events)
}
