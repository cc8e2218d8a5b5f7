//! The states of a prescription, and who moves it from one to the next (rules §4).

use time::OffsetDateTime;

use super::course::last_day_that_is_over;
use super::event::{PrescriptionChange, PrescriptionChanged, Told};
use super::{GridProblem, Medicine, Prescription, RevisionRequest, Start, Version};
use crate::{Decision, PrescriptionStatus, zone};

use PrescriptionStatus::{Active, Draft, Inactive, Paused};

/// Why a prescription cannot be changed as was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrescriptionError {
    /// It is in a state that does not allow it.
    #[error("a prescription that is {from} cannot be changed so")]
    InvalidState {
        /// The state it is in.
        from: PrescriptionStatus,
        /// The states it would have to be in.
        allowed: &'static [PrescriptionStatus],
    },
    /// The patient asked for another draft, and there is none yet.
    #[error("the doctor has not revised it yet")]
    RevisionRequired,
    /// There is no doctor to answer: it is the patient's own, or the doctor hears of nothing any more.
    #[error("no doctor can answer")]
    NoDoctor,
    /// A patient deletes and changes only what they wrote.
    #[error("a doctor wrote it")]
    NotOwn,
    /// Somebody has changed it meanwhile.
    #[error("the version is not the one that was seen")]
    Stale,
    /// The grid would make no sense.
    #[error("some rows are invalid")]
    Invalid(Vec<GridProblem>),
}

/// A changed prescription, and the version to be written with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    /// As it is from now on.
    pub prescription: Prescription,
    /// Its new version, where the change makes one.
    pub version: Option<Version>,
}

/// What a request to change a prescription comes to.
pub(super) type Outcome = Result<Decision<Revised, PrescriptionChanged>, PrescriptionError>;

impl Prescription {
    /// Checks that a writer has seen the version that is shown last. Without an expectation any will do.
    ///
    /// # Errors
    /// [`PrescriptionError::Stale`].
    pub fn expect_version(&self, expected: Option<i32>) -> Result<(), PrescriptionError> {
        match expected {
            Some(version) if version != self.visible_version() => Err(PrescriptionError::Stale),
            _ => Ok(()),
        }
    }

    /// A doctor writes it: a draft for the patient, or in force at once where there is an urgent reason.
    pub fn prescribed(mut self, start: Start) -> Decision<Revised, PrescriptionChanged> {
        let change = match self.urgent_reason.clone() {
            Some(reason) => {
                self.status = Active;
                begin(&mut self.grid, start);
                PrescriptionChange::PrescribedUrgently { reason }
            }
            None => {
                self.status = Draft;
                PrescriptionChange::Prescribed
            }
        };
        let version = Version {
            author: self.doctor_id(),
            reason: self.urgent_reason.clone(),
            is_urgent: self.urgent_reason.is_some(),
            ..self.first_version()
        };
        let told = self.tell_patient();
        self.made(version, change, told)
    }

    /// The patient writes it: in force at once, or as a draft.
    pub fn made_by_patient(mut self, is_draft: bool, start: Start) -> Decision<Revised, PrescriptionChanged> {
        self.status = if is_draft { Draft } else { Active };
        if !is_draft {
            begin(&mut self.grid, start);
        }
        let version = self.first_version();
        self.made(version, PrescriptionChange::MadeByPatient, None)
    }

    /// The patient confirms a draft.
    ///
    /// # Errors
    /// When it is no draft, or the doctor has not revised it yet, and still can, or all of the days that a doctor gave it are over.
    pub fn confirm(&self, start: Start) -> Outcome {
        self.require(&[Draft])?;
        if self.revision.is_some() && self.has_reachable_doctor() {
            return Err(PrescriptionError::RevisionRequired);
        }
        let mut after = Self {
            revision: None,
            ..self.moved_to(Active)
        };
        begin(&mut after.grid, start);
        // Nothing of it would ever be taken, and its doctor would be told that it is followed.
        if self.is_prescribed() && after.last_day().is_some_and(|last| last < start.today()) {
            return Err(PrescriptionError::RevisionRequired);
        }
        Ok(self.become_told(after, PrescriptionChange::Confirmed))
    }

    /// The patient does not want a draft.
    ///
    /// # Errors
    /// When it is no draft.
    pub fn reject(&self, reason: Option<String>) -> Outcome {
        self.require(&[Draft])?;
        let after = Self {
            revision: None,
            is_rejected: true,
            ..self.moved_to(Inactive)
        };
        Ok(self.become_told(after, PrescriptionChange::Rejected { reason }))
    }

