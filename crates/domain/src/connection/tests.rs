//! Every step of a connection, from both ends.

use rstest::rstest;
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::*;
use crate::{AccessRequestId, ConnectionOfferId, Decision, Labelled, PrescriptionId};

use ConnectionStatus::{Accepted, Pending, Revoked};
use PermissionLevel::{Allowed, NotAllowed, Request, Selected};

const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
const EARLIER: OffsetDateTime = datetime!(2026-03-01 09:00 +7);
const ASKED: AccessRequestId = AccessRequestId(Uuid::from_u128(77));

fn party(number: u128, role: UserRole) -> Party {
    Party {
        id: UserId(Uuid::from_u128(number)),
        role,
        standing: match role {
            UserRole::Doctor => AccountStatus::Verified,
            _ => AccountStatus::Active,
        },
        language: Language::Khmer,
        name: format!("នរណា {number}"),
    }
}

fn patient() -> Party {
    party(1, UserRole::Patient)
}

fn doctor() -> Party {
    party(2, UserRole::Doctor)
}

fn daughter() -> Party {
    party(3, UserRole::FamilyMember)
}

fn asked(initiator: Party, recipient: Party) -> Asked {
    Asked {
        id: ConnectionId(Uuid::from_u128(9)),
        initiator,
        recipient,
        at: NOW,
    }
}

fn connection(initiator: Party, recipient: Party, status: ConnectionStatus, level: PermissionLevel) -> Connection {
    Connection {
        id: ConnectionId(Uuid::from_u128(8)),
        initiator,
        recipient,
        status,
        level,
        metadata: ConnectionMetadata::default(),
        requested_at: EARLIER,
        accepted_at: (status == Accepted).then_some(EARLIER),
        revoked_at: (status == Revoked).then_some(EARLIER),
    }
}

fn changed<E: std::fmt::Debug>(decision: Result<Decision<Connection, ConnectionChanged>, E>) -> Connection {
    match decision.unwrap() {
        Decision::Changed { after, .. } => after,
        Decision::Unchanged => panic!("nothing changed"),
    }
}

fn choice(level: PermissionLevel) -> LevelChoice {
    LevelChoice { level, scope: None }
}

fn selection() -> LevelChoice {
    LevelChoice {
        level: Selected,
        scope: Some(AccessScope {
            prescription_ids: vec![PrescriptionId(Uuid::from_u128(5))],
            from: Some(date!(2026 - 03 - 01)),
            to: None,
        }),
    }
}

#[rstest]
#[case(doctor(), patient(), 1)]
#[case(patient(), doctor(), 1)]
#[case(daughter(), patient(), 1)]
#[case(patient(), daughter(), 1)]
#[case(party(4, UserRole::Patient), patient(), 1)]
#[case(patient(), party(4, UserRole::Patient), 4)]
fn asking_waits_for_the_other_end_and_opens_the_data_of_one_patient(
    #[case] initiator: Party,
    #[case] recipient: Party,
    #[case] opened: u128,
) {
    let (made, event) = request(None, asked(initiator.clone(), recipient.clone()), None).unwrap();
    assert_eq!((made.status, made.level), (Pending, Allowed));
    assert_eq!(made.patient().id, UserId(Uuid::from_u128(opened)));
    assert_eq!(made.requested_at, NOW);
    assert_eq!(event.other, recipient.recipient());
    assert_eq!(event.actor_name, initiator.name);
    assert_eq!(event.change, ConnectionChange::Requested { message: None });
}

#[rstest]
#[case(patient(), patient(), ConnectionError::ToOneself)]
#[case(doctor(), daughter(), ConnectionError::NoPatient)]
#[case(daughter(), party(5, UserRole::FamilyMember), ConnectionError::NoPatient)]
#[case(doctor(), party(5, UserRole::Doctor), ConnectionError::NoPatient)]
#[case(Party { standing: AccountStatus::Active, ..doctor() }, patient(), ConnectionError::NotVerified)]
#[case(patient(), Party { standing: AccountStatus::Rejected, ..doctor() }, ConnectionError::NotVerified)]
fn some_cannot_be_connected(#[case] initiator: Party, #[case] recipient: Party, #[case] expected: ConnectionError) {
    let offer = ConnectionOfferId(Uuid::from_u128(6));
    let both = asked(initiator, recipient);
    assert_eq!(request(None, both.clone(), None), Err(expected.clone()));
    assert_eq!(request_by_offer(None, both, offer, Allowed), Err(expected));
}

