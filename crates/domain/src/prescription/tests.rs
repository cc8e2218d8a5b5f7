//! Every transition, and what edits do to grids and versions.

use proptest::prelude::*;
use rstest::rstest;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::*;
use crate::{
    Decision, Dosage, DoseError, DoseEventId, DoseEventStatus, Labelled, Language, MealTimes, MedicationId,
    PrescriptionStatus, Slot, TimePeriod, zone,
};

use PrescriptionStatus::{Active, Draft, Inactive, Paused};

const TODAY: Date = date!(2026 - 03 - 06);
const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
const PATIENT: UserId = UserId(Uuid::from_u128(1));
const DOCTOR: UserId = UserId(Uuid::from_u128(2));

fn recipient(user: UserId) -> Recipient {
    Recipient {
        user,
        language: Language::Khmer,
    }
}

fn row(name: &str) -> Row {
    Row {
        medicine_name: name.to_owned(),
        morning_dosage: Some(Dosage {
            amount: "1".to_owned(),
            before_meal: false,
        }),
        first_day: Some(TODAY),
        ..Row::default()
    }
}

fn medicine(id: u128, row: Row) -> Medicine {
    Medicine {
        id: MedicationId(Uuid::from_u128(id)),
        series_id: None,
        row_number: 1,
        row,
    }
}

fn own(status: PrescriptionStatus) -> Prescription {
    Prescription {
        id: PrescriptionId(Uuid::from_u128(9)),
        parties: Parties {
            patient: recipient(PATIENT),
            patient_name: "សុខ សំណាង".to_owned(),
            doctor: None,
        },
        status,
        current_version: 1,
        latest_version: 1,
        urgent_reason: None,
        content: Content {
            symptoms: "ឈឺក្បាល".to_owned(),
            particulars: Particulars::default(),
        },
        proposed_version: None,
        revision: None,
        grid: vec![medicine(100, row("Aspirin"))],
    }
}

fn by_doctor(status: PrescriptionStatus) -> Prescription {
    let mut prescription = own(status);
    prescription.parties.doctor = Some(Prescriber {
        recipient: recipient(DOCTOR),
        name: "វេជ្ជបណ្ឌិត ពិសិដ្ឋ".to_owned(),
        is_connected: true,
    });
    prescription
}

fn draft(name: &str, amount: &str) -> RowDraft {
    let mut row = row(name);
    row.first_day = None;
    row.morning_dosage = Some(Dosage {
        amount: amount.to_owned(),
        before_meal: false,
    });
    RowDraft {
        replaces: None,
        row,
        course: CourseDraft::default(),
    }
}

fn rows(rows: &[RowDraft]) -> Change {
    Change {
        rows: Some(rows.to_vec()),
        reason: Some("x".to_owned()),
        ..Change::default()
    }
}

fn urgent(rows: &[RowDraft]) -> Change {
    Change {
        urgent_reason: Some("ឈាមឡើងខ្ពស់".to_owned()),
        ..self::rows(rows)
    }
}

fn ids() -> impl FnMut() -> MedicationId {
    let mut next = 1_000;
    move || {
        next += 1;
        MedicationId(Uuid::from_u128(next))
    }
}

fn changed(outcome: Result<Decision<Revised, PrescriptionChanged>, PrescriptionError>) -> (Revised, PrescriptionChanged) {
    match outcome {
        Ok(Decision::Changed { after, event }) => (after, event),
        other => panic!("{other:?}"),
    }
}

fn edit(
    prescription: &Prescription,
    by: Author,
    change: &Change,
    proposed: Option<&Version>,
) -> Result<Decision<Revised, PrescriptionChanged>, PrescriptionError> {
    prescription.change(by, change, proposed, TODAY, ids())
}

