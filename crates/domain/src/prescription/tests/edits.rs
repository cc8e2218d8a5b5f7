//! What edits do to grids and versions.

use std::collections::{HashMap, HashSet};
use std::slice;

use proptest::prelude::*;
use time::macros::date;
use uuid::Uuid;

use super::*;
use crate::Slot;

#[test]
fn a_doctors_change_of_what_is_followed_waits_for_the_patient() {
    let before = by_doctor(Active);
    let (after, event) = changed(edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let proposal = after.version.clone().unwrap();
    assert_eq!((event.change, event.version), (PrescriptionChange::Proposed, 2));
    assert_eq!(
        (after.prescription.current_version, after.prescription.visible_version()),
        (1, 2)
    );
    assert_eq!(after.prescription.grid, before.grid);

    let (accepted, event) = changed(after.prescription.accept_changes(Some(&proposal), START));
    assert_eq!((accepted.version, event.version), (None, 2));
    let accepted = accepted.prescription;
    assert_eq!((accepted.current_version, accepted.proposed_version), (2, None));
    assert_eq!(accepted.grid[0].row.morning_dosage.as_ref().unwrap().amount, "2");
    assert_eq!(accepted.grid[0].series(), before.grid[0].id);
    assert_ne!(accepted.grid[0].id, before.grid[0].id);

    let (declined, _) = changed(after.prescription.decline_changes(None));
    let declined = declined.prescription;
    assert_eq!((declined.current_version, declined.proposed_version), (1, None));
    let (next, _) = changed(edit(&declined, Author::Doctor, &rows(&[draft("Aspirin", "3")]), None));
    assert_eq!(next.version.unwrap().number, 3);
    let nothing_waits = PrescriptionError::InvalidState {
        from: Active,
        allowed: &[],
    };
    assert_eq!(
        declined.accept_changes(Some(&proposal), START).unwrap_err(),
        nothing_waits
    );
    assert_eq!(declined.decline_changes(None).unwrap_err(), nothing_waits);
}

#[test]
fn the_next_proposal_is_made_on_the_one_that_waits() {
    let (first, _) = changed(edit(
        &by_doctor(Active),
        Author::Doctor,
        &rows(&[draft("Aspirin", "2")]),
        None,
    ));
    let proposal = first.version.unwrap();
    let note = Change {
        content: ContentEdit {
            notes: Some("ផឹកទឹកឱ្យច្រើន".to_owned()),
            ..ContentEdit::default()
        },
        ..Change::default()
    };
    let (second, _) = changed(edit(&first.prescription, Author::Doctor, &note, Some(&proposal)));
    let version = second.version.unwrap();
    assert_eq!((version.number, &version.grid), (3, &proposal.grid));
    assert_eq!(second.prescription.proposed_version, Some(3));
    assert!(second.prescription.accept_changes(Some(&proposal), START).is_err());
}

#[test]
fn an_urgent_change_takes_the_place_of_a_proposal_and_wakes_what_was_paused() {
    let (proposed, _) = changed(edit(
        &by_doctor(Active),
        Author::Doctor,
        &rows(&[draft("Aspirin", "2")]),
        None,
    ));
    let (paused, _) = changed(proposed.prescription.pause());
    let (after, event) = changed(edit(
        &paused.prescription,
        Author::Doctor,
        &urgent(&[draft("Aspirin", "0.5")]),
        None,
    ));
    let after = after.prescription;
    assert_eq!(
        (after.status, after.current_version, after.proposed_version),
        (Active, 3, None)
    );
    assert_eq!(after.urgent_reason.as_deref(), Some("ឈាមឡើងខ្ពស់"));
    assert!(matches!(event.change, PrescriptionChange::ChangedUrgently { .. }));
}

#[test]
fn a_patient_cannot_make_their_change_urgent() {
    let (after, event) = changed(edit(
        &own(Active),
        Author::Patient,
        &urgent(&[draft("Aspirin", "2")]),
        None,
    ));
    assert_eq!((event.change, event.told), (PrescriptionChange::Edited, None));
    assert_eq!(after.prescription.urgent_reason, None);
    assert_eq!(after.prescription.current_version, 2);
}

#[test]
fn a_medicine_of_the_patients_own_stays_whatever_the_doctor_changes() {
    let zinc = MedicationId(Uuid::from_u128(7));
    let (proposed, _) = changed(edit(
        &by_doctor(Active),
        Author::Doctor,
        &rows(&[draft("Aspirin", "2")]),
        None,
    ));
    let proposal = proposed.version.unwrap();
    let (added, event) = changed(proposed.prescription.add_medicine(&draft("Zinc", "1"), START, zinc));
    let added = added.prescription;
    assert_eq!(event.change, PrescriptionChange::MedicineAdded { medication: zinc });
    assert_eq!((added.current_version, added.visible_version()), (3, 2));
    assert!(added.grid[1].row.details.added_by_patient);

    let (accepted, event) = changed(added.accept_changes(Some(&proposal), START));
    let version = accepted.version.unwrap();
    assert_eq!((version.number, version.author, event.version), (4, Some(DOCTOR), 4));
    let names = |grid: &[Medicine]| -> Vec<_> {
        grid.iter()
            .map(|medicine| (medicine.row_number, medicine.row.medicine_name.clone()))
            .collect()
    };
    let both = [(1, "Aspirin".to_owned()), (2, "Zinc".to_owned())];
    assert_eq!(names(&version.grid), both);

    let mut echo = draft("Zinc", "9");
    echo.replaces = Some(zinc);
    let (changed_urgently, _) = changed(edit(
        &added,
        Author::Doctor,
        &urgent(&[draft("Aspirin", "1"), echo.clone()]),
        None,
    ));
    let grid = changed_urgently.prescription.grid;
    assert_eq!(names(&grid), both);
    assert_eq!(
        grid[1],
        Medicine {
            row_number: 2,
            ..added.grid[1].clone()
        }
    );
    let only_theirs = edit(&added, Author::Doctor, &urgent(&[echo]), None);
    let problem = GridProblem::new("medications", InvalidRow::Required);
    assert_eq!(only_theirs.unwrap_err(), PrescriptionError::Invalid(vec![problem]));
}

#[test]
fn a_row_keeps_its_id_as_long_as_its_doses_look_the_same() {
    let before = own(Active);
    let longer = RowDraft {
        course: CourseDraft {
            first_day: None,
            end: Some(CourseEnd::After(10)),
        },
        ..draft("Aspirin", "1")
    };
    let (after, _) = changed(edit(
        &before,
        Author::Patient,
        &rows(&[draft("Zinc", "1"), longer]),
        None,
    ));
    let grid = after.prescription.grid;
    assert_eq!(grid[1].id, before.grid[0].id);
    assert_eq!(
        (grid[1].row_number, grid[1].row.last_day),
        (2, Some(date!(2026 - 03 - 15)))
    );
    assert_ne!(grid[0].id, before.grid[0].id);
    assert_eq!(grid[0].series(), grid[0].id);
}

#[test]
fn saying_the_same_again_changes_nothing() {
    let same = edit(&own(Active), Author::Patient, &rows(&[draft("Aspirin", "1")]), None);
    assert_eq!(same.unwrap(), Decision::Unchanged);
    assert_eq!(
        edit(&own(Active), Author::Patient, &Change::default(), None).unwrap(),
        Decision::Unchanged
    );
}

#[test]
fn rows_that_make_no_sense_together_are_named() {
    let late = RowDraft {
        course: CourseDraft {
            first_day: Some(date!(2026 - 02 - 01)),
            end: None,
        },
        ..draft("Zinc", "1")
    };
    let error = edit(
        &own(Active),
        Author::Patient,
        &rows(&[draft("Aspirin", "1"), late]),
        None,
    )
    .unwrap_err();
    let problem = GridProblem::new("medications[1].firstDay", InvalidRow::OutOfRange);
    assert_eq!(error, PrescriptionError::Invalid(vec![problem]));
    let silent = Change {
        content: ContentEdit {
            symptoms: Some(String::new()),
            ..ContentEdit::default()
        },
        ..Change::default()
    };
    assert!(edit(&by_doctor(Draft), Author::Doctor, &silent, None).is_err());
}

#[test]
fn a_writer_must_have_seen_the_version_that_is_shown_last() {
    let (proposed, _) = changed(edit(
        &by_doctor(Active),
        Author::Doctor,
        &rows(&[draft("Aspirin", "2")]),
        None,
    ));
    let prescription = proposed.prescription;
    assert!(prescription.expect_version(None).is_ok());
    assert!(prescription.expect_version(Some(2)).is_ok());
    assert_eq!(prescription.expect_version(Some(1)), Err(PrescriptionError::Stale));
}

proptest! {
    /// Whatever is edited: versions count on, rows are numbered from 1, and no id means two different things.
    #[test]
    fn any_sequence_of_edits_keeps_versions_and_rows_in_order(
        edits in proptest::collection::vec((any::<bool>(), any::<bool>(), 0_usize..4, 0_u8..3), 1..12),
    ) {
        let mut prescription = by_doctor(Active);
        let mut waiting: Option<Version> = None;
        let mut next = ids();
        let mut seen = HashMap::from([(prescription.grid[0].id, prescription.grid[0].row.clone())]);
        for (is_urgent, accepts, name, amount) in edits {
            let name = ["Aspirin", "Zinc", "Iron", "Calcium"][name];
            let draft = draft(name, &amount.to_string());
            let change = if is_urgent { urgent(&[draft]) } else { rows(&[draft]) };
            let outcome = prescription.change(Author::Doctor, &change, waiting.as_ref(), START, &mut next);
            let Ok(Decision::Changed { after, event }) = outcome else { continue };
            let version = after.version.clone().unwrap();
            prop_assert_eq!(version.number, prescription.latest_version + 1);
            prop_assert_eq!(event.version, version.number);
            waiting = after.prescription.proposed_version.map(|_| version);
            prescription = after.prescription;
            if accepts && waiting.is_some() {
                let (accepted, _) = changed(prescription.accept_changes(waiting.as_ref(), START));
                prescription = accepted.prescription;
                waiting = None;
            }
            for (number, medicine) in (1..).zip(&prescription.grid) {
                prop_assert_eq!(medicine.row_number, number);
                let known = seen.entry(medicine.id).or_insert_with(|| medicine.row.clone());
                prop_assert!(known.doses_look_like(&medicine.row));
            }
        }
    }
}

#[test]
fn nobody_adds_to_a_grid_of_fifty_rows_and_the_doctor_still_changes_theirs() {
    let mut full = by_doctor(Active);
    let added = |n: u128| {
        let mut medicine = medicine(200 + n, row("Zinc"));
        medicine.row.details.added_by_patient = true;
        medicine
    };
    full.grid.extend((1..50).map(added));
    let too_long = PrescriptionError::Invalid(vec![GridProblem::new("medications", InvalidRow::TooLong)]);
    let one_more = full.add_medicine(&draft("Iron", "1"), START, MedicationId(Uuid::from_u128(900)));
    assert_eq!(one_more.unwrap_err(), too_long);
    let two = rows(&[draft("Aspirin", "1"), draft("Iron", "1")]);
    let proposed = changed(edit(&full, Author::Doctor, &two, None)).0.version.unwrap();
    assert_eq!(proposed.grid.len(), 51);
}

#[test]
fn own_times_stay_unless_there_are_others() {
    let mut before = by_doctor(Draft);
    before.grid[0].row = draft("Aspirin", "1").row;
    let own = "06:15".parse().unwrap();
    before.grid[0].row.details.schedule_times.set(Slot::Morning, own);
    let more = edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None);
    let kept = changed(more).0.prescription.grid.remove(0).row;
    assert_eq!(kept.own_times(), [(Slot::Morning, own)]);
    let none = RowDraft {
        keeps_times: false,
        ..draft("Aspirin", "2")
    };
    let cleared = changed(edit(&before, Author::Doctor, &rows(&[none]), None));
    assert_eq!(cleared.0.prescription.grid[0].row.own_times(), []);
    let mut at_night = draft("Aspirin", "2");
    at_night.row.night_dosage = at_night.row.morning_dosage.take();
    let elsewhere = changed(edit(&before, Author::Doctor, &rows(&[at_night]), None));
    assert_eq!(elsewhere.0.prescription.grid[0].row.own_times(), []);
}

