use rstest::rstest;
use time::macros::datetime;
use uuid::Uuid;

use super::*;

const SCHEDULED: OffsetDateTime = datetime!(2026-03-06 07:00 +7);

fn dose(status: DoseEventStatus) -> Dose {
    Dose {
        id: DoseEventId(Uuid::from_u128(1)),
        prescription_id: PrescriptionId(Uuid::from_u128(2)),
        medication_id: MedicationId(Uuid::from_u128(3)),
        patient_id: UserId(Uuid::from_u128(4)),
        scheduled_time: SCHEDULED,
        missed_after: SCHEDULED + Duration::minutes(30),
        reminder_time: None,
        status,
        taken_at: status.is_taken().then_some(SCHEDULED),
        recorded_at: None,
        skip_reason: None,
        was_offline: false,
    }
}

fn minutes(after: i64) -> OffsetDateTime {
    SCHEDULED + Duration::minutes(after)
}

fn now() -> Intake {
    Intake {
        taken_at: None,
        offline: false,
    }
}

fn reported(taken_at: OffsetDateTime, offline: bool) -> Intake {
    Intake {
        taken_at: Some(taken_at),
        offline,
    }
}

fn after(decision: Result<Decision<Dose, DoseChanged>, DoseError>) -> Dose {
    match decision {
        Ok(Decision::Changed { after, .. }) => after,
        other => panic!("no change: {other:?}"),
    }
}

#[rstest]
#[case(-30, DoseEventStatus::TakenOnTime)]
#[case(30, DoseEventStatus::TakenOnTime)]
#[case(31, DoseEventStatus::TakenLate)]
#[case(24 * 60, DoseEventStatus::TakenLate)]
fn an_intake_now_is_classified_by_the_window(#[case] minute: i64, #[case] expected: DoseEventStatus) {
    let taken = after(dose(DoseEventStatus::Due).take(now(), minutes(minute)));
    assert_eq!(taken.status, expected);
    assert_eq!(taken.taken_at, Some(minutes(minute)));
    assert_eq!(taken.recorded_at, Some(minutes(minute)));
}

#[rstest]
#[case(-8 * 60)]
#[case(24 * 60 + 1)]
fn an_intake_outside_the_window_is_refused_with_the_window(#[case] minute: i64) {
    let due = dose(DoseEventStatus::Due);
    assert_eq!(
        due.take(now(), minutes(minute)),
        Err(DoseError::WindowClosed(due.window()))
    );
}

#[test]
fn the_reported_and_the_received_time_are_both_kept() {
    let taken = after(dose(DoseEventStatus::Due).take(reported(minutes(5), false), minutes(90)));
    assert_eq!(taken.status, DoseEventStatus::TakenOnTime);
    assert_eq!(
        (taken.taken_at, taken.recorded_at),
        (Some(minutes(5)), Some(minutes(90)))
    );
}

#[test]
fn a_time_ahead_of_ours_is_accepted_within_the_skew_and_not_rewritten() {
    let due = dose(DoseEventStatus::Due);
    assert_eq!(
        after(due.take(reported(minutes(5), false), minutes(0))).taken_at,
        Some(minutes(5))
    );
    assert_eq!(
        due.take(reported(minutes(6), false), minutes(0)),
        Err(DoseError::InTheFuture)
    );
}

#[test]
fn a_report_after_the_window_counts_only_when_it_was_made_offline() {
    let due = dose(DoseEventStatus::Due);
    let three_days_later = minutes(3 * 24 * 60);
    assert_eq!(
        due.take(reported(minutes(5), false), three_days_later),
        Err(DoseError::WindowClosed(due.window()))
    );
    let taken = after(due.take(reported(minutes(5), true), three_days_later));
    assert!(taken.was_offline);
    assert_eq!(taken.status, DoseEventStatus::TakenOnTime);
}

#[test]
fn a_missed_dose_becomes_late_or_what_it_was_while_offline() {
    let missed = dose(DoseEventStatus::Missed);
    assert_eq!(
        after(missed.take(reported(minutes(5), false), minutes(60))).status,
        DoseEventStatus::TakenLate
    );
    assert_eq!(
        after(missed.take(reported(minutes(5), true), minutes(60))).status,
        DoseEventStatus::TakenOnTime
    );
    assert_eq!(
        after(missed.take(reported(minutes(45), true), minutes(60))).status,
        DoseEventStatus::TakenLate
    );
}

#[rstest]
#[case(DoseEventStatus::TakenOnTime)]
#[case(DoseEventStatus::TakenLate)]
fn taking_a_taken_dose_changes_nothing(#[case] status: DoseEventStatus) {
    assert_eq!(
        dose(status).take(reported(minutes(9), true), minutes(9)),
        Ok(Decision::Unchanged)
    );
}

#[rstest]
#[case(DoseEventStatus::TakenOnTime)]
#[case(DoseEventStatus::TakenLate)]
#[case(DoseEventStatus::Missed)]
fn what_has_an_outcome_cannot_be_skipped(#[case] status: DoseEventStatus) {
    assert_eq!(
        dose(status).skip(None, minutes(9)),
        Err(DoseError::AlreadyRecorded(status))
    );
}

#[test]
fn a_skipped_dose_cannot_be_taken_and_stays_skipped() {
    let skipped = dose(DoseEventStatus::Skipped);
    assert_eq!(
        skipped.take(now(), minutes(0)),
        Err(DoseError::AlreadyRecorded(DoseEventStatus::Skipped))
    );
    assert_eq!(
        skipped.skip(Some("again".to_owned()), minutes(0)),
        Ok(Decision::Unchanged)
    );
}

#[test]
fn skipping_keeps_the_reason_and_obeys_the_window() {
    let due = dose(DoseEventStatus::Due);
    let skipped = after(due.skip(Some("វិលមុខ".to_owned()), minutes(10)));
    assert_eq!(skipped.skip_reason.as_deref(), Some("វិលមុខ"));
    assert_eq!((skipped.taken_at, skipped.recorded_at), (None, Some(minutes(10))));
    assert_eq!(
        due.skip(None, minutes(-8 * 60)),
        Err(DoseError::WindowClosed(due.window()))
    );
}

#[test]
fn a_reminder_moves_without_the_dose() {
    let due = dose(DoseEventStatus::Due);
    let moved = after(due.remind_at("06:45".parse().unwrap()));
    assert_eq!(moved.scheduled_time, due.scheduled_time);
    assert_eq!(moved.reminder_at(), minutes(-15));
    assert_eq!(moved.remind_at("06:45".parse().unwrap()), Ok(Decision::Unchanged));
}

#[test]
fn only_a_due_dose_reminds() {
    let missed = dose(DoseEventStatus::Missed);
    assert!(matches!(
        missed.remind_at("06:45".parse().unwrap()),
        Err(DoseError::InvalidState { .. })
    ));
}

#[test]
fn the_event_tells_what_changed_from_what() {
    let Ok(Decision::Changed { event, .. }) = dose(DoseEventStatus::Missed).take(now(), minutes(60)) else {
        panic!("no change")
    };
    assert_eq!(event.previous, DoseEventStatus::Missed);
    assert!(matches!(
        event.change,
        DoseChange::Taken {
            status: DoseEventStatus::TakenLate,
            offline: false,
            ..
        }
    ));
}
