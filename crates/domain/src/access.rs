//! Who may see what of a patient's data (rules §3). Pure: whoever asks brings the facts.

use time::OffsetDateTime;

use crate::{AccessScope, ConnectionMetadata, ConnectionStatus, PermissionLevel, UserId, UserRole};

/// The person who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// As what.
    pub role: UserRole,
}

/// The connection between the viewer and the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// Where it stands.
    pub status: ConnectionStatus,
    /// How much the patient opened.
    pub level: PermissionLevel,
    /// What is selected, and what was approved.
    pub metadata: ConnectionMetadata,
}

/// How much of the patient's doses and prescriptions a viewer sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Everything,
    /// What the patient selected.
    Selected(AccessScope),
}

/// Why a viewer sees nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no accepted connection: the patient might as well not exist.
    #[error("not connected")]
    NotConnected,
    /// The patient chose to show nothing.
    #[error("the patient shows nothing")]
    NotAllowed,
    /// The patient wants to be asked, and has approved nothing that is still open.
    #[error("needs the patient's approval")]
    ApprovalRequired,
}

/// Whether `viewer` may see the doses and prescriptions of `patient`, and how much of them.
///
/// # Errors
/// Says why not.
pub fn view_medication(
    viewer: Viewer,
    patient: UserId,
    relationship: Option<&Relationship>,
    now: OffsetDateTime,
) -> Result<Sight, Refusal> {
    if viewer.id == patient {
        return Ok(Sight::Everything);
    }
    let relationship = relationship
        .filter(|relationship| relationship.status == ConnectionStatus::Accepted)
        .ok_or(Refusal::NotConnected)?;
    let is_doctor = viewer.role == UserRole::Doctor;
    match relationship.level {
        PermissionLevel::NotAllowed => Err(Refusal::NotAllowed),
        PermissionLevel::Selected if is_doctor => {
            Ok(Sight::Selected(relationship.metadata.scope.clone().unwrap_or_default()))
        }
        PermissionLevel::Request if is_doctor => match &relationship.metadata.grant {
            Some(grant) if now < grant.expires_at => Ok(Sight::Everything),
            _ => Err(Refusal::ApprovalRequired),
        },
        PermissionLevel::Request | PermissionLevel::Selected | PermissionLevel::Allowed => Ok(Sight::Everything),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::{AccessGrant, Labelled};

    const NOW: OffsetDateTime = datetime!(2026-03-06 07:00 +7);
    const PATIENT: UserId = UserId(Uuid::from_u128(1));
    const OTHER: UserId = UserId(Uuid::from_u128(2));

    fn look(
        role: UserRole,
        status: ConnectionStatus,
        level: PermissionLevel,
        metadata: ConnectionMetadata,
    ) -> Result<Sight, Refusal> {
        let relationship = Relationship {
            status,
            level,
            metadata,
        };
        view_medication(Viewer { id: OTHER, role }, PATIENT, Some(&relationship), NOW)
    }

    fn granted_until(expires_at: OffsetDateTime) -> ConnectionMetadata {
        ConnectionMetadata {
            grant: Some(AccessGrant { expires_at }),
            ..ConnectionMetadata::default()
        }
    }

    #[test]
    fn patients_see_all_of_their_own_data() {
        let viewer = Viewer {
            id: PATIENT,
            role: UserRole::Patient,
        };
        assert_eq!(view_medication(viewer, PATIENT, None, NOW), Ok(Sight::Everything));
    }

    #[test]
    fn without_an_accepted_connection_nobody_sees_anything() {
        for &role in UserRole::ALL {
            assert_eq!(
                view_medication(Viewer { id: OTHER, role }, PATIENT, None, NOW),
                Err(Refusal::NotConnected)
            );
            for status in [ConnectionStatus::Pending, ConnectionStatus::Revoked] {
                for &level in PermissionLevel::ALL {
                    assert_eq!(
                        look(role, status, level, granted_until(NOW + Duration::DAY)),
                        Err(Refusal::NotConnected)
                    );
                }
            }
        }
    }

    #[rstest]
    #[case(UserRole::Doctor, PermissionLevel::NotAllowed, Err(Refusal::NotAllowed))]
    #[case(UserRole::Doctor, PermissionLevel::Request, Err(Refusal::ApprovalRequired))]
    #[case(
        UserRole::Doctor,
        PermissionLevel::Selected,
        Ok(Sight::Selected(AccessScope::default()))
    )]
    #[case(UserRole::Doctor, PermissionLevel::Allowed, Ok(Sight::Everything))]
    #[case(UserRole::FamilyMember, PermissionLevel::NotAllowed, Err(Refusal::NotAllowed))]
    #[case(UserRole::FamilyMember, PermissionLevel::Request, Ok(Sight::Everything))]
    #[case(UserRole::FamilyMember, PermissionLevel::Selected, Ok(Sight::Everything))]
    #[case(UserRole::FamilyMember, PermissionLevel::Allowed, Ok(Sight::Everything))]
    #[case(UserRole::Patient, PermissionLevel::NotAllowed, Err(Refusal::NotAllowed))]
    #[case(UserRole::Patient, PermissionLevel::Request, Ok(Sight::Everything))]
    fn the_level_decides(
        #[case] role: UserRole,
        #[case] level: PermissionLevel,
        #[case] expected: Result<Sight, Refusal>,
    ) {
        assert_eq!(
            look(role, ConnectionStatus::Accepted, level, ConnectionMetadata::default()),
            expected
        );
    }

    #[test]
    fn an_approval_opens_until_it_expires() {
        let with_grant = |until| {
            look(
                UserRole::Doctor,
                ConnectionStatus::Accepted,
                PermissionLevel::Request,
                granted_until(until),
            )
        };
        assert_eq!(with_grant(NOW + Duration::SECOND), Ok(Sight::Everything));
        assert_eq!(with_grant(NOW), Err(Refusal::ApprovalRequired));
    }
}