#[test]
fn a_patients_reason_for_being_urgent_is_a_reason() {
    let change = Change {
        reason: None,
        urgent_reason: Some("ឈឺខ្លាំង".to_owned()),
        ..rows(&[draft("Aspirin", "2")])
    };
    let version = changed(edit(&own(Active), Author::Patient, &change, None))
        .0
        .version
        .unwrap();
    assert_eq!((version.reason.as_deref(), version.is_urgent), (Some("ឈឺខ្លាំង"), false));
}

#[test]
fn what_a_doctor_wrote_stays_a_doctors_when_their_account_is_gone() {
    let mut orphaned = own(Draft);
    orphaned.parties.doctor_is_gone = true;
    let change = edit(&orphaned, Author::Patient, &rows(&[draft("Aspirin", "2")]), None);
    assert_eq!(change.unwrap_err(), PrescriptionError::NotOwn);
    assert_eq!(orphaned.delete().unwrap_err(), PrescriptionError::NotOwn);
    let added = orphaned.add_medicine(&draft("Zinc", "1"), START, MedicationId(Uuid::from_u128(900)));
    assert!(changed(added).0.prescription.grid[1].row.details.added_by_patient);
    assert_eq!(changed(orphaned.confirm(START)).0.prescription.status, Active);
}

/// The ids of the rows of a grid after an urgent edit, each with the series that it belongs to.
fn after_urgently(before: &Prescription, written: &[RowDraft]) -> Vec<Medicine> {
    let (after, _) = changed(edit(before, Author::Doctor, &urgent(written), None));
    after.prescription.grid
}

