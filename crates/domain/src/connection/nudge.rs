use time::OffsetDateTime;

use crate::{DoseEventId, DoseEventStatus, Recipient, UserId};

/// A dose that nobody needs to be asked about: it was taken or skipped, its time has not come, or it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither missed nor overdue")]
pub struct DoseNotMissed;

/// Whether family may ask about a dose: it was missed, or its time is over and nothing is recorded. What is taken as
/// needed has no time, and nobody misses what is paused or was stopped.
///
/// # Errors
/// [`DoseNotMissed`].
pub fn check_nudgeable(
    status: DoseEventStatus,
    scheduled_time: OffsetDateTime,
    is_prn: bool,
    is_in_force: bool,
    now: OffsetDateTime,
) -> Result<(), DoseNotMissed> {
    let is_overdue = status == DoseEventStatus::Due && is_in_force && scheduled_time < now;
    if !is_prn && (status == DoseEventStatus::Missed || is_overdue) {
        Ok(())
    } else {
        Err(DoseNotMissed)
    }
}

/// Family asked a patient whether a dose was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Nudged {
    /// The dose.
    pub dose: DoseEventId,
    /// Its patient, who is asked.
    pub patient: Recipient,
    /// Who asks.
    pub by: UserId,
    /// Their name, for the text.
    pub by_name: String,
    /// The medicine's name, for the text.
    pub medicine_name: String,
    /// When the dose was to be taken.
    pub scheduled_time: OffsetDateTime,
}

/// A patient answered those who had asked about a dose.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NudgeAnswered {
    /// The dose.
    pub dose: DoseEventId,
    /// Its patient.
    pub patient: UserId,
    /// The patient's name, for the text.
    pub patient_name: String,
    /// The answer, as the patient wrote it.
    pub response: String,
    /// Those who had asked and were not answered yet.
    pub asked: Vec<Recipient>,
}
