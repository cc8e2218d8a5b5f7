//! What is taken as needed is recorded by hand (rules §5).

use time::{Duration, OffsetDateTime};

use super::Medicine;
use crate::dose::CLOCK_SKEW;
use crate::{
    ClockTime, Dose, DoseError, DoseEventId, DoseEventStatus, DoseWindow, MedicationId, PrescriptionId, Slot,
    TimePeriod, UserId, zone,
};

/// A patient reports that they took a medicine as needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsNeededIntake {
    /// The dose that it becomes.
    pub dose: DoseEventId,
    /// Whose prescription.
    pub patient: UserId,
    /// Which one.
    pub prescription: PrescriptionId,
    /// When it was taken; `None` is now.
    pub taken_at: Option<OffsetDateTime>,
    /// How long after its time a new dose of theirs still counts as on time.
    pub grace: Duration,
}

/// A patient took a medicine as needed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct AsNeededTaken {
    /// The dose.
    pub dose: DoseEventId,
    /// Its prescription.
    pub prescription: PrescriptionId,
    /// Its medication.
    pub medication: MedicationId,
    /// Its patient.
    pub patient: UserId,
    /// When it was taken, as the patient reported.
    pub taken_at: OffsetDateTime,
    /// When we heard of it.
    pub recorded_at: OffsetDateTime,
}

impl AsNeededIntake {
    /// Records the intake of a medicine, `now` being when we hear of it. Such a dose is due when it is taken.
    ///
    /// # Errors
    /// When the time has not come, or is more than 24 hours ago.
    pub fn record(self, medicine: &Medicine, now: OffsetDateTime) -> Result<(Dose, AsNeededTaken), DoseError> {
        let now = zone::to_millis(now);
        let taken_at = zone::to_millis(self.taken_at.unwrap_or(now));
        if taken_at > now + CLOCK_SKEW {
            return Err(DoseError::InTheFuture);
        }
        let missed_after = taken_at + self.grace;
        let window = DoseWindow::of(taken_at, missed_after);
        if now > window.closes_at {
            return Err(DoseError::WindowClosed(window));
        }
        let dose = Dose {
            id: self.dose,
            prescription_id: self.prescription,
            medication_id: medicine.id,
            patient_id: self.patient,
            scheduled_time: taken_at,
            missed_after,
            reminder_time: None,
            status: DoseEventStatus::TakenOnTime,
            taken_at: Some(taken_at),
            recorded_at: Some(now),
            skip_reason: None,
            was_offline: false,
        };
        let event = AsNeededTaken {
            dose: self.dose,
            prescription: self.prescription,
            medication: medicine.id,
            patient: self.patient,
            taken_at,
            recorded_at: now,
        };
        Ok((dose, event))
    }
}

impl TimePeriod {
    /// The half of the day that an instant lies in: DAYTIME from 5 in the morning until 6 in the evening.
    #[must_use]
    pub fn at(instant: OffsetDateTime) -> Self {
        match ClockTime::of(instant).hour() {
            5..18 => Slot::Afternoon.period(),
            _ => Slot::Night.period(),
        }
    }
}