/// What each step makes of each state: the next state, or `None` where it is refused.
#[rstest]
#[case::confirm("confirm", [Some(Active), None, None, None])]
#[case::reject("reject", [Some(Inactive), None, None, None])]
#[case::retake("retake", [Some(Draft), None, None, None])]
#[case::pause("pause", [None, Some(Paused), None, None])]
#[case::resume("resume", [None, None, Some(Active), None])]
#[case::stop("stop", [None, Some(Inactive), Some(Inactive), None])]
#[case::doctors_change("change", [Some(Draft), Some(Active), Some(Paused), None])]
#[case::urgent_change("urgent", [Some(Active), Some(Active), Some(Active), None])]
#[case::add_a_medicine("add", [Some(Draft), Some(Active), Some(Paused), None])]
fn a_step_is_possible_in_its_states_only(#[case] step: &str, #[case] expected: [Option<PrescriptionStatus>; 4]) {
    for (&status, expected) in PrescriptionStatus::ALL.iter().zip(expected) {
        let before = by_doctor(status);
        let outcome = match step {
            "confirm" => before.confirm(TODAY),
            "reject" => before.reject(None),
            "retake" => before.ask_for_retake("x".to_owned(), NOW),
            "pause" => before.pause(),
            "resume" => before.resume(),
            "stop" => before.stop(),
            "change" => edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None),
            "urgent" => edit(&before, Author::Doctor, &urgent(&[draft("Aspirin", "2")]), None),
            _ => before.add_medicine(&draft("Zinc", "1"), TODAY, MedicationId(Uuid::from_u128(7))),
        };
        match expected {
            Some(next) => {
                let (after, event) = changed(outcome);
                assert_eq!((event.from, event.to), (Some(status), next), "{step} {status}");
                assert_eq!(after.prescription.status, next);
            }
            None => {
                let error = outcome.unwrap_err();
                assert!(matches!(error, PrescriptionError::InvalidState { from, .. } if from == status), "{step} {error}");
            }
        }
    }
}

#[test]
fn a_doctor_writes_a_draft_and_an_urgent_one_holds_at_once() {
    let decision = by_doctor(Draft).prescribed(TODAY);
    let (after, event) = changed(Ok(decision));
    assert_eq!((after.prescription.status, event.from), (Draft, None));
    assert_eq!(event.told.unwrap().recipient.user, PATIENT);
    let version = after.version.unwrap();
    assert_eq!((version.number, version.author, version.is_urgent), (1, Some(DOCTOR), false));

    let urgent = Prescription {
        urgent_reason: Some("x".to_owned()),
        ..by_doctor(Draft)
    };
    let (after, event) = changed(Ok(urgent.prescribed(TODAY)));
    assert_eq!(after.prescription.status, Active);
    assert!(matches!(event.change, PrescriptionChange::PrescribedUrgently { .. }));
    assert!(after.version.unwrap().is_urgent);
}

#[test]
fn a_patient_writes_one_that_holds_at_once_or_a_draft() {
    for (is_draft, status) in [(false, Active), (true, Draft)] {
        let (after, event) = changed(Ok(own(Draft).made_by_patient(is_draft, TODAY)));
        assert_eq!(after.prescription.status, status);
        assert_eq!((event.told, event.doctor), (None, None));
    }
}

#[test]
fn a_draft_that_the_patient_wants_otherwise_cannot_be_confirmed_before_it_was_revised() {
    let (asked, event) = changed(by_doctor(Draft).ask_for_retake("ថ្នាំច្រើនពេក".to_owned(), NOW));
    assert_eq!(event.told.unwrap().recipient.user, DOCTOR);
    let asked = asked.prescription;
    assert_eq!(asked.confirm(TODAY).unwrap_err(), PrescriptionError::RevisionRequired);
    let (revised, event) = changed(edit(&asked, Author::Doctor, &rows(&[draft("Aspirin", "0.5")]), None));
    assert_eq!(event.change, PrescriptionChange::Revised);
    assert_eq!(revised.version.as_ref().unwrap().number, 2);
    assert_eq!(revised.prescription.revision, None);
    let (confirmed, _) = changed(revised.prescription.confirm(TODAY));
    assert_eq!(confirmed.prescription.status, Active);
}

#[test]
fn only_a_doctor_can_be_asked_to_write_again_and_only_a_patients_own_draft_is_deleted() {
    assert_eq!(own(Draft).ask_for_retake("x".to_owned(), NOW).unwrap_err(), PrescriptionError::NoDoctor);
    assert_eq!(by_doctor(Draft).delete().unwrap_err(), PrescriptionError::NotOwn);
    assert!(own(Draft).delete().is_ok());
    for status in [Active, Paused, Inactive] {
        assert!(matches!(own(status).delete(), Err(PrescriptionError::InvalidState { .. })));
    }
}