#[test]
fn what_is_asked_for_or_accepted_is_not_asked_for_again_and_what_has_ended_is_the_same_row() {
    let both = || asked(daughter(), patient());
    for status in [Pending, Accepted] {
        let existing = connection(patient(), daughter(), status, NotAllowed);
        assert_eq!(request(Some(&existing), both(), None), Err(ConnectionError::Duplicate));
    }
    let ended = connection(patient(), daughter(), Revoked, NotAllowed);
    let (again, _) = request(Some(&ended), both(), None).unwrap();
    assert_eq!((again.id, again.status, again.level), (ended.id, Pending, Allowed));
    assert_eq!(again.initiator, daughter());
    assert_eq!((again.accepted_at, again.revoked_at), (None, None));
}

#[test]
fn a_code_accepts_at_its_level_also_what_was_asked_for_already() {
    let offer = ConnectionOfferId(Uuid::from_u128(6));
    let both = || asked(daughter(), patient());
    let pending = connection(patient(), daughter(), Pending, Allowed);
    for existing in [None, Some(&pending)] {
        let (made, event) = request_by_offer(existing, both(), offer, Request).unwrap();
        assert_eq!((made.status, made.level), (Accepted, Request));
        assert_eq!(made.accepted_at, Some(NOW));
        assert_eq!((made.patient(), made.initiator.clone()), (&patient(), daughter()));
        assert_eq!(event.other, patient().recipient());
    }
    let accepted = connection(patient(), daughter(), Accepted, Allowed);
    assert_eq!(
        request_by_offer(Some(&accepted), both(), offer, Request),
        Err(ConnectionError::Duplicate)
    );
}

#[test]
fn only_whoever_was_asked_answers() {
    let pending = connection(doctor(), patient(), Pending, Allowed);
    assert_eq!(pending.accept(doctor().id, None, NOW), Err(ConnectionError::NotTheirs));
    assert_eq!(pending.decline(doctor().id, None, NOW), Err(ConnectionError::NotTheirs));
    for status in [Accepted, Revoked] {
        let answered = connection(doctor(), patient(), status, Allowed);
        let refused = ConnectionError::InvalidState {
            from: status,
            allowed: &[Pending],
        };
        assert_eq!(answered.accept(patient().id, None, NOW), Err(refused.clone()));
        assert_eq!(answered.decline(patient().id, None, NOW), Err(refused));
    }
}

#[test]
fn the_patient_alone_chooses_the_level_at_acceptance() {
    let from_doctor = connection(doctor(), patient(), Pending, Allowed);
    let (accepted, event) = from_doctor.accept(patient().id, Some(&choice(Request)), NOW).unwrap();
    assert_eq!((accepted.status, accepted.level), (Accepted, Request));
    assert_eq!(event.change, ConnectionChange::Accepted { level: Request });
    let from_patient = connection(patient(), doctor(), Pending, NotAllowed);
    let (accepted, _) = from_patient.accept(doctor().id, Some(&choice(Allowed)), NOW).unwrap();
    assert_eq!(accepted.level, NotAllowed);
    let (accepted, _) = from_doctor.accept(patient().id, None, NOW).unwrap();
    assert_eq!(accepted.level, Allowed);
}

#[test]
fn a_doctor_who_lost_their_verification_is_not_accepted() {
    let rejected = Party {
        standing: AccountStatus::Rejected,
        ..doctor()
    };
    let pending = connection(rejected, patient(), Pending, Allowed);
    assert_eq!(
        pending.accept(patient().id, None, NOW),
        Err(ConnectionError::NotVerified)
    );
}

#[test]
fn either_end_ends_it_and_nothing_stays_open() {
    let mut open = connection(doctor(), patient(), Accepted, Request);
    open.metadata.grant = Some(AccessGrant {
        expires_at: NOW + Duration::DAY,
    });
    for by in [doctor(), patient()] {
        let (ended, event) = open.revoke(by.id, NOW).unwrap();
        assert_eq!((ended.status, ended.revoked_at), (Revoked, Some(NOW)));
        assert_eq!(ended.metadata, ConnectionMetadata::default());
        assert_eq!(event.change, ConnectionChange::Revoked { previous: Accepted });
        assert!(ended.revoke(by.id, NOW).is_err());
    }
}

#[test]
fn a_level_change_clears_what_does_not_belong_to_it() {
    let mut asking = connection(doctor(), patient(), Accepted, Request);
    asking.metadata.grant = Some(AccessGrant {
        expires_at: NOW + Duration::DAY,
    });
    let selected = changed(asking.set_permission(patient().id, &selection()));
    assert_eq!(selected.metadata.grant, None);
    assert_eq!(selected.metadata.scope, selection().scope);
    let allowed = changed(selected.set_permission(patient().id, &choice(Allowed)));
    assert_eq!(allowed.metadata.scope, None);
    assert_eq!(
        allowed.set_permission(patient().id, &choice(Allowed)),
        Ok(Decision::Unchanged)
    );
}