fn at_night(name: &str, amount: &str) -> RowDraft {
    let mut written = draft(name, amount);
    written.row.night_dosage = written.row.morning_dosage.take();
    written
}

fn series_of(grid: &[Medicine]) -> Vec<MedicationId> {
    grid.iter().map(Medicine::series).collect()
}

#[test]
fn the_patients_own_medicine_that_is_sent_back_without_its_id_is_not_doubled() {
    let zinc = MedicationId(Uuid::from_u128(7));
    let (added, _) = changed(by_doctor(Active).add_medicine(&draft("Zinc", "1"), START, zinc));
    let grid = after_urgently(&added.prescription, &[draft("Aspirin", "2"), draft("Zinc", "1")]);
    assert_eq!(grid.len(), 2);
    assert_eq!((grid[1].id, grid[1].row.details.added_by_patient), (zinc, true));
    let another = after_urgently(&added.prescription, &[draft("Aspirin", "2"), draft("Zinc", "5")]);
    assert_eq!(another.len(), 3, "another amount is the doctor's own");
}

#[test]
fn the_id_that_is_shown_names_its_row_also_while_a_proposal_waits() {
    let before = by_doctor(Active);
    let (proposed, _) = changed(edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let proposal = proposed.version.unwrap();
    let renamed = RowDraft {
        replaces: Some(before.grid[0].id),
        ..draft("Acetylsalicylic acid", "2")
    };
    let next = edit(
        &proposed.prescription,
        Author::Doctor,
        &rows(&[renamed]),
        Some(&proposal),
    );
    let grid = changed(next).0.version.unwrap().grid;
    assert_eq!(series_of(&grid), [before.grid[0].id]);
}

#[test]
fn no_row_takes_the_place_that_another_one_names() {
    let before = by_doctor(Active);
    let aspirin = before.grid[0].id;
    let named = RowDraft {
        replaces: Some(aspirin),
        ..draft("Aspirin", "1")
    };
    let grid = after_urgently(&before, &[at_night("Aspirin", "3"), named]);
    assert_eq!((grid[1].id, grid[0].series() == aspirin), (aspirin, false));
}

#[test]
fn of_two_rows_of_a_medicine_the_one_that_looks_the_same_stays() {
    let two = after_urgently(&by_doctor(Active), &[draft("Aspirin", "1"), at_night("Aspirin", "1")]);
    let mut before = by_doctor(Active);
    before.grid = two;
    let [morning, night] = [0, 1].map(|n| before.grid[n].series());
    assert_eq!(
        series_of(&after_urgently(&before, &[at_night("Aspirin", "1")])),
        [night]
    );
    assert_eq!(
        series_of(&after_urgently(&before, &[at_night("Aspirin", "2")])),
        [night]
    );
    assert_eq!(
        series_of(&after_urgently(
            &before,
            &[at_night("Aspirin", "2"), draft("Aspirin", "2")]
        )),
        [night, morning]
    );
}

#[test]
fn a_row_that_fits_badly_takes_no_place_that_a_later_one_fits_better() {
    let mut before = by_doctor(Active);
    before.grid = after_urgently(&before, &[draft("Aspirin", "1"), at_night("Aspirin", "1")]);
    let [morning, night] = [0, 1].map(|n| before.grid[n].series());
    let mut at_noon = draft("Aspirin", "1");
    at_noon.row.daytime_dosage = at_noon.row.morning_dosage.take();
    let grid = after_urgently(&before, &[at_noon, draft("Aspirin", "2")]);
    assert_eq!(series_of(&grid), [night, morning]);
}

#[test]
fn what_is_written_once_is_not_taken_twice() {
    let zinc = MedicationId(Uuid::from_u128(7));
    let mut before = by_doctor(Active);
    before.grid = after_urgently(&before, &[draft("Aspirin", "1"), draft("Zinc", "2")]);
    let (added, _) = changed(before.add_medicine(&draft("Zinc", "1"), START, zinc));
    let grid = after_urgently(&added.prescription, &[draft("Aspirin", "2"), draft("Zinc", "1")]);
    assert_eq!((grid.len(), grid[1].id), (2, zinc));
    let twice = [draft("Aspirin", "2"), draft("Zinc", "1"), draft("Zinc", "1")];
    let grid = after_urgently(&added.prescription, &twice);
    let zincs: Vec<_> = grid[1..].iter().map(Medicine::series).collect();
    assert_eq!(zincs, [before.grid[1].series(), zinc]);
}

/// A row with a course of so many days that began on a day.
fn with_course(mut prescription: Prescription, first: Date, days: i64) -> Prescription {
    let row = &mut prescription.grid[0].row;
    row.first_day = Some(first);
    row.last_day = Some(first + Duration::days(days - 1));
    prescription
}

fn for_days(days: i64, written: RowDraft) -> RowDraft {
    RowDraft {
        course: CourseDraft {
            first_day: None,
            end: Some(CourseEnd::After(days)),
        },
        ..written
    }
}

fn days_of(medicine: &Medicine) -> (Option<Date>, Option<Date>) {
    (medicine.row.first_day, medicine.row.last_day)
}

#[test]
fn the_patients_own_medicine_is_not_doubled_by_the_next_proposal_either() {
    let (proposed, _) = changed(edit(
        &by_doctor(Active),
        Author::Doctor,
        &rows(&[draft("Aspirin", "2")]),
        None,
    ));
    let proposal = proposed.version.unwrap();
    let zinc = MedicationId(Uuid::from_u128(7));
    let (added, _) = changed(proposed.prescription.add_medicine(&draft("Zinc", "1"), START, zinc));
    let sent_back = rows(&[draft("Aspirin", "3"), draft("Zinc", "1")]);
    let next = edit(&added.prescription, Author::Doctor, &sent_back, Some(&proposal));
    let (next, _) = changed(next);
    let accepted = next.prescription.accept_changes(next.version.as_ref(), START);
    let grid = changed(accepted).0.prescription.grid;
    assert_eq!((grid.len(), grid[1].id), (2, zinc));
}

#[test]
fn a_course_that_is_over_is_written_again_as_a_new_one() {
    let over = with_course(by_doctor(Active), TODAY - Duration::days(9), 5);
    let last = |days| Some(TODAY + Duration::days(days - 1));
    for days in [4, 5, 12] {
        let again = after_urgently(&over, &[for_days(days, draft("Aspirin", "2"))]);
        assert_eq!(days_of(&again[0]), (Some(TODAY), last(days)), "{days} days");
    }
    // A grid that is sent back as it was shown does not begin it anew.
    let zinc = draft("Zinc", "1");
    let shown = after_urgently(&over, &[for_days(5, draft("Aspirin", "1")), zinc]);
    assert_eq!(days_of(&shown[0]), days_of(&over.grid[0]));
}

#[test]
fn another_medicine_in_the_place_of_one_has_its_own_days() {
    let before = with_course(by_doctor(Active), TODAY - Duration::days(5), 7);
    let named = |written| RowDraft {
        replaces: Some(before.grid[0].id),
        ..written
    };
    let other = after_urgently(&before, &[named(for_days(7, draft("Azithromycin", "1")))]);
    assert_eq!(days_of(&other[0]), (Some(TODAY), Some(TODAY + Duration::days(6))));
    let renamed = after_urgently(&before, &[named(draft("Aspirine", "1"))]);
    assert_eq!(days_of(&renamed[0]), days_of(&before.grid[0]));
    let more = after_urgently(&before, &[for_days(7, draft("Aspirin", "2"))]);
    assert_eq!(days_of(&more[0]), days_of(&before.grid[0]));
}

#[test]
fn what_is_split_off_from_a_row_ends_with_it() {
    let mut before = with_course(own(Active), TODAY - Duration::days(4), 7);
    before.grid[0].row.night_dosage = before.grid[0].row.morning_dosage.clone();
    let written = [
        for_days(7, draft("Aspirin", "1")),
        for_days(7, at_night("Aspirin", "2")),
        for_days(7, draft("Zinc", "1")),
    ];
    let (after, _) = changed(edit(&before, Author::Patient, &rows(&written), None));
    let days: Vec<_> = after.prescription.grid.iter().map(days_of).collect();
    let known = days_of(&before.grid[0]);
    assert_eq!(days, [known, known, (Some(TODAY), Some(TODAY + Duration::days(6)))]);
}

#[test]
fn who_writes_one_name_of_a_medicine_means_it() {
    let mut before = by_doctor(Active);
    before.grid[0].row.medicine_name_khmer = Some("អាស្ពីរីន".to_owned());
    let aspirin = before.grid[0].series();
    let in_khmer = || {
        let mut written = draft("អាស្ពីរីន", "2");
        written.row.medicine_name_khmer = Some("អាស្ពីរីន".to_owned());
        written
    };
    let other = || {
        let mut written = draft("Aspirin", "2");
        written.row.medicine_name_khmer = Some("ផ្សេង".to_owned());
        written
    };
    assert_eq!(series_of(&after_urgently(&before, &[draft("Aspirin", "2")])), [aspirin]);
    assert_eq!(series_of(&after_urgently(&before, &[in_khmer()])), [aspirin]);
    assert_ne!(series_of(&after_urgently(&before, &[other()])), [aspirin]);
}

/// A row with these amounts in the morning, at noon and at night; `-` is none.
fn cells(name: &str, amounts: [&str; 3]) -> RowDraft {
    let mut written = draft(name, "1");
    let cell = |amount: &str| Dosage {
        amount: amount.to_owned(),
        before_meal: false,
    };
    let [morning, noon, night] = amounts.map(|amount| (amount != "-").then(|| cell(amount)));
    written.row.morning_dosage = morning;
    written.row.daytime_dosage = noon;
    written.row.night_dosage = night;
    written
}

/// The grid of `before` after each of these edits of the patient's.
fn after_each(mut before: Prescription, edits: &[&[RowDraft]]) -> Vec<Vec<Medicine>> {
    let mut new_id = ids();
    let mut grids = Vec::new();
    for written in edits {
        let outcome = before.change(Author::Patient, &rows(written), None, START, &mut new_id);
        before = changed(outcome).0.prescription;
        grids.push(before.grid.clone());
    }
    grids
}

fn places(grid: &[Medicine], slot: Slot) -> Vec<MedicationId> {
    let asking = grid.iter().filter(|medicine| medicine.row.asks_at(slot));
    asking.map(|medicine| medicine.place_series(slot)).collect()
}

#[test]
fn a_cell_keeps_its_place_when_its_row_is_taken_apart_or_put_together() {
    let whole = [cells("Aspirin", ["1", "-", "1"])];
    let parts = [cells("Aspirin", ["1", "-", "-"]), cells("Aspirin", ["-", "-", "2"])];
    let grids = after_each(own(Active), &[&whole, &parts, &whole, &parts]);
    let first = &grids[0];
    for grid in &grids {
        for slot in [Slot::Morning, Slot::Night] {
            assert_eq!(places(grid, slot), places(first, slot));
        }
    }
    // A later edit of the row that the cell went to leaves it there.
    let more = [parts[0].clone(), cells("Aspirin", ["-", "-", "3"])];
    let grids = after_each(own(Active), &[&whole, &parts, &more]);
    assert_eq!(places(&grids[2], Slot::Night), places(&grids[0], Slot::Night));
}

#[test]
fn two_rows_of_a_medicine_have_a_place_each() {
    let both = [cells("Aspirin", ["1", "1", "1"]), cells("Aspirin", ["-", "1", "-"])];
    let fewer = [cells("Aspirin", ["1", "-", "1"]), cells("Aspirin", ["-", "2", "-"])];
    let grids = after_each(own(Active), &[&both, &fewer]);
    let [of_first, of_second] = places(&grids[0], Slot::Afternoon)[..] else {
        panic!("two rows are taken at noon");
    };
    assert_ne!(of_first, of_second);
    assert_eq!(places(&grids[1], Slot::Afternoon), [of_second]);
}

#[test]
fn a_cell_that_comes_back_where_another_row_has_its_place_has_its_own() {
    let whole = cells("Aspirin", ["1", "1", "-"]);
    let parts = [cells("Aspirin", ["1", "-", "-"]), cells("Aspirin", ["-", "2", "-"])];
    let both = [whole.clone(), parts[1].clone()];
    let grids = after_each(own(Active), &[&[whole], &parts, &both]);
    let at_noon = places(&grids[2], Slot::Afternoon);
    assert_eq!(at_noon[1], places(&grids[0], Slot::Afternoon)[0]);
    assert_ne!(at_noon[0], at_noon[1]);
}

#[test]
fn a_cell_takes_its_own_time_with_it_unless_there_is_another() {
    let late = "22:30".parse().unwrap();
    let mut whole = cells("Aspirin", ["1", "-", "1"]);
    whole.row.details.schedule_times.set(Slot::Night, late);
    let parts = [cells("Aspirin", ["1", "-", "-"]), cells("Aspirin", ["-", "-", "2"])];
    let merged = cells("Aspirin", ["1", "-", "1"]);
    let grids = after_each(own(Active), &[&[whole.clone()], &parts, &[merged]]);
    for grid in &grids {
        let at_night = grid.iter().find(|medicine| medicine.row.asks_at(Slot::Night));
        assert_eq!(at_night.unwrap().row.own_times(), [(Slot::Night, late)]);
    }
    let by_the_meals = parts.map(|part| RowDraft {
        keeps_times: false,
        ..part
    });
    let grids = after_each(own(Active), &[&[whole], &by_the_meals]);
    assert!(grids[1].iter().all(|medicine| medicine.row.own_times().is_empty()));
}

#[test]
fn a_row_put_together_with_one_that_has_another_name_beside_takes_its_cells() {
    let mut in_both = cells("Aspirin", ["1", "-", "-"]);
    in_both.row.medicine_name_khmer = Some("អាស្ពីរីន".to_owned());
    let parts = [in_both, cells("Aspirin", ["-", "-", "1"])];
    let grids = after_each(own(Active), &[&parts, &[cells("Aspirin", ["1", "-", "1"])]]);
    for slot in [Slot::Morning, Slot::Night] {
        assert_eq!(places(&grids[1], slot), places(&grids[0], slot));
    }
}

/// What a doctor proposed while it was paused, and the patient accepts after they went on with it.
fn accepted_after_resuming(first: &RowDraft, proposed: &[RowDraft]) -> Vec<Medicine> {
    let mut before = by_doctor(Paused);
    let (first_proposal, _) = changed(edit(&before, Author::Doctor, &rows(slice::from_ref(first)), None));
    let accepted = first_proposal
        .prescription
        .accept_changes(first_proposal.version.as_ref(), START);
    before = changed(accepted).0.prescription;
    let (waiting, _) = changed(edit(&before, Author::Doctor, &rows(proposed), None));
    let mut later = START;
    later.now += Duration::days(3);
    let (resumed, _) = changed(waiting.prescription.resume(later));
    later.now += Duration::days(2);
    let accepted = resumed.prescription.accept_changes(waiting.version.as_ref(), later);
    changed(accepted).0.prescription.grid
}

#[test]
fn a_proposal_from_before_a_course_began_does_not_begin_it_again() {
    let zinc = for_days(7, draft("Zinc", "1"));
    let begun = Some(TODAY + Duration::days(3));
    let until = |days: i64| Some(TODAY + Duration::days(3 + days - 1));
    let accepted = |written| accepted_after_resuming(&zinc, &[written]).remove(0);
    let more = accepted(for_days(7, draft("Zinc", "2")));
    assert_eq!(days_of(&more), (begun, until(7)));
    let longer = accepted(for_days(10, draft("Zinc", "1")));
    assert_eq!(days_of(&longer), (begun, until(10)));
    assert!(!longer.row.details.starts_when_active);
    // What was only proposed begins when it is accepted.
    let other = accepted(for_days(7, draft("Iron", "1")));
    assert_eq!(days_of(&other).0, Some(TODAY + Duration::days(5)));
    let whole = for_days(7, cells("Zinc", ["1", "-", "1"]));
    let parts = [
        for_days(7, cells("Zinc", ["1", "-", "-"])),
        for_days(7, cells("Zinc", ["-", "-", "2"])),
    ];
    for part in accepted_after_resuming(&whole, &parts) {
        assert_eq!(days_of(&part), (begun, until(7)));
    }
}

#[test]
fn a_corrected_name_does_not_begin_a_course_anew() {
    let mut before = with_course(by_doctor(Active), TODAY - Duration::days(4), 7);
    before.grid[0].row.medicine_name_khmer = Some("អាស្ពីរីន".to_owned());
    let named = |english: &str, khmer: Option<&str>| {
        let mut written = for_days(7, draft(english, "1"));
        written.row.medicine_name_khmer = khmer.map(str::to_owned);
        RowDraft {
            replaces: Some(before.grid[0].id),
            ..written
        }
    };
    let days_after = |written| days_of(&after_urgently(&before, &[written])[0]);
    let known = days_of(&before.grid[0]);
    for corrected in [
        named("Aspirin 81", Some("អាស្ពីរីន")),
        named("Aspirin", Some("អាស្ពីរិន")),
        named("អាស្ពីរីន", Some("អាស្ពីរីន")),
        named("Aspirin", Some("Aspirin")),
    ] {
        assert_eq!(days_after(corrected), known);
    }
    let mut with_its_first_day = named("Clopidogrel", None);
    with_its_first_day.course.first_day = known.0;
    assert_eq!(days_after(with_its_first_day), known);
    assert_eq!(days_after(named("Clopidogrel", None)).0, Some(TODAY));
}

#[test]
fn another_length_of_a_course_that_is_over_is_a_new_course() {
    let over = with_course(by_doctor(Active), TODAY - Duration::days(9), 5);
    let again = after_urgently(&over, &[for_days(7, draft("Aspirin", "1"))]);
    assert_eq!(days_of(&again[0]), (Some(TODAY), Some(TODAY + Duration::days(6))));
}

#[test]
fn the_doctors_own_row_is_not_given_up_for_a_shorter_one_of_the_patients() {
    let zinc = MedicationId(Uuid::from_u128(7));
    let mut before = by_doctor(Active);
    before.grid = after_urgently(&before, &[for_days(30, draft("Zinc", "2"))]);
    let doctors = before.grid[0].series();
    let short = for_days(3, draft("Zinc", "1"));
    let (added, _) = changed(before.add_medicine(&short, START, zinc));
    let before = added.prescription;
    let once = after_urgently(&before, &[for_days(30, draft("Zinc", "1"))]);
    assert_eq!(series_of(&once), [doctors, zinc]);
    assert_eq!(once[0].row.duration_days(), Some(30));
    let twice = after_urgently(&before, &[for_days(30, draft("Zinc", "1")), short]);
    assert_eq!(series_of(&twice), [doctors, zinc]);
}

#[test]
fn of_two_courses_of_a_medicine_the_one_that_is_over_is_left_out() {
    let mut before = by_doctor(Active);
    before.grid = after_urgently(&before, &[draft("Aspirin", "1"), draft("Aspirin", "2")]);
    let [over, followed] = [0, 1].map(|n| before.grid[n].series());
    before = with_course(before, TODAY - Duration::days(9), 5);
    assert_eq!(
        series_of(&after_urgently(&before, &[draft("Aspirin", "3")])),
        [followed]
    );
    let both = [draft("Aspirin", "3"), draft("Aspirin", "4")];
    assert_eq!(series_of(&after_urgently(&before, &both)), [over, followed]);
    // The length that is shown tells them apart, too.
    before.grid[1].row.last_day = Some(TODAY + Duration::days(9));
    before.grid[1].row.first_day = Some(TODAY);
    let shown = [for_days(10, draft("Aspirin", "3")), for_days(5, draft("Aspirin", "4"))];
    assert_eq!(series_of(&after_urgently(&before, &shown)), [followed, over]);
}

#[test]
fn what_is_taken_as_needed_is_another_row_than_what_is_taken_daily() {
    let mut as_needed = draft("Aspirin", "1");
    as_needed.row.morning_dosage = None;
    as_needed.row.is_prn = true;
    let mut before = by_doctor(Active);
    before.grid = after_urgently(&before, &[draft("Aspirin", "1"), as_needed.clone()]);
    as_needed.row.details.dosage_amount = Amount::new(2.0);
    let left = after_urgently(&before, &[as_needed]);
    assert_eq!(series_of(&left), [before.grid[1].series()]);
}

/// Rows of two medicines with cells in any part of the day, some of them as needed.
fn any_rows() -> impl Strategy<Value = Vec<RowDraft>> {
    let row = (0_usize..2, 1_u8..8, 1_u8..3, 0_u8..8).prop_map(|(name, filled, amount, kind)| {
        let amount = amount.to_string();
        let amounts = [0, 1, 2].map(|n| if filled >> n & 1 == 1 { amount.as_str() } else { "-" });
        let mut written = cells(["Aspirin", "Zinc"][name], amounts);
        written.row.is_prn = kind == 0;
        written
    });
    proptest::collection::vec(row, 1..5)
}

proptest! {
    /// Whatever is edited: no two cells share a place, and of a medicine's cells in a part of the day as many keep theirs as
    /// there were before and still are, so that nothing is asked for twice, and nothing is missing.
    #[test]
    fn any_sequence_of_edits_keeps_as_many_places_as_there_are_cells_for(
        edits in proptest::collection::vec(any_rows(), 2..8),
    ) {
        let (mut prescription, mut new_id) = (own(Active), ids());
        for written in &edits {
            let before = prescription.grid.clone();
            let outcome = prescription.change(Author::Patient, &rows(written), None, START, &mut new_id).unwrap();
            let Decision::Changed { after, .. } = outcome else { continue };
            prescription = after.prescription;
            for slot in Slot::ALL {
                let all: Vec<_> = places(&prescription.grid, slot);
                let distinct: HashSet<_> = all.iter().collect();
                prop_assert_eq!(distinct.len(), all.len());
                for name in ["Aspirin", "Zinc"] {
                    let of_it = |grid: &[Medicine]| {
                        let named = grid.iter().filter(|medicine| medicine.row.medicine_name == name);
                        places(&named.cloned().collect::<Vec<_>>(), slot)
                    };
                    let (old, new) = (of_it(&before), of_it(&prescription.grid));
                    let kept = new.iter().filter(|place| old.contains(place)).count();
                    prop_assert_eq!(kept, old.len().min(new.len()));
                }
            }
        }
    }
}
