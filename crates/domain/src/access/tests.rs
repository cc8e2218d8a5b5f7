//! The whole matrix as one reviewed snapshot, and what the matrix does not show.

use std::fmt::Write;

use time::Duration;
use time::macros::{date, datetime};
use uuid::Uuid;

use super::*;
use crate::{AccessGrant, AccessScope, Labelled};

const NOW: OffsetDateTime = datetime!(2026-03-06 07:00 +7);
const PATIENT: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));
const COLLEAGUE: UserId = UserId(Uuid::from_u128(3));

/// Everybody who may stand at the other end, by role and standing.
const OTHERS: [(UserRole, AccountStatus); 5] = [
    (UserRole::Doctor, AccountStatus::Verified),
    (UserRole::Doctor, AccountStatus::Active),
    (UserRole::Doctor, AccountStatus::Rejected),
    (UserRole::FamilyMember, AccountStatus::Active),
    (UserRole::Patient, AccountStatus::Active),
];

const ACTIONS: [(&str, Action); 9] = [
    ("view", Action::View),
    ("nudge", Action::Nudge),
    ("alerts", Action::ReceiveAlerts),
    ("reports", Action::ReceiveReports),
    ("prescribe", Action::Prescribe),
    ("change own", Action::ChangePrescription { author: Some(OTHER) }),
    (
        "colleague's",
        Action::ChangePrescription {
            author: Some(COLLEAGUE),
        },
    ),
    ("patient's", Action::ChangePrescription { author: None }),
    ("decide", Action::DecideAsPatient),
];

fn viewer(role: UserRole, standing: AccountStatus) -> Viewer {
    Viewer {
        id: OTHER,
        role,
        standing,
    }
}

fn accepted(level: PermissionLevel, metadata: ConnectionMetadata) -> Relationship {
    Relationship {
        opens: PATIENT,
        status: ConnectionStatus::Accepted,
        level,
        metadata,
    }
}

fn granted_until(expires_at: OffsetDateTime) -> ConnectionMetadata {
    ConnectionMetadata {
        grant: Some(AccessGrant { expires_at }),
        ..ConnectionMetadata::default()
    }
}

/// What a connection may carry, each with its name.
fn carried() -> [(&'static str, ConnectionMetadata); 5] {
    let scope = AccessScope {
        from: Some(date!(2026 - 03 - 01)),
        ..AccessScope::default()
    };
    let plain = ConnectionMetadata::default;
    [
        ("nothing", plain()),
        ("open grant", granted_until(NOW + Duration::SECOND)),
        ("ended grant", granted_until(NOW)),
        (
            "scope",
            ConnectionMetadata {
                scope: Some(scope),
                ..plain()
            },
        ),
        (
            "alerts off",
            ConnectionMetadata {
                alerts_enabled: false,
                ..plain()
            },
        ),
    ]
}

/// Short enough for a table; the refusals as in the audit trail.
fn outcome(decision: &Result<Sight, Refusal>) -> &'static str {
    match decision {
        Ok(Sight::Everything) => "yes",
        Ok(Sight::Selected(scope)) if scope.is_empty() => "none of it",
        Ok(Sight::Selected(_)) => "selected",
        Err(Refusal::NotConnected) => "unknown",
        Err(Refusal::NotAllowed) => "-",
        Err(Refusal::ApprovalRequired) => "must ask",
        Err(Refusal::NotVerified) => "unverified",
    }
}

fn row(who: Viewer, relationship: Option<&Relationship>) -> String {
    ACTIONS.iter().fold(String::new(), |mut row, (_, action)| {
        let decision = decide(who, PATIENT, relationship, *action, NOW);
        write!(row, " | {:<12}", outcome(&decision)).unwrap();
        row
    })
}

/// The rows of one viewer at one status and level, those that are alike in one.
fn rows(who: Viewer, status: ConnectionStatus, level: PermissionLevel) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for (name, metadata) in carried() {
        let relationship = Relationship {
            status,
            ..accepted(level, metadata)
        };
        let outcomes = row(who, Some(&relationship));
        match rows.iter_mut().find(|(_, known)| *known == outcomes) {
            Some((names, _)) => write!(names, ", {name}").unwrap(),
            None => rows.push((name.to_owned(), outcomes)),
        }
    }
    rows
}

#[test]
fn who_may_do_what_is_reviewed() {
    let mut matrix = format!("{:<100}", "who, connection, level: what it carries");
    for (name, _) in ACTIONS {
        write!(matrix, " | {name:<12}").unwrap();
    }
    let patient = Viewer {
        id: PATIENT,
        role: UserRole::Patient,
        standing: AccountStatus::Active,
    };
    write!(matrix, "\n{:<100}{}", "the patient", row(patient, None)).unwrap();
    for (role, standing) in OTHERS {
        let who = viewer(role, standing);
        let label = format!("{role} {standing}, none");
        write!(matrix, "\n{label:<100}{}", row(who, None)).unwrap();
        for &status in ConnectionStatus::ALL {
            for &level in PermissionLevel::ALL {
                for (names, outcomes) in rows(who, status, level) {
                    let label = format!("{role} {standing}, {status} {level}: {names}");
                    write!(matrix, "\n{label:<100}{outcomes}").unwrap();
                }
            }
        }
    }
    let lines: Vec<_> = matrix.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_connection_opens_the_data_of_one_end_only() {
    let opens_the_viewer = Relationship {
        opens: OTHER,
        ..accepted(PermissionLevel::Allowed, ConnectionMetadata::default())
    };
    for (role, standing) in OTHERS {
        for (_, action) in ACTIONS {
            assert_eq!(
                decide(viewer(role, standing), PATIENT, Some(&opens_the_viewer), action, NOW),
                Err(Refusal::NotConnected)
            );
        }
    }
}

#[test]
fn an_approval_opens_until_it_expires() {
    let doctor = viewer(UserRole::Doctor, AccountStatus::Verified);
    let look = |until| {
        let relationship = accepted(PermissionLevel::Request, granted_until(until));
        view_medication(doctor, PATIENT, Some(&relationship), NOW)
    };
    assert_eq!(look(NOW + Duration::MILLISECOND), Ok(Sight::Everything));
    assert_eq!(look(NOW), Err(Refusal::ApprovalRequired));
}

#[test]
fn a_selection_is_what_a_doctor_sees_at_that_level_and_family_sees_all() {
    let scope = AccessScope {
        from: Some(date!(2026 - 03 - 01)),
        ..AccessScope::default()
    };
    let metadata = ConnectionMetadata {
        scope: Some(scope.clone()),
        ..ConnectionMetadata::default()
    };
    let selected = accepted(PermissionLevel::Selected, metadata);
    let look = |role, standing| view_medication(viewer(role, standing), PATIENT, Some(&selected), NOW);
    assert_eq!(
        look(UserRole::Doctor, AccountStatus::Verified),
        Ok(Sight::Selected(scope))
    );
    assert_eq!(
        look(UserRole::FamilyMember, AccountStatus::Active),
        Ok(Sight::Everything)
    );
}
