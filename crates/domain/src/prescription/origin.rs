//! Which row of a grid each row is that somebody wrote: what was taken of it today, and the days of its course, hang on that.

use std::cmp::Reverse;

use super::{Medicine, RowDraft};
use crate::MedicationId;

/// What a written row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// A medicine that the grid did not have.
    New,
    /// What takes the place of this row.
    Known(&'a Medicine),
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
    found.into_iter().map(|origin| origin.unwrap_or(Origin::New)).collect()
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
    let (written, known) = (&draft.row, &medicine.row);
    let is_same =
        written.medicine_name == known.medicine_name && written.medicine_name_khmer == known.medicine_name_khmer;
    is_same.then(|| common_cells(draft, medicine))
}

/// The same medicine as far as it was named: who writes one of its names does not mean another.
fn has_a_name_of_it(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    let (written, known) = (&draft.row, &medicine.row);
    let khmer = written.medicine_name_khmer.as_ref();
    let is_same = match khmer {
        Some(name) if *name == written.medicine_name => known.medicine_name_khmer.as_ref() == khmer,
        Some(_) => known.medicine_name_khmer.is_none() && known.medicine_name == written.medicine_name,
        None => known.medicine_name == written.medicine_name,
    };
    is_same.then(|| common_cells(draft, medicine))
}

fn common_cells(draft: &RowDraft, medicine: &Medicine) -> usize {
    let written: Vec<_> = draft.row.cells().map(|(slot, _)| slot).collect();
    let known = medicine.row.cells();
    known.filter(|(slot, _)| written.contains(slot)).count()
}