#[test]
fn a_selection_is_needed_for_doctors_and_means_nothing_for_family() {
    let with_doctor = connection(doctor(), patient(), Accepted, Allowed);
    assert_eq!(
        with_doctor.set_permission(patient().id, &choice(Selected)),
        Err(ConnectionError::NothingSelected)
    );
    let with_daughter = connection(daughter(), patient(), Accepted, Allowed);
    let selected = changed(with_daughter.set_permission(patient().id, &selection()));
    assert_eq!((selected.level, selected.metadata.scope), (Selected, None));
}

#[test]
fn nobody_but_the_patient_sets_the_level() {
    for &status in ConnectionStatus::ALL {
        let with_doctor = connection(patient(), doctor(), status, Allowed);
        assert_eq!(
            with_doctor.set_permission(doctor().id, &choice(NotAllowed)),
            Err(ConnectionError::NotTheirs)
        );
    }
    let ended = connection(patient(), doctor(), Revoked, Allowed);
    assert!(ended.set_permission(patient().id, &choice(NotAllowed)).is_err());
}

#[test]
fn alerts_are_a_matter_of_family() {
    let with_daughter = connection(daughter(), patient(), Accepted, Allowed);
    for by in [daughter(), patient()] {
        let off = changed(with_daughter.switch_alerts(by.id, false));
        assert!(!off.metadata.alerts_enabled);
        assert_eq!(off.switch_alerts(by.id, false), Ok(Decision::Unchanged));
    }
    let with_doctor = connection(doctor(), patient(), Accepted, Allowed);
    assert_eq!(
        with_doctor.switch_alerts(patient().id, false),
        Err(ConnectionError::NotTheirs)
    );
    let pending = connection(daughter(), patient(), Pending, Allowed);
    assert!(pending.switch_alerts(patient().id, false).is_err());
}

fn ask(connection: &Connection, now: OffsetDateTime) -> Result<Connection, ConnectionError> {
    let reason = "ពិនិត្យសម្ពាធឈាម".to_owned();
    let decision = connection.ask_access(doctor().id, ASKED, reason, now, Duration::days(7));
    decision.map(|(after, _)| after)
}

#[test]
fn an_approval_opens_for_a_day_and_can_be_ended_before() {
    let asking = ask(&connection(doctor(), patient(), Accepted, Request), NOW).unwrap();
    assert_eq!(
        asking.metadata.access_requests[0].status_at(NOW),
        AccessRequestStatus::Pending
    );
    let (open, event) = asking.approve_access(patient().id, ASKED, NOW, Duration::DAY).unwrap();
    let until = NOW + Duration::DAY;
    assert_eq!(open.metadata.grant, Some(AccessGrant { expires_at: until }));
    assert_eq!(event.change, ConnectionChange::AccessApproved { request: ASKED, until });
    let status = |at| open.metadata.access_requests[0].status_at(at);
    assert_eq!(status(until - Duration::MILLISECOND), AccessRequestStatus::Approved);
    assert_eq!(status(until), AccessRequestStatus::Expired);
    let (closed, _) = open.deny_access(patient().id, ASKED, NOW).unwrap();
    assert_eq!(closed.metadata.grant, None);
    assert_eq!(
        closed.deny_access(patient().id, ASKED, NOW),
        Err(ConnectionError::RequestOver {
            from: AccessRequestStatus::Denied
        })
    );
    assert_eq!(
        open.approve_access(patient().id, ASKED, NOW, Duration::DAY),
        Err(ConnectionError::RequestOver {
            from: AccessRequestStatus::Approved
        })
    );
}

#[test]
fn one_request_waits_at_a_time_and_not_for_ever() {
    let asking = ask(&connection(doctor(), patient(), Accepted, Request), NOW).unwrap();
    assert_eq!(ask(&asking, NOW + Duration::DAY), Err(ConnectionError::AlreadyAsked));
    let week = NOW + Duration::days(7);
    assert_eq!(
        asking.approve_access(patient().id, ASKED, week, Duration::DAY),
        Err(ConnectionError::RequestOver {
            from: AccessRequestStatus::Expired
        })
    );
    assert_eq!(ask(&asking, week).unwrap().metadata.access_requests.len(), 2);
}

#[rstest]
#[case(NotAllowed, ConnectionError::NotTheirs)]
#[case(Selected, ConnectionError::NotAsking { from: Selected })]
#[case(Allowed, ConnectionError::NotAsking { from: Allowed })]
fn there_is_nothing_to_ask_for_at_another_level(#[case] level: PermissionLevel, #[case] expected: ConnectionError) {
    assert_eq!(
        ask(&connection(doctor(), patient(), Accepted, level), NOW),
        Err(expected)
    );
}

