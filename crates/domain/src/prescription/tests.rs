//! Every transition.

use rstest::rstest;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::*;
use crate::{
    Decision, Dosage, DoseError, DoseEventId, DoseEventStatus, Labelled, Language, MealTimes, MedicationId,
    PrescriptionStatus, TimePeriod, zone,
};

mod edits;
mod plans;

use PrescriptionStatus::{Active, Draft, Inactive, Paused};

const TODAY: Date = date!(2026 - 03 - 06);
const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
/// Early in the day, when all of its doses are still to come.
const START: Start = Start {
    now: datetime!(2026-03-06 05:00 +7),
    habits: Habits {
        meals: MealTimes {
            morning: None,
            afternoon: None,
            night: None,
        },
        grace: Duration::minutes(30),
    },
};
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
            doctor_is_gone: false,
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
        is_rejected: false,
        grid: vec![medicine(100, row("Aspirin"))],
    }
}

fn by_doctor(status: PrescriptionStatus) -> Prescription {
    let mut prescription = own(status);
    prescription.parties.doctor = Some(Prescriber {
        recipient: recipient(DOCTOR),
        name: "វេជ្ជបណ្ឌិត ពិសិដ្ឋ".to_owned(),
        is_connected: true,
        may_write: true,
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
        keeps_times: true,
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

fn changed(
    outcome: Result<Decision<Revised, PrescriptionChanged>, PrescriptionError>,
) -> (Revised, PrescriptionChanged) {
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
    prescription.change(by, change, proposed, START, ids())
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
            "confirm" => before.confirm(START),
            "reject" => before.reject(None),
            "retake" => before.ask_for_retake("x".to_owned(), NOW),
            "pause" => before.pause(),
            "resume" => before.resume(START),
            "stop" => before.stop(),
            "change" => edit(&before, Author::Doctor, &rows(&[draft("Aspirin", "2")]), None),
            "urgent" => edit(&before, Author::Doctor, &urgent(&[draft("Aspirin", "2")]), None),
            _ => before.add_medicine(&draft("Zinc", "1"), START, MedicationId(Uuid::from_u128(7))),
        };
        match expected {
            Some(next) => {
                let (after, event) = changed(outcome);
                assert_eq!((event.from, event.to), (Some(status), next), "{step} {status}");
                assert_eq!(after.prescription.status, next);
            }
            None => {
                let error = outcome.unwrap_err();
                assert!(
                    matches!(error, PrescriptionError::InvalidState { from, .. } if from == status),
                    "{step} {error}"
                );
            }
        }
    }
}

#[test]
fn a_doctor_writes_a_draft_and_an_urgent_one_holds_at_once() {
    let decision = by_doctor(Draft).prescribed(START);
    let (after, event) = changed(Ok(decision));
    assert_eq!((after.prescription.status, event.from), (Draft, None));
    assert_eq!(event.told.unwrap().recipient.user, PATIENT);
    let version = after.version.unwrap();
    assert_eq!(
        (version.number, version.author, version.is_urgent),
        (1, Some(DOCTOR), false)
    );

    let urgent = Prescription {
        urgent_reason: Some("x".to_owned()),
        ..by_doctor(Draft)
    };
    let (after, event) = changed(Ok(urgent.prescribed(START)));
    assert_eq!(after.prescription.status, Active);
    assert!(matches!(event.change, PrescriptionChange::PrescribedUrgently { .. }));
    assert!(after.version.unwrap().is_urgent);
}

#[test]
fn a_patient_writes_one_that_holds_at_once_or_a_draft() {
    for (is_draft, status) in [(false, Active), (true, Draft)] {
        let (after, event) = changed(Ok(own(Draft).made_by_patient(is_draft, START)));
        assert_eq!(after.prescription.status, status);
        assert_eq!((event.told, event.doctor), (None, None));
    }
}

#[test]
fn a_draft_that_the_patient_wants_otherwise_cannot_be_confirmed_before_it_was_revised() {
    let (asked, event) = changed(by_doctor(Draft).ask_for_retake("ថ្នាំច្រើនពេក".to_owned(), NOW));
    assert_eq!(event.told.unwrap().recipient.user, DOCTOR);
    let asked = asked.prescription;
    assert_eq!(asked.confirm(START).unwrap_err(), PrescriptionError::RevisionRequired);
    let again = asked.ask_for_retake("x".to_owned(), NOW);
    assert_eq!(again.unwrap_err(), PrescriptionError::RevisionRequired);
    let (revised, event) = changed(edit(&asked, Author::Doctor, &rows(&[draft("Aspirin", "0.5")]), None));
    assert_eq!(event.change, PrescriptionChange::Revised);
    assert_eq!(revised.version.as_ref().unwrap().number, 2);
    assert_eq!(revised.prescription.revision, None);
    let (confirmed, _) = changed(revised.prescription.confirm(START));
    assert_eq!(confirmed.prescription.status, Active);
}

#[test]
fn only_a_doctor_can_be_asked_to_write_again_and_only_a_patients_own_draft_is_deleted() {
    assert_eq!(
        own(Draft).ask_for_retake("x".to_owned(), NOW).unwrap_err(),
        PrescriptionError::NoDoctor
    );
    assert_eq!(by_doctor(Draft).delete().unwrap_err(), PrescriptionError::NotOwn);
    assert!(own(Draft).delete().is_ok());
    for status in [Active, Paused, Inactive] {
        assert!(matches!(
            own(status).delete(),
            Err(PrescriptionError::InvalidState { .. })
        ));
    }
}

#[test]
fn a_course_begins_when_it_comes_into_force_and_lasts_as_long_as_it_was_to() {
    let mut prescription = by_doctor(Draft);
    let row = &mut prescription.grid[0].row;
    row.last_day = Some(date!(2026 - 03 - 12));
    row.details.starts_when_active = true;
    let later = date!(2026 - 03 - 09);
    let (after, _) = changed(prescription.confirm(Start {
        now: zone::start_of(later),
        ..START
    }));
    let row = &after.prescription.grid[0].row;
    assert_eq!(
        (row.first_day, row.last_day),
        (Some(later), Some(date!(2026 - 03 - 15)))
    );
    let (paused, _) = changed(after.prescription.pause());
    let (resumed, _) = changed(paused.prescription.resume(START));
    assert_eq!(resumed.prescription.grid[0].row, *row);
}

#[rstest]
#[case::before_its_time(datetime!(2026-03-06 06:59 +7), TODAY)]
#[case::after_it(datetime!(2026-03-06 07:00 +7), date!(2026 - 03 - 07))]
fn a_course_begins_on_a_day_that_still_has_a_dose(#[case] now: OffsetDateTime, #[case] first: Date) {
    let start = Start { now, ..START };
    let written = RowDraft {
        course: CourseDraft {
            first_day: None,
            end: Some(CourseEnd::After(1)),
        },
        ..draft("Albendazole", "1")
    };
    let mut prescription = own(Draft);
    prescription.grid = first_grid(std::slice::from_ref(&written), "medications", TODAY, ids()).unwrap();
    let (made, _) = changed(Ok(prescription.made_by_patient(false, start)));
    let days = |medicine: &Medicine| (medicine.row.first_day, medicine.row.last_day);
    assert_eq!(days(&made.prescription.grid[0]), (Some(first), Some(first)));
    let added = own(Active).add_medicine(&written, start, MedicationId(Uuid::from_u128(7)));
    assert_eq!(days(&changed(added).0.prescription.grid[1]), (Some(first), Some(first)));
}

/// The moment at which the day before is over, with its last doses.
fn at_two(day: Date) -> OffsetDateTime {
    day.with_hms(2, 0, 0).unwrap().assume_offset(zone::PHNOM_PENH)
}

#[test]
fn it_ends_by_itself_when_its_last_course_is_over() {
    let mut prescription = by_doctor(Active);
    assert_eq!(prescription.lapse(at_two(TODAY)), Decision::Unchanged);
    prescription.grid[0].row.last_day = Some(TODAY);
    assert_eq!(prescription.lapse(at_two(TODAY)), Decision::Unchanged);
    let too_early = at_two(TODAY + Duration::DAY) - Duration::SECOND;
    assert_eq!(prescription.lapse(too_early), Decision::Unchanged);
    let (after, event) = changed(Ok(prescription.lapse(at_two(TODAY + Duration::DAY))));
    assert_eq!(
        (after.prescription.status, event.change),
        (Inactive, PrescriptionChange::Lapsed)
    );
    assert_eq!(event.told.unwrap().recipient.user, PATIENT);
    prescription.grid.push(medicine(101, row("Open-ended")));
    assert_eq!(prescription.lapse(at_two(TODAY + Duration::DAY)), Decision::Unchanged);
    let draft = Prescription {
        grid: vec![prescription.grid[0].clone()],
        ..by_doctor(Draft)
    };
    assert_eq!(draft.lapse(at_two(TODAY + Duration::DAY)), Decision::Unchanged);
}

#[test]
fn a_doctor_who_is_not_connected_any_more_is_told_nothing() {
    let mut prescription = by_doctor(Active);
    prescription.parties.doctor.as_mut().unwrap().is_connected = false;
    let (_, event) = changed(prescription.stop());
    assert_eq!((event.told, event.doctor), (None, Some(DOCTOR)));
}

#[test]
fn a_course_that_came_while_it_was_paused_begins_when_it_goes_on() {
    let written = RowDraft {
        course: CourseDraft {
            first_day: None,
            end: Some(CourseEnd::After(7)),
        },
        ..draft("Amoxicillin", "1")
    };
    let added = own(Paused).add_medicine(&written, START, MedicationId(Uuid::from_u128(7)));
    let (added, _) = changed(added);
    let (edited, _) = changed(edit(
        &own(Paused),
        Author::Patient,
        &rows(std::slice::from_ref(&written)),
        None,
    ));
    let change = rows(&[draft("Aspirin", "1"), written]);
    let (proposed, _) = changed(edit(&by_doctor(Paused), Author::Doctor, &change, None));
    let (accepted, _) = changed(proposed.prescription.accept_changes(proposed.version.as_ref(), START));
    let later = date!(2026 - 03 - 16);
    for paused in [added, edited, accepted] {
        let paused = paused.prescription;
        assert_eq!((paused.status, paused.ends_on()), (Paused, None));
        assert_eq!(paused.lapse(zone::start_of(later)), Decision::Unchanged);
        let (resumed, _) = changed(paused.resume(Start {
            now: zone::start_of(later),
            ..START
        }));
        let row = &resumed.prescription.grid.last().unwrap().row;
        assert_eq!(
            (row.first_day, row.last_day),
            (Some(later), Some(later + Duration::days(6)))
        );
    }
}

#[test]
fn a_doctors_draft_whose_days_are_over_has_to_be_written_again() {
    let mut draft = by_doctor(Draft);
    let row = &mut draft.grid[0].row;
    (row.last_day, row.details.ends_on_day) = (Some(TODAY), true);
    let at = |day| Start {
        now: zone::start_of(day),
        ..START
    };
    assert_eq!(changed(draft.confirm(at(TODAY))).0.prescription.status, Active);
    let late = draft.confirm(at(TODAY + Duration::DAY));
    assert_eq!(late.unwrap_err(), PrescriptionError::RevisionRequired);
}

#[test]
fn what_is_asked_of_a_doctor_who_may_not_write_holds_nothing_up() {
    let mut prescription = by_doctor(Draft);
    let (asked, _) = changed(prescription.ask_for_retake("x".to_owned(), NOW));
    let mut asked = asked.prescription;
    assert_eq!(asked.confirm(START).unwrap_err(), PrescriptionError::RevisionRequired);
    asked.parties.doctor.as_mut().unwrap().may_write = false;
    assert_eq!(changed(asked.confirm(START)).0.prescription.status, Active);
    prescription.parties.doctor.as_mut().unwrap().may_write = false;
    let refused = prescription.ask_for_retake("x".to_owned(), NOW);
    assert_eq!(refused.unwrap_err(), PrescriptionError::NoDoctor);
}

#[test]
fn a_declined_proposal_is_named_by_its_version() {
    let change = rows(&[draft("Aspirin", "2")]);
    let (proposed, _) = changed(edit(&by_doctor(Active), Author::Doctor, &change, None));
    let (_, event) = changed(proposed.prescription.decline_changes(None));
    assert_eq!(Some(event.version), proposed.prescription.proposed_version);
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
    assert!(
        intake(Some(NOW + Duration::minutes(5)))
            .record(&salbutamol, NOW)
            .is_ok()
    );
    assert_eq!(
        intake(Some(NOW + Duration::minutes(6)))
            .record(&salbutamol, NOW)
            .unwrap_err(),
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
