//! Changing what a prescription says: each change makes the next version (rules §4).

use std::collections::HashSet;

use time::Date;

use super::decide::{Outcome, begin, number};
use super::event::PrescriptionChange;
use super::origin::{GainedCell, Origin, gained_cells, origins};
use super::{
    Content, ContentEdit, GridProblem, InvalidRow, MAX_ROWS, Medicine, Prescription, PrescriptionError, Row, RowDraft,
    Start, Version,
};
use crate::{Decision, MedicationId, PrescriptionStatus};

use PrescriptionStatus::{Active, Draft, Paused};

/// Who changes a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The doctor who wrote it.
    Doctor,
    /// The patient who wrote it.
    Patient,
}

/// What somebody wants to change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What is written beside the grid.
    pub content: ContentEdit,
    /// The whole grid; `None` stays as it is.
    pub rows: Option<Vec<RowDraft>>,
    /// Why.
    pub reason: Option<String>,
    /// Why it must hold at once; a doctor's only.
    pub urgent_reason: Option<String>,
}

impl Prescription {
    /// Changes what it says. The patient's own change holds at once; a doctor's makes another draft, a proposal where it is
    /// followed already, or, being urgent, a version that holds at once. `proposed` is the proposal that waits, on which
    /// the next one is made.
    ///
    /// # Errors
    /// When it is over, the rows make no sense together, or a patient changes what a doctor wrote.
    pub fn change(
        &self,
        by: Author,
        change: &Change,
        proposed: Option<&Version>,
        start: Start,
        new_id: impl FnMut() -> MedicationId,
    ) -> Outcome {
        if by == Author::Patient && self.is_prescribed() {
            return Err(PrescriptionError::NotOwn);
        }
        self.require(&[Draft, Active, Paused])?;
        let urgent_reason = change.urgent_reason.clone().filter(|_| by == Author::Doctor);
        let is_proposal = by == Author::Doctor && self.status != Draft && urgent_reason.is_none();
        let waiting = proposed.filter(|_| is_proposal);
        let (content, base) = match waiting {
            Some(version) => (&version.content, &version.grid),
            None => (&self.content, &self.grid),
        };
        let edited = content.edited(&change.content);
        let grid = match &change.rows {
            Some(rows) => revise(base, &self.grid, by, rows, "medications", start.today(), new_id)?,
            None => base.clone(),
        };
        check(by, &edited)?;
        if urgent_reason.is_none() && edited == *content && grid == *base {
            return Ok(Decision::Unchanged);
        }
        let version = Version {
            number: self.latest_version + 1,
            author: match by {
                Author::Doctor => self.doctor_id(),
                Author::Patient => Some(self.patient_id()),
            },
            reason: change.reason.clone().or_else(|| change.urgent_reason.clone()),
            is_urgent: urgent_reason.is_some(),
            content: edited,
            grid,
        };
        Ok(if is_proposal {
            self.propose(version)
        } else {
            self.replace(by, version, urgent_reason, start)
        })
    }

    /// The patient adds a medicine: of their own beside a doctor's grid, where it is marked as theirs.
    ///
    /// # Errors
    /// When it is over, the course makes no sense, or the grid is full.
    pub fn add_medicine(&self, draft: &RowDraft, start: Start, id: MedicationId) -> Outcome {
        self.require(&[Draft, Active, Paused])?;
        let invalid = |problem| PrescriptionError::Invalid(vec![problem]);
        let course = draft.course.resolve(start.today(), None).map_err(invalid)?;
        if self.grid.len() >= MAX_ROWS {
            return Err(invalid(GridProblem::new("medications", InvalidRow::TooLong)));
        }
        let mut row = draft.row.clone().with_course(course);
        row.details.added_by_patient = self.is_prescribed();
        let mut medicine = Medicine {
            id,
            series_id: None,
            row_number: 0,
            row,
        };
        if self.status == Active {
            medicine.row.begin(start.first_day_of(&medicine.row));
        }
        let mut after = self.clone();
        after.grid.push(medicine);
        number(&mut after.grid);
        after.latest_version += 1;
        after.current_version = after.latest_version;
        let version = Version {
            number: after.current_version,
            author: Some(self.patient_id()),
            reason: None,
            is_urgent: false,
            content: after.content.clone(),
            grid: after.grid.clone(),
        };
        let told = self.tell_doctor();
        let change = PrescriptionChange::MedicineAdded { medication: id };
        Ok(self.become_with(after, Some(version), change, told))
    }

    fn propose(&self, version: Version) -> Decision<super::Revised, super::PrescriptionChanged> {
        let after = Self {
            latest_version: version.number,
            proposed_version: Some(version.number),
            ..self.clone()
        };
        let told = self.tell_patient();
        self.become_with(after, Some(version), PrescriptionChange::Proposed, told)
    }

    /// Puts a version in force, in place of whatever was proposed or asked for.
    fn replace(
        &self,
        by: Author,
        version: Version,
        urgent_reason: Option<String>,
        start: Start,
    ) -> Decision<super::Revised, super::PrescriptionChanged> {
        let (change, told) = match (by, urgent_reason.clone()) {
            (Author::Patient, _) => (PrescriptionChange::Edited, None),
            (Author::Doctor, None) => (PrescriptionChange::Revised, self.tell_patient()),
            (Author::Doctor, Some(reason)) => (PrescriptionChange::ChangedUrgently { reason }, self.tell_patient()),
        };
        let mut after = Self {
            status: if urgent_reason.is_some() { Active } else { self.status },
            current_version: version.number,
            latest_version: version.number,
            urgent_reason,
            content: version.content.clone(),
            proposed_version: None,
            revision: None,
            grid: version.grid.clone(),
            ..self.clone()
        };
        if after.status == Active {
            begin(&mut after.grid, start);
        }
        self.become_with(after, Some(version), change, told)
    }
}

