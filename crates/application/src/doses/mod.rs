//! A patient's doses: the day, the past, and what became of each (rules §5).

mod history;
mod record;
mod schedule;

use das_tern_domain::{DailyProgress, DoseError, zone};
use das_tern_persistence::doses::DoseView;

pub use history::HistoryQuery;
pub use schedule::{DaySchedule, ScheduleQuery};

use crate::{Code, Error, FieldCode};

/// A dose whose outcome is recorded.
#[derive(Debug, Clone)]
pub struct RecordedDose {
    /// The dose as it is stored now.
    pub dose: DoseView,
    /// How far the patient is through the day of this dose.
    pub daily_progress: DailyProgress,
}

impl From<DoseError> for Error {
    fn from(error: DoseError) -> Self {
        match error {
            DoseError::WindowClosed(window) => Self::new(Code::DoseWindowClosed)
                .with("opensAt", zone::format_instant(window.opens_at))
                .with("onTimeUntil", zone::format_instant(window.on_time_until))
                .with("closesAt", zone::format_instant(window.closes_at)),
            DoseError::InTheFuture => Self::invalid_field("takenAt", FieldCode::InFuture),
            DoseError::AlreadyRecorded(_) => Self::new(Code::DoseAlreadyRecorded),
            DoseError::InvalidState { from, allowed } => Self::new(Code::InvalidState)
                .with("from", from)
                .with("allowed", allowed),
        }
    }
}