    /// The patient wants a doctor's draft written again.
    ///
    /// # Errors
    /// When it is no draft, no doctor's, or one's who may not write any more, or was asked for already and is not written yet.
    pub fn ask_for_retake(&self, reason: String, now: OffsetDateTime) -> Outcome {
        if !self.has_reachable_doctor() {
            return Err(PrescriptionError::NoDoctor);
        }
        self.require(&[Draft])?;
        if self.revision.is_some() {
            return Err(PrescriptionError::RevisionRequired);
        }
        let after = Self {
            revision: Some(RevisionRequest {
                reason: reason.clone(),
                requested_at: zone::to_millis(now),
            }),
            ..self.clone()
        };
        Ok(self.become_told(after, PrescriptionChange::RetakeRequested { reason }))
    }

    /// The patient accepts the change that was proposed. Medicines that they added meanwhile stay; then what comes into
    /// force is another version than the proposed one.
    ///
    /// # Errors
    /// When nothing is proposed.
    pub fn accept_changes(&self, proposed: Option<&Version>, start: Start) -> Outcome {
        let proposed = self.proposal(proposed)?;
        let is_doctors = |medicine: &&Medicine| !medicine.row.details.added_by_patient;
        let mut kept: Vec<_> = proposed.grid.iter().filter(is_doctors).cloned().collect();
        for medicine in &mut kept {
            self.keep_begun(medicine);
        }
        if self.status == Active {
            begin(&mut kept, start);
        }
        let own = self
            .grid
            .iter()
            .filter(|medicine| medicine.row.details.added_by_patient);
        kept.extend(own.cloned());
        number(&mut kept);
        let has_moved_on = self.latest_version > proposed.number;
        let current_version = if has_moved_on {
            self.latest_version + 1
        } else {
            proposed.number
        };
        let after = Self {
            current_version,
            latest_version: current_version,
            urgent_reason: None,
            content: proposed.content.clone(),
            proposed_version: None,
            grid: kept,
            ..self.clone()
        };
        let version = has_moved_on.then(|| Version {
            number: current_version,
            grid: after.grid.clone(),
            ..proposed.clone()
        });
        let told = self.tell_doctor();
        Ok(self.become_with(after, version, PrescriptionChange::ProposalAccepted, told))
    }

    /// The patient declines the change that was proposed. It stays among the versions, and out of force.
    ///
    /// # Errors
    /// When nothing is proposed.
    pub fn decline_changes(&self, reason: Option<String>) -> Outcome {
        self.require(&[Active, Paused])?;
        if self.proposed_version.is_none() {
            return Err(self.nothing_waits());
        }
        let after = Self {
            proposed_version: None,
            ..self.clone()
        };
        let change = PrescriptionChange::ProposalDeclined { reason };
        let event = self.event(&after, change, self.visible_version(), self.tell_doctor());
        let after = Revised {
            prescription: after,
            version: None,
        };
        Ok(Decision::Changed { after, event })
    }

    /// The patient interrupts it.
    ///
    /// # Errors
    /// When it is not active.
    pub fn pause(&self) -> Outcome {
        self.require(&[Active])?;
        Ok(self.become_told(self.moved_to(Paused), PrescriptionChange::Paused))
    }

    /// The patient goes on with it. Courses that came while it was paused begin.
    ///
    /// # Errors
    /// When it is not paused.
    pub fn resume(&self, start: Start) -> Outcome {
        self.require(&[Paused])?;
        let mut after = self.moved_to(Active);
        begin(&mut after.grid, start);
        Ok(self.become_told(after, PrescriptionChange::Resumed))
    }

    /// The patient stops it for good.
    ///
    /// # Errors
    /// When it is neither active nor paused.
    pub fn stop(&self) -> Outcome {
        self.require(&[Active, Paused])?;
        let after = Self {
            proposed_version: None,
            ..self.moved_to(Inactive)
        };
        Ok(self.become_told(after, PrescriptionChange::Stopped))
    }

    /// The patient throws a draft of their own away.
    ///
    /// # Errors
    /// When it is no draft, or a doctor's.
    pub fn delete(&self) -> Result<PrescriptionChanged, PrescriptionError> {
        if self.is_prescribed() {
            return Err(PrescriptionError::NotOwn);
        }
        self.require(&[Draft])?;
        Ok(self.event(self, PrescriptionChange::Deleted, self.current_version, None))
    }

    /// Its last course is over: it ends by itself, and the patient is told.
    pub fn lapse(&self, now: OffsetDateTime) -> Decision<Revised, PrescriptionChanged> {
        let is_over = self.ends_on().is_some_and(|last| last <= last_day_that_is_over(now));
        if !is_over || self.require(&[Active, Paused]).is_err() {
            return Decision::Unchanged;
        }
        let after = Self {
            proposed_version: None,
            ..self.moved_to(Inactive)
        };
        let told = Told {
            recipient: self.parties.patient,
            actor_name: String::new(),
        };
        self.become_with(after, None, PrescriptionChange::Lapsed, Some(told))
    }

