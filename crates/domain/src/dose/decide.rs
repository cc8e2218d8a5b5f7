use time::{Duration, OffsetDateTime};

use super::{Dose, DoseWindow};
use crate::{ClockTime, DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, UserId, zone};

/// How far a phone's clock may run ahead of ours.
pub(crate) const CLOCK_SKEW: Duration = Duration::minutes(5);

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Decision<T, E> {
    /// Things already are as asked.
    Unchanged,
    /// Things become `after`, and this is what happened.
    Changed {
        /// The new state.
        after: T,
        /// What happened, to be recorded with the new state.
        event: E,
    },
}

/// A patient's report of an intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intake {
    /// When it was taken; `None` is now.
    pub taken_at: Option<OffsetDateTime>,
    /// Whether the patient recorded it while the phone was offline.
    pub offline: bool,
}

/// What happened to a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct DoseChanged {
    /// The dose.
    pub dose: DoseEventId,
    /// Its prescription.
    pub prescription: PrescriptionId,
    /// Its medication.
    pub medication: MedicationId,
    /// Its patient.
    pub patient: UserId,
    /// When it was to be taken.
    pub scheduled_time: OffsetDateTime,
    /// What it was before.
    pub previous: DoseEventStatus,
    /// What happened.
    pub change: DoseChange,
}

/// The ways in which a dose changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoseChange {
    /// The patient took it.
    Taken {
        /// On time or late.
        status: DoseEventStatus,
        /// When, as the patient reported.
        taken_at: OffsetDateTime,
        /// When we heard of it.
        recorded_at: OffsetDateTime,
        /// Whether it was recorded while the phone was offline.
        offline: bool,
    },
    /// The patient left it out.
    Skipped {
        /// Why.
        reason: Option<String>,
        /// When we heard of it.
        recorded_at: OffsetDateTime,
    },
    /// The patient moved its reminder; the dose stays where it is.
    ReminderMoved {
        /// The reminder before.
        from: Option<ClockTime>,
        /// The reminder now.
        to: ClockTime,
    },
}

/// Why an outcome cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoseError {
    /// It would lie outside the dose's window.
    #[error("outside the window of the dose")]
    WindowClosed(DoseWindow),
    /// The reported time has not come yet.
    #[error("the reported time lies in the future")]
    InTheFuture,
    /// Another outcome is recorded already.
    #[error("the dose is already {0}")]
    AlreadyRecorded(DoseEventStatus),
    /// The dose is in a state that does not allow it.
    #[error("a dose that is {from} cannot be changed so")]
    InvalidState {
        /// The state it is in.
        from: DoseEventStatus,
        /// The states it would have to be in.
        allowed: &'static [DoseEventStatus],
    },
}

impl Dose {
    /// Records an intake, `now` being when we hear of it.
    ///
    /// Taking a taken dose again changes nothing. A missed dose becomes taken: by the time of the intake when
    /// it was recorded offline, late otherwise, since the miss was not contradicted in time (rules §5).
    ///
    /// # Errors
    /// When the dose was skipped, the time is outside the window, or in the future.
    pub fn take(&self, intake: Intake, now: OffsetDateTime) -> Result<Decision<Self, DoseChanged>, DoseError> {
        match self.status {
            DoseEventStatus::TakenOnTime | DoseEventStatus::TakenLate => return Ok(Decision::Unchanged),
            DoseEventStatus::Skipped => return Err(DoseError::AlreadyRecorded(self.status)),
            DoseEventStatus::Due | DoseEventStatus::Missed => {}
        }
        let now = zone::to_millis(now);
        let taken_at = zone::to_millis(intake.taken_at.unwrap_or(now));
        if taken_at > now + CLOCK_SKEW {
            return Err(DoseError::InTheFuture);
        }
        let window = self.window();
        let reported_in_time = intake.offline || now <= window.closes_at;
        let by_time = window.classify(taken_at).filter(|_| reported_in_time);
        let status = match (by_time, self.status, intake.offline) {
            (None, ..) => return Err(DoseError::WindowClosed(window)),
            (Some(_), DoseEventStatus::Missed, false) => DoseEventStatus::TakenLate,
            (Some(status), ..) => status,
        };
        let after = Self {
            status,
            taken_at: Some(taken_at),
            recorded_at: Some(now),
            was_offline: intake.offline,
            ..self.clone()
        };
        let change = DoseChange::Taken {
            status,
            taken_at,
            recorded_at: now,
            offline: intake.offline,
        };
        Ok(self.changed(after, change))
    }

    /// Leaves the dose out, `now` being when we hear of it. Skipping a skipped dose again changes nothing.
    ///
    /// # Errors
    /// When another outcome stands, or the window is closed.
    pub fn skip(&self, reason: Option<String>, now: OffsetDateTime) -> Result<Decision<Self, DoseChanged>, DoseError> {
        match self.status {
            DoseEventStatus::Skipped => return Ok(Decision::Unchanged),
            DoseEventStatus::Due => {}
            recorded => return Err(DoseError::AlreadyRecorded(recorded)),
        }
        let now = zone::to_millis(now);
        let window = self.window();
        if !window.contains(now) {
            return Err(DoseError::WindowClosed(window));
        }
        let after = Self {
            status: DoseEventStatus::Skipped,
            recorded_at: Some(now),
            skip_reason: reason.clone(),
            ..self.clone()
        };
        Ok(self.changed(
            after,
            DoseChange::Skipped {
                reason,
                recorded_at: now,
            },
        ))
    }

    /// Moves the reminder of a dose that is still due; the dose itself stays where it is.
    ///
    /// # Errors
    /// When the dose is not due any more.
    pub fn remind_at(&self, clock: ClockTime) -> Result<Decision<Self, DoseChanged>, DoseError> {
        if self.status != DoseEventStatus::Due {
            return Err(DoseError::InvalidState {
                from: self.status,
                allowed: &[DoseEventStatus::Due],
            });
        }
        if self.reminder_time == Some(clock) {
            return Ok(Decision::Unchanged);
        }
        let after = Self {
            reminder_time: Some(clock),
            ..self.clone()
        };
        Ok(self.changed(
            after,
            DoseChange::ReminderMoved {
                from: self.reminder_time,
                to: clock,
            },
        ))
    }

    fn changed(&self, after: Self, change: DoseChange) -> Decision<Self, DoseChanged> {
        let event = DoseChanged {
            dose: self.id,
            prescription: self.prescription_id,
            medication: self.medication_id,
            patient: self.patient_id,
            scheduled_time: self.scheduled_time,
            previous: self.status,
            change,
        };
        Decision::Changed { after, event }
    }
}

#[cfg(test)]
mod tests;
