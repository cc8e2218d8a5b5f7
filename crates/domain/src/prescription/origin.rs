//! Which row of a grid each row is that somebody wrote: what was taken of it today, and the days of its course, hang on that.

use std::cmp::Reverse;

use time::Date;

use super::{CourseEnd, Medicine, Row, RowDraft};
use crate::{Dosage, MedicationId, Slot};

/// What a written row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin<'a> {
    /// A medicine that the grid did not have, or one more row of it.
    New,
    /// What takes the place of this row.
    Known(&'a Medicine),
    /// A row that a patient added beside a doctor's grid, as it was shown to the doctor: it stays the patient's.
    Foreign,
}

/// A cell that a written row has, and the row whose place it takes has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GainedCell<'a> {
    pub slot: Slot,
    /// The row of the same medicine that had this cell, where no row has taken its place that has it still.
    pub from: Option<&'a Medicine>,
}

/// How well a written row fits a row of its medicine: by whether both are taken as needed, then by the cells that the two have
/// in common, the end of the course, and how long that lasts, where that counts.
type Fit = (bool, usize, bool, Option<Date>);

/// What each of `rows` is in a grid of these rows. The one that a row names by its id comes first, then those that look the
/// same, then those of the same medicine: each over all rows, so that none takes the place that another one names.
///
/// A row that looks like a patient's own is that one, also where the doctor has another row of the medicine: a grid that names
/// the medicine once is not to make the patient take it twice. Where the doctor's lasts longer it is the doctor's, whose days
/// would be lost otherwise.
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
    // The best pair of all is settled first: a row that fits badly does not take the place that a later one fits better.
    let mut settle = |is_open: &dyn Fn(&Origin<'a>, &Medicine) -> bool,
                      is_same: &dyn Fn(&RowDraft, &Medicine) -> bool| {
        let mut pairs = Vec::new();
        for (at, draft) in rows.iter().enumerate().filter(|(at, _)| found[*at].is_none()) {
            for (place, (origin, medicine)) in left.iter().enumerate().filter_map(|(n, row)| Some((n, row.as_ref()?))) {
                if is_open(origin, medicine) && is_same(draft, medicine) {
                    pairs.push((Reverse(fit(draft, medicine, own, rows)), at, place));
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
    let is_own = |origin: &Origin<'a>, _: &Medicine| *origin != Origin::Foreign;
    let lasts_as_long_as_own = |medicine: &Medicine| {
        let mut of_the_same = own.iter().filter(|known| is_named_as(&known.row, &medicine.row));
        of_the_same.all(|known| lasts_until(known) <= lasts_until(medicine))
    };
    settle(&|_, _| true, &|draft, medicine| {
        Some(medicine.series()) == draft.replaces.map(|id| series_of(id, [own, foreign, shown]))
    });
    settle(
        &|origin, medicine| is_own(origin, medicine) || lasts_as_long_as_own(medicine),
        &looks_the_same,
    );
    settle(&is_own, &|draft, medicine| is_named_as(&draft.row, &medicine.row));
    settle(&is_own, &|draft, medicine| {
        is_named_in_part_as(&draft.row, &medicine.row)
    });
    settle(&|_, _| true, &looks_the_same);
    found.into_iter().map(|origin| origin.unwrap_or(Origin::New)).collect()
}

/// The cells that each of `rows` gains. A cell of a medicine that one row loses is the one that another row gains, so that
/// splitting a row, or putting rows together, moves its cells and makes no other doses of them. Each is gained once.
pub(super) fn gained_cells<'a>(
    own: &'a [Medicine],
    rows: &[RowDraft],
    origins: &[Origin<'a>],
) -> Vec<Vec<GainedCell<'a>>> {
    let mut lost: Vec<(Slot, &Medicine)> = Vec::new();
    for known in own {
        let successor = origins.iter().position(|origin| *origin == Origin::Known(known));
        let is_lost = |slot: &Slot| successor.is_none_or(|n| !rows[n].row.asks_at(*slot));
        lost.extend(known.row.asked_slots().filter(is_lost).map(|slot| (slot, known)));
    }
    let mut from = |row: &Row, slot| {
        let at = lost
            .iter()
            .position(|(of, known)| *of == slot && is_named_like(row, &known.row))?;
        Some(lost.remove(at).1)
    };
    let mut gained_by = |(draft, origin): (&RowDraft, &Origin<'a>)| {
        let is_gained = |slot: &Slot| match origin {
            Origin::New => true,
            Origin::Known(known) => !known.row.asks_at(*slot),
            Origin::Foreign => false,
        };
        let gained = draft.row.asked_slots().filter(is_gained);
        gained
            .map(|slot| GainedCell {
                slot,
                from: from(&draft.row, slot),
            })
            .collect()
    };
    rows.iter().zip(origins).map(&mut gained_by).collect()
}

impl RowDraft {
    /// Whether its days are those of another course than the one of the row whose place it takes: of another medicine, or,
    /// once that course is over, of other doses or of another length.
    pub(super) fn begins_anew(&self, known: &Row, today: Date) -> bool {
        let names_the_first_day = self.course.first_day.is_some() && self.course.first_day == known.first_day;
        if self.course.end.is_none() || names_the_first_day {
            return false;
        }
        let is_over = known.last_day.is_some_and(|last| last < today);
        let is_echo = has_the_doses_of(&self.row, known) && self.ends_as_shown(known);
        !shares_a_name(&self.row, known) || is_over && !is_echo
    }

    /// Whether it says that it ends as a row does, in the words in which that is shown.
    fn ends_as_shown(&self, known: &Row) -> bool {
        match self.course.end {
            Some(CourseEnd::After(days)) => known.duration_days() == Some(days),
            Some(CourseEnd::On(day)) => known.last_day == Some(day),
            Some(CourseEnd::Open) => known.last_day.is_none(),
            None => false,
        }
    }
}

/// The series of a row by its id, or by that of the first of its series.
fn series_of(id: MedicationId, grids: [&[Medicine]; 3]) -> MedicationId {
    let named = grids.into_iter().flatten().find(|medicine| medicine.id == id);
    named.map_or(id, Medicine::series)
}

fn looks_the_same(draft: &RowDraft, medicine: &Medicine) -> bool {
    let (written, known) = (&draft.row, &medicine.row);
    is_named_as(written, known)
        && written.cells().eq(known.cells())
        && (written.is_prn, written.dosage_amount()) == (known.is_prn, known.dosage_amount())
}

/// How long a row lasts counts only where fewer rows of its medicine are written than there are: then one that is over is the
/// one that was left out. Otherwise each is still there, in the order in which they were shown.
fn fit(draft: &RowDraft, medicine: &Medicine, own: &[Medicine], rows: &[RowDraft]) -> Fit {
    let written = rows
        .iter()
        .filter(|other| is_named_like(&other.row, &medicine.row))
        .count();
    let known = own
        .iter()
        .filter(|other| is_named_as(&other.row, &medicine.row))
        .count();
    let common = medicine
        .row
        .cells()
        .filter(|(slot, _)| draft.row.has_cell(*slot))
        .count();
    let lasts = (written < known).then(|| lasts_until(medicine));
    let is_prn_as_well = draft.row.is_prn == medicine.row.is_prn;
    (is_prn_as_well, common, draft.ends_as_shown(&medicine.row), lasts)
}

fn lasts_until(medicine: &Medicine) -> Date {
    medicine.row.last_day.unwrap_or(Date::MAX)
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

/// Whether the two are one medicine, which has another name now: where only one of the two names differs, or where the Khmer
/// one, which stands in for the other where a name is shown in Khmer, was written for it.
fn shares_a_name(written: &Row, known: &Row) -> bool {
    let khmer = written.medicine_name_khmer.as_ref();
    written.medicine_name == known.medicine_name
        || khmer.is_some_and(|name| Some(name) == known.medicine_name_khmer.as_ref() || *name == known.medicine_name)
        || known.medicine_name_khmer.as_ref() == Some(&written.medicine_name)
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
