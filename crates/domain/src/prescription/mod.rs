//! Prescriptions: the grid of medicines, its versions, the states, and the doses that follow from it (rules §4, §5).
//!
//! [`read_row`] and [`CourseDraft`] turn what a person wrote into rows; [`Prescription`] decides what may happen to them;
//! [`plan`] says which doses follow.

mod change;
mod content;
mod course;
mod decide;
mod event;
mod grid;
mod intake;
mod origin;
mod reading;
mod schedule;
mod times;

use time::Date;

use crate::{PrescriptionId, PrescriptionStatus, Recipient, UserId};

pub use change::{Author, Change, first_grid};
pub use content::{Content, ContentEdit, Particulars, PrescriptionDetails, RevisionRequest, VersionDetails};
pub use course::{Course, CourseDraft, CourseEnd, MAX_COURSE_DAYS, is_first_day, last_day_that_is_over};
pub use decide::{PrescriptionError, Revised};
pub use event::{PrescriptionChange, PrescriptionChanged, Told};
pub use grid::{Amount, Grid, Medicine, MedicineDetails, MedicineType, MedicineUnit, Row, default_timing};
pub use intake::{AsNeededIntake, AsNeededTaken};
pub use reading::{CellInput, GridProblem, InvalidRow, MAX_ROWS, RowDraft, RowInput, TimeInput, read_course, read_row};
pub use schedule::{Habits, PlannedDose, Start, last_day_of_horizon, plan};
pub use times::{ReminderTimes, ScheduleTimes};

/// A prescription, as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescription {
    /// Its id.
    pub id: PrescriptionId,
    /// Whose it is, and who wrote it.
    pub parties: Parties,
    /// Where it stands.
    pub status: PrescriptionStatus,
    /// The version in force.
    pub current_version: i32,
    /// The highest version there is: the one in force, a proposed one, or one that was declined.
    pub latest_version: i32,
    /// Why the version in force applied at once, where it did.
    pub urgent_reason: Option<String>,
    /// What is written beside the grid.
    pub content: Content,
    /// The version that waits for the patient's answer.
    pub proposed_version: Option<i32>,
    /// What the patient wants written again.
    pub revision: Option<RevisionRequest>,
    /// Whether it was a draft that the patient did not want.
    pub is_rejected: bool,
    /// The grid in force.
    pub grid: Vec<Medicine>,
}

/// The people of a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parties {
    /// Whose it is.
    pub patient: Recipient,
    /// The patient's name, for the texts.
    pub patient_name: String,
    /// The doctor who wrote it.
    pub doctor: Option<Prescriber>,
    /// Whether a doctor wrote it whose account is gone.
    pub doctor_is_gone: bool,
}

/// The doctor of a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescriber {
    /// Who.
    pub recipient: Recipient,
    /// Their name, for the texts.
    pub name: String,
    /// Whether the patient still lets them know of anything.
    pub is_connected: bool,
    /// Whether they may still write for the patient.
    pub may_write: bool,
}

/// A version to be written: complete, and never changed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub number: i32,
    /// Who wrote it; `None` is somebody whose account is gone.
    pub author: Option<UserId>,
    /// Why.
    pub reason: Option<String>,
    /// Whether it applied at once.
    pub is_urgent: bool,
    /// What is written beside the grid.
    pub content: Content,
    /// The whole grid.
    pub grid: Vec<Medicine>,
}

impl Prescription {
    /// Whether it is between its writer and the patient: it was never followed.
    #[must_use]
    pub fn is_between_its_people(&self) -> bool {
        self.status == PrescriptionStatus::Draft || self.is_rejected
    }

    /// The doctor who wrote it, where one did who is still there.
    #[must_use]
    pub fn doctor_id(&self) -> Option<UserId> {
        self.parties.doctor.as_ref().map(|doctor| doctor.recipient.user)
    }

    /// Whether a doctor wrote it, and not the patient.
    #[must_use]
    pub fn is_prescribed(&self) -> bool {
        self.parties.doctor.is_some() || self.parties.doctor_is_gone
    }

    /// Whose it is.
    #[must_use]
    pub fn patient_id(&self) -> UserId {
        self.parties.patient.user
    }

    /// The day on which the first course begins.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        self.grid.iter().filter_map(|medicine| medicine.row.first_day).min()
    }

    /// The day on which the last course ends; `None` while one of them has no end.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        last_day_of(&self.grid)
    }

    /// The day after whose doses it ends by itself; `None` while a course has no end, or waits to begin because it is paused.
    #[must_use]
    pub fn ends_on(&self) -> Option<Date> {
        let waits = |medicine: &Medicine| medicine.row.details.starts_when_active;
        self.last_day().filter(|_| !self.grid.iter().any(waits))
    }

    /// The version that a reader sees last, and that a change is made on: the proposed one, where there is one.
    #[must_use]
    pub fn visible_version(&self) -> i32 {
        self.proposed_version.unwrap_or(self.current_version)
    }
}

/// The day on which the last course of a grid ends; `None` while one of them has no end.
fn last_day_of(grid: &[Medicine]) -> Option<Date> {
    let ends: Option<Vec<Date>> = grid.iter().map(|medicine| medicine.row.last_day).collect();
    ends?.into_iter().max()
}

#[cfg(test)]
mod tests;
