//! Which row of a grid each row is that somebody wrote: what was taken of it today, and the days of its course, hang on that.

use std::cmp::Reverse;

use time::Date;

use super::{Medicine, Row, RowDraft};
use crate::{Dosage, MedicationId, Slot};

/// What a written row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// A medicine that the grid did not have.
    New,
    /// What takes the place of this row.
    Known(&'a Medicine),
    /// What was split off from this row: cells that whatever takes its place has no more.
    Part(&'a Medicine),
    /// A row that a patient added beside a doctor's grid, as it was shown to the doctor: it stays the patient's.
    Foreign,
}

/// What each of `rows` is in a grid of these rows. The one that a row names by its id comes first, then those that look the
/// same, then those of the same medicine: each over all rows, so that none takes the place that another one names.
///
/// A row that looks like a patient's own is that one, also where the doctor has another row of the medicine: a grid that names
/// the medicine once is not to make the patient take it twice.
///
/// `shown` has the rows that the writer was shown; where a proposal waits, the grid has taken their place already.
pub(super) fn origins<'a>(
    own: &'a [Medicine],
    foreign: &'a [Medicine],
    shown: &[Medicine],
    rows: &[RowDraft],
) -> Vec<Origin<'a>> {
    let mut left: Vec<Option<(Origin<'a>, &Medicine)>> = own
        .iter()
        .map(|medicine| Some((Origin::Known(medicine), medicine)))
        .chain(foreign.iter().map(|medicine| Some((Origin::Foreign, medicine))))
        .collect();
    let mut found: Vec<Option<Origin<'a>>> = vec![None; rows.len()];
    // A fit tells whether a written row is a row of the grid, and how well it fits, where it does. The best pair of all is
    // settled first: a row that fits badly does not take the place that a later one fits better.
    let mut settle = |is_open: &dyn Fn(&Origin<'a>) -> bool, fit: &dyn Fn(&RowDraft, &Medicine) -> Option<usize>| {
        let mut pairs = Vec::new();
        for (at, draft) in rows.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
            for (place, (origin, medicine)) in left.iter().enumerate().filter_map(|(n, row)| Some((n, row.as_ref()?))) {
                if let (true, Some(fit)) = (is_open(origin), fit(draft, medicine)) {
                    pairs.push((Reverse(fit), at, place));
                }
            }
        }
        // Of those that fit as well the first.
        pairs.sort_unstable();
        for (_, at, place) in pairs {
            if found[at].is_none() {
                found[at] = left[place].take().map(|(origin, _)| origin);
            }
        }
    };
    settle(&|_| true, &|draft, medicine| {
        (Some(medicine.series()) == draft.replaces.map(|id| series_of(id, [own, foreign, shown]))).then_some(0)
    });
    settle(&|_| true, &looks_the_same);
    let is_own = |origin: &Origin<'a>| *origin != Origin::Foreign;
    settle(&is_own, &has_its_names);
    settle(&is_own, &has_a_name_of_it);
    let split_off = |draft: &RowDraft| {
        own.iter().find(|known| {
            let successor = found.iter().position(|origin| *origin == Some(Origin::Known(known)));
            let has_left =
                |successor: usize| is_part(&draft.row, &known.row) && !shares_cells(&rows[successor].row, &draft.row);
            successor.is_some_and(has_left)
        })
    };
    let rest = |draft| split_off(draft).map_or(Origin::New, Origin::Part);
    let settled = rows.iter().zip(&found);
    settled
        .map(|(draft, origin)| origin.unwrap_or_else(|| rest(draft)))
        .collect()
}

impl RowDraft {
    /// Whether its days are those of another course than the one of the row whose place it takes: of another medicine, or of
    /// other doses once that course is over.
    pub(super) fn begins_anew(&self, known: &Row, today: Date) -> bool {
        let is_over = known.last_day.is_some_and(|last| last < today);
        self.course.end.is_some()
            && (!is_named_like(&self.row, known) || is_over && !has_the_doses_of(&self.row, known))
    }
}

/// The series of a row by its id, or by that of the first of its series.
fn series_of(id: MedicationId, grids: [&[Medicine]; 3]) -> MedicationId {
    let named = grids.into_iter().flatten().find(|medicine| medicine.id == id);
    named.map_or(id, Medicine::series)
}

fn looks_the_same(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    let (written, known) = (&draft.row, &medicine.row);
    let is_same = has_its_names(draft, medicine).is_some()
        && written.cells().eq(known.cells())
        && (written.is_prn, written.dosage_amount()) == (known.is_prn, known.dosage_amount());
    is_same.then_some(0)
}

/// The same medicine; the more cells the two have in common, the more likely the same row of it.
fn has_its_names(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    is_named_as(&draft.row, &medicine.row).then(|| common_cells(draft, medicine))
}

/// The same medicine as far as it was named.
fn has_a_name_of_it(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    is_named_in_part_as(&draft.row, &medicine.row).then(|| common_cells(draft, medicine))
}

fn is_named_like(written: &Row, known: &Row) -> bool {
    is_named_as(written, known) || is_named_in_part_as(written, known)
}

fn is_named_as(written: &Row, known: &Row) -> bool {
    written.medicine_name == known.medicine_name && written.medicine_name_khmer == known.medicine_name_khmer
}

/// Who writes one name of a medicine does not mean another.
fn is_named_in_part_as(written: &Row, known: &Row) -> bool {
    let khmer = written.medicine_name_khmer.as_ref();
    match khmer {
        Some(name) if *name == written.medicine_name => known.medicine_name_khmer.as_ref() == khmer,
        Some(_) => known.medicine_name_khmer.is_none() && known.medicine_name == written.medicine_name,
        None => known.medicine_name == written.medicine_name,
    }
}

/// The same amounts in the same cells, in whatever words.
fn has_the_doses_of(written: &Row, known: &Row) -> bool {
    let is_as_much = |one: &Dosage, other: &Dosage| {
        let quantity = one.quantity().filter(|quantity| Some(*quantity) == other.quantity());
        quantity.is_some() || one.amount == other.amount
    };
    let (one, other): (Vec<_>, Vec<_>) = (written.cells().collect(), known.cells().collect());
    let pairs = one.iter().zip(&other);
    written.is_prn == known.is_prn
        && one.len() == other.len()
        && pairs
            .into_iter()
            .all(|(one, other)| one.0 == other.0 && is_as_much(one.1, other.1))
}

/// Some of the cells of the same medicine.
fn is_part(written: &Row, whole: &Row) -> bool {
    let slots: Vec<_> = written.cells().map(|(slot, _)| slot).collect();
    let has = |slot: &Slot| whole.cells().any(|(other, _)| other == *slot);
    is_named_like(written, whole) && !slots.is_empty() && slots.iter().all(has)
}

fn shares_cells(one: &Row, other: &Row) -> bool {
    one.cells()
        .any(|(slot, _)| other.cells().any(|(of_other, _)| of_other == slot))
}

fn common_cells(draft: &RowDraft, medicine: &Medicine) -> usize {
    let written: Vec<_> = draft.row.cells().map(|(slot, _)| slot).collect();
    let known = medicine.row.cells();
    known.filter(|(slot, _)| written.contains(slot)).count()
}