#[test]
fn a_doctors_change_of_what_is_followed_waits_for_the_patient() {
    let before = by_doctor(Active);
    let (after, event) = changed(edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let proposal = after.version.clone().unwrap();
    assert_eq!((event.change, event.version), (PrescriptionChange::Proposed, 2));
    assert_eq!((after.prescription.current_version, after.prescription.visible_version()), (1, 2));
    assert_eq!(after.prescription.grid, before.grid);

    let (accepted, event) = changed(after.prescription.accept_changes(Some(&proposal), TODAY));
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
    assert_eq!(declined.accept_changes(Some(&proposal), TODAY).unwrap_err(), nothing_waits);
    assert_eq!(declined.decline_changes(None).unwrap_err(), nothing_waits);
}

#[test]
fn the_next_proposal_is_made_on_the_one_that_waits() {
    let (first, _) = changed(edit(&by_doctor(Active), Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
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
    assert!(second.prescription.accept_changes(Some(&proposal), TODAY).is_err());
}

#[test]
fn an_urgent_change_takes_the_place_of_a_proposal_and_wakes_what_was_paused() {
    let (proposed, _) = changed(edit(&by_doctor(Active), Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let (paused, _) = changed(proposed.prescription.pause());
    let (after, event) = changed(edit(&paused.prescription, Author::Doctor, &urgent(&[draft("Aspirin", "0.5")]), None));
    let after = after.prescription;
    assert_eq!((after.status, after.current_version, after.proposed_version), (Active, 3, None));
    assert_eq!(after.urgent_reason.as_deref(), Some("ឈាមឡើងខ្ពស់"));
    assert!(matches!(event.change, PrescriptionChange::ChangedUrgently { .. }));
}

#[test]
fn a_patient_cannot_make_their_change_urgent() {
    let (after, event) = changed(edit(&own(Active), Author::Patient, &urgent(&[draft("Aspirin", "2")]), None));
    assert_eq!((event.change, event.told), (PrescriptionChange::Edited, None));
    assert_eq!(after.prescription.urgent_reason, None);
    assert_eq!(after.prescription.current_version, 2);
}

#[test]
fn a_medicine_of_the_patients_own_stays_whatever_the_doctor_changes() {
    let zinc = MedicationId(Uuid::from_u128(7));
    let (proposed, _) = changed(edit(&by_doctor(Active), Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let proposal = proposed.version.unwrap();
    let (added, event) = changed(proposed.prescription.add_medicine(&draft("Zinc", "1"), TODAY, zinc));
    let added = added.prescription;
    assert_eq!(event.change, PrescriptionChange::MedicineAdded { medication: zinc });
    assert_eq!((added.current_version, added.visible_version()), (3, 2));
    assert!(added.grid[1].row.details.added_by_patient);

    let (accepted, event) = changed(added.accept_changes(Some(&proposal), TODAY));
    let version = accepted.version.unwrap();
    assert_eq!((version.number, version.author, event.version), (4, Some(DOCTOR), 4));
    let names = |grid: &[Medicine]| -> Vec<_> {
        grid.iter().map(|medicine| (medicine.row_number, medicine.row.medicine_name.clone())).collect()
    };
    let both = [(1, "Aspirin".to_owned()), (2, "Zinc".to_owned())];
    assert_eq!(names(&version.grid), both);

    let mut echo = draft("Zinc", "9");
    echo.replaces = Some(zinc);
    let (changed_urgently, _) = changed(edit(&added, Author::Doctor, &urgent(&[draft("Aspirin", "1"), echo.clone()]), None));
    let grid = changed_urgently.prescription.grid;
    assert_eq!(names(&grid), both);
    assert_eq!(grid[1], Medicine { row_number: 2, ..added.grid[1].clone() });
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
    let (after, _) = changed(edit(&before, Author::Patient, &rows(&[draft("Zinc", "1"), longer]), None));
    let grid = after.prescription.grid;
    assert_eq!(grid[1].id, before.grid[0].id);
    assert_eq!((grid[1].row_number, grid[1].row.last_day), (2, Some(date!(2026 - 03 - 15))));
    assert_ne!(grid[0].id, before.grid[0].id);
    assert_eq!(grid[0].series(), grid[0].id);
}

#[test]
fn saying_the_same_again_changes_nothing() {
    let same = edit(&own(Active), Author::Patient, &rows(&[draft("Aspirin", "1")]), None);
    assert_eq!(same.unwrap(), Decision::Unchanged);
    assert_eq!(edit(&own(Active), Author::Patient, &Change::default(), None).unwrap(), Decision::Unchanged);
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
    let error = edit(&own(Active), Author::Patient, &rows(&[draft("Aspirin", "1"), late]), None).unwrap_err();
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
    let (proposed, _) = changed(edit(&by_doctor(Active), Author::Doctor, &rows(&[draft("Aspirin", "2")]), None));
    let prescription = proposed.prescription;
    assert!(prescription.expect_version(None).is_ok());
    assert!(prescription.expect_version(Some(2)).is_ok());
    assert_eq!(prescription.expect_version(Some(1)), Err(PrescriptionError::Stale));
}

#[test]
fn a_course_begins_when_it_comes_into_force_and_lasts_as_long_as_it_was_to() {
    let mut prescription = by_doctor(Draft);
    let row = &mut prescription.grid[0].row;
    row.last_day = Some(date!(2026 - 03 - 12));
    row.details.starts_when_active = true;
    let later = date!(2026 - 03 - 09);
    let (after, _) = changed(prescription.confirm(later));
    let row = &after.prescription.grid[0].row;
    assert_eq!((row.first_day, row.last_day), (Some(later), Some(date!(2026 - 03 - 15))));
    let (paused, _) = changed(after.prescription.pause());
    let (resumed, _) = changed(paused.prescription.resume());
    assert_eq!(resumed.prescription.grid[0].row, *row);
}

#[test]
fn it_ends_by_itself_when_its_last_course_is_over() {
    let mut prescription = by_doctor(Active);
    assert_eq!(prescription.lapse(TODAY), Decision::Unchanged);
    prescription.grid[0].row.last_day = Some(TODAY);
    assert_eq!(prescription.lapse(TODAY), Decision::Unchanged);
    let (after, event) = changed(Ok(prescription.lapse(TODAY + Duration::DAY)));
    assert_eq!((after.prescription.status, event.change), (Inactive, PrescriptionChange::Lapsed));
    assert_eq!(event.told.unwrap().recipient.user, PATIENT);
    prescription.grid.push(medicine(101, row("Open-ended")));
    assert_eq!(prescription.lapse(TODAY + Duration::DAY), Decision::Unchanged);
    let draft = Prescription {
        grid: vec![prescription.grid[0].clone()],
        ..by_doctor(Draft)
    };
    assert_eq!(draft.lapse(TODAY + Duration::DAY), Decision::Unchanged);
}

#[test]
fn a_doctor_who_is_not_connected_any_more_is_told_nothing() {
    let mut prescription = by_doctor(Active);
    prescription.parties.doctor.as_mut().unwrap().is_connected = false;
    let (_, event) = changed(prescription.stop());
    assert_eq!((event.told, event.doctor), (None, Some(DOCTOR)));
}

#[test]
fn an_intake_as_needed_is_recorded_within_a_day_and_not_ahead() {
    let intake = |taken_at| AsNeededIntake {
        dose: DoseEventId(Uuid::from_u128(5)),
        patient: PATIENT,
        prescription: PrescriptionId(Uuid::from_u128(9)),
        taken_at,
        grace: Duration::minutes(30),
    };
    let salbutamol = medicine(100, row("Salbutamol"));
    let (dose, _) = intake(None).record(&salbutamol, NOW).unwrap();
    assert_eq!((dose.scheduled_time, dose.status), (NOW, DoseEventStatus::TakenOnTime));
    assert!(intake(Some(NOW - Duration::DAY)).record(&salbutamol, NOW).is_ok());
    let too_late = intake(Some(NOW - Duration::DAY - Duration::SECOND)).record(&salbutamol, NOW);
    assert!(matches!(too_late.unwrap_err(), DoseError::WindowClosed(_)));
    assert!(intake(Some(NOW + Duration::minutes(5))).record(&salbutamol, NOW).is_ok());
    assert_eq!(
        intake(Some(NOW + Duration::minutes(6))).record(&salbutamol, NOW).unwrap_err(),
        DoseError::InTheFuture
    );
}

#[rstest]
#[case(datetime!(2026-03-06 04:59 +7), TimePeriod::Night)]
#[case(datetime!(2026-03-06 05:00 +7), TimePeriod::Daytime)]
#[case(datetime!(2026-03-06 17:59 +7), TimePeriod::Daytime)]
#[case(datetime!(2026-03-06 18:00 +7), TimePeriod::Night)]
fn an_intake_belongs_to_half_a_day(#[case] at: OffsetDateTime, #[case] period: TimePeriod) {
    assert_eq!(TimePeriod::at(at), period);
}

fn any_row() -> impl Strategy<Value = Row> {
    let cell = || proptest::option::of(any::<bool>());
    let times = (proptest::option::of(0_u8..11), proptest::option::of(11_u8..18), proptest::option::of(18_u8..24));
    let course = (-10_i64..40, proptest::option::of(0_i64..60));
    ([cell(), cell(), cell()], times, course, any::<bool>()).prop_map(|(cells, times, (first, length), is_prn)| {
        let dosage = |cell: Option<bool>| {
            cell.map(|before_meal| Dosage {
                amount: "1".to_owned(),
                before_meal,
            })
        };
        let clock = |hour: Option<u8>| hour.and_then(crate::ClockTime::at_hour);
        let first_day = TODAY + Duration::days(first);
        let [morning, daytime, night] = cells.map(dosage);
        let mut row = Row {
            morning_dosage: morning,
            daytime_dosage: daytime,
            night_dosage: night,
            is_prn,
            first_day: Some(first_day),
            last_day: length.map(|days| first_day + Duration::days(days)),
            ..Row::default()
        };
        row.details.schedule_times = ScheduleTimes {
            morning: clock(times.0),
            daytime: clock(times.1),
            night: clock(times.2),
        };
        row
    })
}

fn any_meals() -> impl Strategy<Value = MealTimes> {
    let pick = |ranges: &'static [&'static str]| {
        proptest::option::of(proptest::sample::select(ranges)).prop_map(|range| range.map(|range| range.parse().unwrap()))
    };
    let morning = pick(&["6-7AM", "7-8AM", "9-10AM"]);
    let afternoon = pick(&["12-1PM", "3-4PM", "4-5PM"]);
    let night = pick(&["6-7PM", "9-10PM"]);
    (morning, afternoon, night).prop_map(|(morning, afternoon, night)| MealTimes {
        morning,
        afternoon,
        night,
    })
}

proptest! {
    #[test]
    fn a_plan_has_each_cell_of_each_day_of_the_course_once(
        rows in proptest::collection::vec(any_row(), 1..5),
        meals in any_meals(),
        days in 1_u16..60,
    ) {
        let grid: Vec<_> = (1..).zip(rows).map(|(id, row)| medicine(id, row)).collect();
        let habits = Habits { meals, grace: Duration::minutes(30) };
        let last = last_day_of_horizon(TODAY, days);
        let planned = plan(&grid, &habits, TODAY..=last);
        let expected: usize = grid
            .iter()
            .filter(|medicine| !medicine.row.is_prn)
            .map(|medicine| {
                let row = &medicine.row;
                let taken = (0..i64::from(days)).map(|n| TODAY + Duration::days(n)).filter(|day| row.is_taken_on(*day));
                taken.count() * row.cells().count()
            })
            .sum();
        prop_assert_eq!(planned.len(), expected);
        let mut places: Vec<_> = planned.iter().map(|dose| (dose.medication, dose.day, dose.slot)).collect();
        places.sort_unstable();
        places.dedup();
        prop_assert_eq!(places.len(), expected);
        for dose in &planned {
            prop_assert!(dose.is_in_place(), "{:?}", dose);
            prop_assert_eq!(Slot::of(dose.scheduled_time, dose.slot.period()), dose.slot);
            prop_assert_eq!(zone::day_of(dose.scheduled_time), dose.day);
            prop_assert!(dose.missed_after > dose.scheduled_time);
        }
    }

    /// The plan of two stretches of days is the plan of both together: the daily top-up adds what is missing and no more.
    #[test]
    fn a_plan_may_be_made_bit_by_bit(row in any_row(), meals in any_meals(), cut in 0_i64..29) {
        let grid = [medicine(1, row)];
        let habits = Habits { meals, grace: Duration::minutes(10) };
        let (middle, last) = (TODAY + Duration::days(cut), TODAY + Duration::days(29));
        let mut parts = plan(&grid, &habits, TODAY..=middle);
        parts.extend(plan(&grid, &habits, middle + Duration::DAY..=last));
        prop_assert_eq!(parts, plan(&grid, &habits, TODAY..=last));
    }

    /// Whatever is edited: versions count on, rows are numbered from 1, and no id means two different things.
    #[test]
    fn any_sequence_of_edits_keeps_versions_and_rows_in_order(
        edits in proptest::collection::vec((any::<bool>(), any::<bool>(), 0_usize..4, 0_u8..3), 1..12),
    ) {
        let mut prescription = by_doctor(Active);
        let mut waiting: Option<Version> = None;
        let mut next = ids();
        let mut seen = std::collections::HashMap::from([(prescription.grid[0].id, prescription.grid[0].row.clone())]);
        for (is_urgent, accepts, name, amount) in edits {
            let name = ["Aspirin", "Zinc", "Iron", "Calcium"][name];
            let draft = draft(name, &amount.to_string());
            let change = if is_urgent { urgent(&[draft]) } else { rows(&[draft]) };
            let outcome = prescription.change(Author::Doctor, &change, waiting.as_ref(), TODAY, &mut next);
            let Ok(Decision::Changed { after, event }) = outcome else { continue };
            let version = after.version.clone().unwrap();
            prop_assert_eq!(version.number, prescription.latest_version + 1);
            prop_assert_eq!(event.version, version.number);
            waiting = after.prescription.proposed_version.map(|_| version);
            prescription = after.prescription;
            if accepts && waiting.is_some() {
                let (accepted, _) = changed(prescription.accept_changes(waiting.as_ref(), TODAY));
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
