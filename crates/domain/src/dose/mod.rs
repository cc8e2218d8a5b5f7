//! Dose events: what a patient may record about a scheduled intake, and when (rules §5).

mod decide;
mod meals;
mod slot;
mod window;

use time::OffsetDateTime;

use crate::{ClockTime, DoseEventId, DoseEventStatus, MedicationId, PrescriptionId, UserId, zone};

pub(crate) use decide::CLOCK_SKEW;
pub use decide::{Decision, DoseChange, DoseChanged, DoseError, Intake};
pub use meals::MealTimesChanged;
pub use slot::{Meal, MealRange, MealTimes, Slot};
pub use window::DoseWindow;

/// One scheduled intake of a medication, as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dose {
    /// Its id.
    pub id: DoseEventId,
    /// The prescription that asks for it.
    pub prescription_id: PrescriptionId,
    /// The row of the grid that asks for it.
    pub medication_id: MedicationId,
    /// Who takes it.
    pub patient_id: UserId,
    /// When it is to be taken.
    pub scheduled_time: OffsetDateTime,
    /// When its grace ends: the scheduled time and the grace it was created with.
    pub missed_after: OffsetDateTime,
    /// When the phone reminds, where that differs from the scheduled time.
    pub reminder_time: Option<ClockTime>,
    /// What became of it.
    pub status: DoseEventStatus,
    /// When it was taken, as the patient reported.
    pub taken_at: Option<OffsetDateTime>,
    /// When this server heard of its outcome.
    pub recorded_at: Option<OffsetDateTime>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// Whether the outcome was recorded while the phone was offline.
    pub was_offline: bool,
}

impl Dose {
    /// The times between which an outcome may be recorded.
    #[must_use]
    pub fn window(&self) -> DoseWindow {
        DoseWindow::of(self.scheduled_time, self.missed_after)
    }

    /// The instant of its reminder, on the day of the dose.
    #[must_use]
    pub fn reminder_at(&self) -> OffsetDateTime {
        match self.reminder_time {
            Some(clock) => clock.on(zone::day_of(self.scheduled_time)),
            None => self.scheduled_time,
        }
    }
}

impl DoseEventStatus {
    /// Whether the dose was taken, on time or late.
    #[must_use]
    pub fn is_taken(self) -> bool {
        matches!(self, Self::TakenOnTime | Self::TakenLate)
    }
}