    /// Checks that it is in one of these states.
    pub(super) fn require(&self, allowed: &'static [PrescriptionStatus]) -> Result<(), PrescriptionError> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        Err(PrescriptionError::InvalidState {
            from: self.status,
            allowed,
        })
    }

    /// Lets a course begin that has begun since it was proposed to go on with it, in the row or in one that is split off.
    fn keep_begun(&self, proposed: &mut Medicine) {
        let is_successor = |known: &&Medicine| known.series() == proposed.series();
        let is_part = |known: &&Medicine| {
            proposed
                .places()
                .next()
                .is_some_and(|place| known.places().any(|of| of == place))
        };
        let mut grid = self.grid.iter();
        let known = grid.clone().find(is_successor).or_else(|| grid.find(is_part));
        let is_same = |known: &&Medicine| {
            !known.row.details.starts_when_active
                && known.row.medicine_name == proposed.row.medicine_name
                && known.row.first_day >= proposed.row.first_day
        };
        if let Some(first_day) = known.filter(is_same).and_then(|known| known.row.first_day) {
            proposed.row.begin(first_day);
        }
    }

    /// The version that waits for an answer.
    fn proposal<'a>(&self, proposed: Option<&'a Version>) -> Result<&'a Version, PrescriptionError> {
        self.require(&[Active, Paused])?;
        proposed
            .filter(|version| Some(version.number) == self.proposed_version)
            .ok_or_else(|| self.nothing_waits())
    }

    /// No state allows an answer to what was not proposed.
    fn nothing_waits(&self) -> PrescriptionError {
        PrescriptionError::InvalidState {
            from: self.status,
            allowed: &[],
        }
    }

    fn moved_to(&self, status: PrescriptionStatus) -> Self {
        Self { status, ..self.clone() }
    }

    fn first_version(&self) -> Version {
        Version {
            number: 1,
            author: Some(self.patient_id()),
            reason: None,
            is_urgent: false,
            content: self.content.clone(),
            grid: self.grid.clone(),
        }
    }

    /// Whether there is a doctor who could write it again.
    fn has_reachable_doctor(&self) -> bool {
        self.parties.doctor.as_ref().is_some_and(|doctor| doctor.may_write)
    }

    /// The doctor, as far as the patient still lets them know of anything.
    pub(super) fn tell_doctor(&self) -> Option<Told> {
        let doctor = self.parties.doctor.as_ref().filter(|doctor| doctor.is_connected)?;
        Some(Told {
            recipient: doctor.recipient,
            actor_name: self.parties.patient_name.clone(),
        })
    }

    pub(super) fn tell_patient(&self) -> Option<Told> {
        let doctor = self.parties.doctor.as_ref()?;
        Some(Told {
            recipient: self.parties.patient,
            actor_name: doctor.name.clone(),
        })
    }

    /// What the patient did, which the doctor is told.
    fn become_told(&self, after: Self, change: PrescriptionChange) -> Decision<Revised, PrescriptionChanged> {
        let told = self.tell_doctor();
        self.become_with(after, None, change, told)
    }

    pub(super) fn become_with(
        &self,
        after: Self,
        version: Option<Version>,
        change: PrescriptionChange,
        told: Option<Told>,
    ) -> Decision<Revised, PrescriptionChanged> {
        let about = version.as_ref().map_or(after.current_version, |version| version.number);
        let event = self.event(&after, change, about, told);
        let after = Revised {
            prescription: after,
            version,
        };
        Decision::Changed { after, event }
    }

    fn made(
        self,
        version: Version,
        change: PrescriptionChange,
        told: Option<Told>,
    ) -> Decision<Revised, PrescriptionChanged> {
        let event = PrescriptionChanged {
            from: None,
            ..self.event(&self, change, version.number, told)
        };
        let after = Revised {
            prescription: self,
            version: Some(version),
        };
        Decision::Changed { after, event }
    }

    fn event(&self, after: &Self, change: PrescriptionChange, version: i32, told: Option<Told>) -> PrescriptionChanged {
        PrescriptionChanged {
            prescription: self.id,
            patient: self.patient_id(),
            doctor: self.doctor_id(),
            from: Some(self.status),
            to: after.status,
            version,
            change,
            told,
            days: None,
        }
    }
}

/// Lets every course begin that was to begin when it comes into force.
pub(super) fn begin(grid: &mut [Medicine], start: Start) {
    for medicine in grid {
        medicine.row.begin(start.first_day_of(&medicine.row));
    }
}

/// Numbers rows from 1.
pub(super) fn number(grid: &mut [Medicine]) {
    for (number, medicine) in (1..).zip(grid) {
        medicine.row_number = number;
    }
}
