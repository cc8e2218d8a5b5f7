//! Which row of a grid each row is that somebody wrote: what was taken of it today, and the days of its course, hang on that.

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

/// Whether a written row is a row of the grid: how well it fits, where it does.
type Rule = fn(&RowDraft, &Medicine) -> Option<usize>;

/// What each of `rows` is in a grid of these rows. The one that a row names by its id comes first, then those that look the
/// same, then those of the same medicine: each over all rows, so that none takes the place that another one names.
///
/// `shown` has the rows that the writer was shown; where a proposal waits, the grid has taken their place already.
pub(super) fn origins<'a>(
    own: &'a [Medicine],
    foreign: &'a [Medicine],
    shown: &[Medicine],
    rows: &[RowDraft],
) -> Vec<Origin<'a>> {
    let mut left: Vec<(Origin<'a>, &Medicine)> = own
        .iter()
        .map(|medicine| (Origin::Known(medicine), medicine))
        .chain(foreign.iter().map(|medicine| (Origin::Foreign, medicine)))
        .collect();
    let mut found: Vec<Option<Origin<'a>>> = vec![None; rows.len()];
    let mut settle = |is_open: &dyn Fn(&Origin<'a>) -> bool, fit: &dyn Fn(&RowDraft, &Medicine) -> Option<usize>| {
        for (draft, origin) in rows.iter().zip(&mut found).filter(|(_, origin)| origin.is_none()) {
            let fits = left.iter().enumerate().filter(|(_, (origin, _))| is_open(origin));
            let fits = fits.filter_map(|(place, (_, medicine))| Some((fit(draft, medicine)?, place)));
            // Of those that fit as well the first.
            if let Some((_, place)) = fits.min_by_key(|(fit, place)| (std::cmp::Reverse(*fit), *place)) {
                *origin = Some(left.remove(place).0);
            }
        }
    };
    settle(&|_| true, &|draft, medicine| {
        (Some(medicine.series()) == draft.replaces.map(|id| series_of(id, [own, foreign, shown]))).then_some(0)
    });
    settle(&|_| true, &(looks_the_same as Rule));
    for rule in [has_its_names as Rule, has_a_name_of_it as Rule] {
        settle(&|origin| *origin != Origin::Foreign, &rule);
    }
    found.into_iter().map(|origin| origin.unwrap_or(Origin::New)).collect()
}

/// The series of a row by its id, or by that of the first of its series.
fn series_of(id: MedicationId, grids: [&[Medicine]; 3]) -> MedicationId {
    let named = grids.into_iter().flatten().find(|medicine| medicine.id == id);
    named.map_or(id, Medicine::series)
}

fn looks_the_same(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    let cells = |row: &super::Row| [&row.morning_dosage, &row.daytime_dosage, &row.night_dosage].map(Clone::clone);
    let (written, known) = (&draft.row, &medicine.row);
    let is_same = has_its_names(draft, medicine).is_some()
        && cells(written) == cells(known)
        && (written.is_prn, written.dosage_amount()) == (known.is_prn, known.dosage_amount());
    is_same.then_some(0)
}

/// The same medicine; the more cells the two have in common, the more likely the same row of it.
fn has_its_names(draft: &RowDraft, medicine: &Medicine) -> Option<usize> {
    let names = |row: &super::Row| (row.medicine_name.clone(), row.medicine_name_khmer.clone());
    (names(&draft.row) == names(&medicine.row)).then(|| common_cells(draft, medicine))
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