/// A doctor says what a prescription is for; patients may call theirs as they like.
fn check(by: Author, content: &Content) -> Result<(), PrescriptionError> {
    if by == Author::Patient || content.says_what_for() {
        return Ok(());
    }
    Err(PrescriptionError::Invalid(vec![GridProblem::new(
        "symptoms",
        InvalidRow::Required,
    )]))
}

/// The first grid of a prescription. `path` is where its rows stand in the request.
///
/// # Errors
/// Names the days that are out of range.
pub fn first_grid(
    rows: &[RowDraft],
    path: &str,
    today: Date,
    new_id: impl FnMut() -> MedicationId,
) -> Result<Vec<Medicine>, PrescriptionError> {
    revise(&[], &[], Author::Patient, rows, path, today, new_id)
}

/// The grid after an author wrote these rows. What a patient added beside a doctor's grid is not the doctor's to change.
///
/// A row that takes the place of another keeps its id as long as its doses look the same; otherwise it gets one of its own,
/// so that no dose that was taken ever looks different. `shown` are the rows that the author was shown.
fn revise(
    base: &[Medicine],
    shown: &[Medicine],
    by: Author,
    rows: &[RowDraft],
    path: &str,
    today: Date,
    mut new_id: impl FnMut() -> MedicationId,
) -> Result<Vec<Medicine>, PrescriptionError> {
    let is_foreign = |medicine: &Medicine| by == Author::Doctor && medicine.row.details.added_by_patient;
    let (mut foreign, own): (Vec<_>, Vec<_>) = base.iter().cloned().partition(is_foreign);
    // What a patient added since a proposal was made, which is the base of the next one.
    let is_in_base = |medicine: &Medicine| base.iter().any(|known| known.id == medicine.id);
    let added = shown
        .iter()
        .filter(|medicine| is_foreign(medicine) && !is_in_base(medicine));
    foreign.extend(added.cloned());
    let (mut grid, mut problems) = (Vec::new(), Vec::new());
    let origins = origins(&own, &foreign, shown, rows);
    let gained = gained_cells(&own, rows, &origins);
    let mut places: HashSet<_> = base.iter().flat_map(Medicine::places).collect();
    for (n, ((draft, origin), gained)) in rows.iter().zip(origins).zip(gained).enumerate() {
        let known = match origin {
            Origin::Foreign => continue,
            Origin::Known(medicine) => Some(medicine),
            Origin::New => None,
        };
        let course_of = known.or_else(|| split_off_from(&gained));
        let course_of = course_of
            .map(|known| &known.row)
            .filter(|known| !draft.begins_anew(known, today));
        match draft.course.resolve(today, course_of) {
            Ok(course) => {
                let mut row = draft.row.clone().with_course(course);
                if let Some(known) = known {
                    row.take_place_of(&known.row, draft.keeps_times);
                }
                for cell in &gained {
                    row.take_cell(cell, draft.keeps_times);
                }
                let mut medicine = placed(row, known, &mut new_id);
                // A cell that comes back, while another row has the place that it left, has a place of its own.
                for cell in gained.iter().filter(|cell| cell.from.is_none()) {
                    if !places.insert((medicine.place_series(cell.slot), cell.slot)) {
                        medicine.row.details.cell_series.insert(cell.slot, medicine.id);
                    }
                }
                grid.push(medicine);
            }
            Err(problem) => problems.push(problem.within(&format!("{path}[{n}]"))),
        }
    }
    if grid.is_empty() && problems.is_empty() {
        problems.push(GridProblem::new(path, InvalidRow::Required));
    }
    if !problems.is_empty() {
        return Err(PrescriptionError::Invalid(problems));
    }
    grid.extend(foreign.iter().cloned());
    number(&mut grid);
    Ok(grid)
}

/// The row that a new one was split off from, all of whose cells were another's: it ends when that does.
fn split_off_from<'a>(gained: &[GainedCell<'a>]) -> Option<&'a Medicine> {
    let mut from = gained.iter().map(|cell| cell.from);
    let first = from.next()??;
    from.all(|from| from.is_some()).then_some(first)
}

impl Row {
    fn take_place_of(&mut self, known: &Self, keeps_times: bool) {
        self.details.added_by_patient = known.details.added_by_patient;
        self.details.cell_series.clone_from(&known.details.cell_series);
        if keeps_times {
            self.keep_times_of(known);
        }
        self.count_no_cells_of(known);
    }

    /// Takes a cell over from the row that had it, with its place in the day and its own time.
    fn take_cell(&mut self, cell: &GainedCell<'_>, keeps_times: bool) {
        let Some(from) = cell.from else { return };
        self.details.cell_series.insert(cell.slot, from.place_series(cell.slot));
        let own = from.row.details.schedule_times.of(cell.slot);
        if let Some(own) = own.filter(|_| keeps_times) {
            self.details.schedule_times.set(cell.slot, own);
        }
    }
}

fn placed(row: Row, known: Option<&Medicine>, new_id: &mut impl FnMut() -> MedicationId) -> Medicine {
    let same = known.filter(|known| row.doses_look_like(&known.row));
    let id = same.map_or_else(new_id, |known| known.id);
    let series = known.map(Medicine::series).filter(|series| *series != id);
    Medicine {
        id,
        series_id: series,
        row_number: 0,
        row,
    }
}