#[test]
fn doctors_ask_and_patients_decide() {
    let with_doctor = connection(doctor(), patient(), Accepted, Request);
    let reason = String::new;
    assert_eq!(
        with_doctor.ask_access(patient().id, ASKED, reason(), NOW, Duration::DAY),
        Err(ConnectionError::NotTheirs)
    );
    let with_daughter = connection(daughter(), patient(), Accepted, Request);
    assert_eq!(
        with_daughter.ask_access(daughter().id, ASKED, reason(), NOW, Duration::DAY),
        Err(ConnectionError::NotTheirs)
    );
    let asking = ask(&with_doctor, NOW).unwrap();
    assert_eq!(
        asking.approve_access(doctor().id, ASKED, NOW, Duration::DAY),
        Err(ConnectionError::NotTheirs)
    );
    assert_eq!(
        asking.deny_access(patient().id, AccessRequestId(Uuid::nil()), NOW),
        Err(ConnectionError::NoRequest)
    );
}

#[rstest]
#[case(crate::DoseEventStatus::Missed, 60, true)]
#[case(crate::DoseEventStatus::Missed, -60, true)]
#[case(crate::DoseEventStatus::Due, 1, true)]
#[case(crate::DoseEventStatus::Due, 0, false)]
#[case(crate::DoseEventStatus::Due, -1, false)]
#[case(crate::DoseEventStatus::TakenLate, 60, false)]
#[case(crate::DoseEventStatus::Skipped, 60, false)]
fn family_asks_about_what_is_missed_or_overdue(
    #[case] status: crate::DoseEventStatus,
    #[case] minutes_ago: i64,
    #[case] expected: bool,
) {
    let scheduled = NOW - Duration::minutes(minutes_ago);
    assert_eq!(check_nudgeable(status, scheduled, false, true, NOW).is_ok(), expected);
    assert!(check_nudgeable(status, scheduled, true, true, NOW).is_err());
    let is_missed = status == crate::DoseEventStatus::Missed;
    assert_eq!(check_nudgeable(status, scheduled, false, false, NOW).is_ok(), is_missed);
}

#[test]
fn a_grant_and_the_request_it_came_from_end_together() {
    let second = AccessRequestId(uuid::Uuid::from_u128(99));
    let approve = |connection: &Connection, request, at| {
        let approved = connection.approve_access(patient().id, request, at, Duration::DAY);
        approved.unwrap().0
    };
    let statuses = |connection: &Connection| -> Vec<_> {
        let requests = &connection.metadata.access_requests;
        requests.iter().map(|request| request.status_at(NOW)).collect()
    };
    let asking = ask(&connection(doctor(), patient(), Accepted, Request), NOW).unwrap();
    let open = approve(&asking, ASKED, NOW);

    let left = changed(open.set_permission(patient().id, &choice(Allowed)));
    assert_eq!(statuses(&left), [AccessRequestStatus::Expired]);
    let back = changed(left.set_permission(patient().id, &choice(Request)));
    assert!(back.deny_access(patient().id, ASKED, NOW).is_err());

    let again = open.ask_access(doctor().id, second, "x".to_owned(), NOW, Duration::DAY);
    let again = approve(&again.unwrap().0, second, NOW);
    assert_eq!(
        statuses(&again),
        [AccessRequestStatus::Approved, AccessRequestStatus::Expired]
    );
    assert!(again.deny_access(patient().id, ASKED, NOW).is_err());
    assert!(again.metadata.grant.is_some());
}

#[test]
fn a_selection_stays_where_nothing_else_is_selected_and_is_never_empty() {
    let selected =
        changed(connection(doctor(), patient(), Accepted, Allowed).set_permission(patient().id, &selection()));
    assert_eq!(
        selected.set_permission(patient().id, &choice(Selected)),
        Ok(Decision::Unchanged)
    );
    let empty = LevelChoice {
        level: Selected,
        scope: Some(AccessScope::default()),
    };
    assert_eq!(
        selected.set_permission(patient().id, &empty),
        Err(ConnectionError::NothingSelected)
    );
    let pending = connection(doctor(), patient(), Pending, Allowed);
    assert_eq!(
        pending.accept(patient().id, Some(&empty), NOW),
        Err(ConnectionError::NothingSelected)
    );
    assert!(pending.accept(patient().id, Some(&choice(Selected)), NOW).is_ok());
}

#[test]
fn a_limit_is_reached_by_as_many_as_it_gives() {
    let tier = crate::SubscriptionTier::Freemium;
    assert_eq!(check_family_limit(tier, 1, 0), Ok(()));
    assert_eq!(
        check_family_limit(tier, 1, 1),
        Err(LimitReached {
            tier,
            limit: 1,
            used: 1
        })
    );
}
