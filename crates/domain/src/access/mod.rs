//! Who may do what with a patient's data (rules §3). Pure: whoever asks brings the facts, and every use case asks here.
//!
//! A connection opens one patient's data to its other end, at the level that this patient chose. "Family" is any other
//! end that is no doctor, another patient too. Lists obey the same rule in SQL (`das_tern_persistence::sights`); a test
//! compares the two on worlds made up at random.

mod sight;

use time::OffsetDateTime;

use crate::{AccountStatus, ConnectionMetadata, ConnectionStatus, PermissionLevel, UserId, UserRole};

pub use sight::{Days, Sight};

/// The person who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// As what.
    pub role: UserRole,
    /// The status of their account, a lock aside.
    pub standing: AccountStatus,
}

/// The connection between the viewer and the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relationship {
    /// The patient whose data it opens: between two patients it is one of them, not both.
    pub opens: UserId,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// How much the patient opened.
    pub level: PermissionLevel,
    /// What is selected, and what was approved.
    pub metadata: ConnectionMetadata,
}

/// Whose data a connection between these two opens: the data of whoever was asked, where that is a patient, else of
/// whoever asked. Between two patients, then, asking is asking to care for the other one. `None` is two people of whom
/// neither is a patient.
#[must_use]
pub fn opened_by(initiator: (UserId, UserRole), recipient: (UserId, UserRole)) -> Option<UserId> {
    let patient = |(id, role)| (role == UserRole::Patient).then_some(id);
    patient(recipient).or_else(|| patient(initiator))
}

/// What somebody wants to do with a patient's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Look at doses, prescriptions and adherence.
    View,
    /// Ask the patient whether a dose was taken.
    Nudge,
    /// Be told of missed doses.
    ReceiveAlerts,
    /// Receive reports.
    ReceiveReports,
    /// Write a prescription for the patient.
    Prescribe,
    /// Change a prescription.
    ChangePrescription {
        /// The doctor who wrote it; none where the patient did.
        author: Option<UserId>,
    },
    /// What is the patient's alone: mark doses, set levels, confirm, pause, resume and stop.
    DecideAsPatient,
}

/// Why somebody may not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no accepted connection: the patient might as well not exist.
    #[error("not connected")]
    NotConnected,
    /// The level that the patient chose, or what the caller is to them, does not go that far.
    #[error("the patient does not allow it")]
    NotAllowed,
    /// The patient wants to be asked, and has approved nothing that is still open.
    #[error("needs the patient's approval")]
    ApprovalRequired,
    /// A doctor whom no administrator has verified.
    #[error("not a verified doctor")]
    NotVerified,
}

/// Whether `viewer` may do `action` with the data of `patient`, and how much of it is seen by the way.
///
/// # Errors
/// Says why not.
pub fn decide(
    viewer: Viewer,
    patient: UserId,
    relationship: Option<&Relationship>,
    action: Action,
    now: OffsetDateTime,
) -> Result<Sight, Refusal> {
    if viewer.id == patient {
        return as_patient(action);
    }
    let relationship = relationship
        .filter(|relationship| relationship.status == ConnectionStatus::Accepted && relationship.opens == patient)
        .ok_or(Refusal::NotConnected)?;
    match viewer.role {
        UserRole::Doctor => as_doctor(viewer, relationship, action, now),
        UserRole::Patient | UserRole::FamilyMember => as_family(relationship, action),
    }
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
    decide(viewer, patient, relationship, Action::View, now)
}

/// Whether somebody with this account may connect, prescribe or see anything of others: every patient and family member,
/// and of doctors only those who are verified.
///
/// # Errors
/// [`Refusal::NotVerified`].
pub fn check_verified(role: UserRole, standing: AccountStatus) -> Result<(), Refusal> {
    match role {
        UserRole::Doctor if standing != AccountStatus::Verified => Err(Refusal::NotVerified),
        _ => Ok(()),
    }
}

/// What patients may do with their own data.
fn as_patient(action: Action) -> Result<Sight, Refusal> {
    match action {
        Action::View | Action::DecideAsPatient | Action::ChangePrescription { author: None } => Ok(Sight::Everything),
        Action::Nudge
        | Action::ReceiveAlerts
        | Action::ReceiveReports
        | Action::Prescribe
        | Action::ChangePrescription { author: Some(_) } => Err(Refusal::NotAllowed),
    }
}

fn as_doctor(
    viewer: Viewer,
    relationship: &Relationship,
    action: Action,
    now: OffsetDateTime,
) -> Result<Sight, Refusal> {
    check_verified(viewer.role, viewer.standing)?;
    let level = relationship.level;
    match action {
        Action::View => sight_of_doctor(relationship, now),
        Action::Prescribe | Action::ReceiveReports if level == PermissionLevel::Allowed => Ok(Sight::Everything),
        Action::ChangePrescription { author } if level == PermissionLevel::Allowed && author == Some(viewer.id) => {
            Ok(Sight::Everything)
        }
        Action::Nudge
        | Action::ReceiveAlerts
        | Action::ReceiveReports
        | Action::Prescribe
        | Action::ChangePrescription { .. }
        | Action::DecideAsPatient => Err(Refusal::NotAllowed),
    }
}

fn sight_of_doctor(relationship: &Relationship, now: OffsetDateTime) -> Result<Sight, Refusal> {
    let metadata = &relationship.metadata;
    match relationship.level {
        PermissionLevel::NotAllowed => Err(Refusal::NotAllowed),
        PermissionLevel::Request => match &metadata.grant {
            Some(grant) if now < grant.expires_at => Ok(Sight::Everything),
            _ => Err(Refusal::ApprovalRequired),
        },
        PermissionLevel::Selected => Ok(Sight::Selected(metadata.scope.clone().unwrap_or_default())),
        PermissionLevel::Allowed => Ok(Sight::Everything),
    }
}

fn as_family(relationship: &Relationship, action: Action) -> Result<Sight, Refusal> {
    let level = relationship.level;
    let is_allowed = match action {
        Action::View => level != PermissionLevel::NotAllowed,
        Action::ReceiveAlerts => level != PermissionLevel::NotAllowed && relationship.metadata.alerts_enabled,
        Action::Nudge => matches!(level, PermissionLevel::Selected | PermissionLevel::Allowed),
        Action::ReceiveReports => level == PermissionLevel::Allowed,
        Action::Prescribe | Action::ChangePrescription { .. } | Action::DecideAsPatient => false,
    };
    is_allowed.then_some(Sight::Everything).ok_or(Refusal::NotAllowed)
}

#[cfg(test)]
mod tests;
