use das_tern_domain::access::Refusal;
use das_tern_domain::{
    AccountRegistered, AuditActionType, ContactConfirmed, DoctorJudged, DoseChange, DoseChanged, Event, PasswordReset,
    PatientData, PatientDataViewed, SubscriptionTier, UserId, UserRole, zone,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::connections;
use super::leaving;
use super::own;
use super::prescriptions;
use super::sign_in;

/// An audit entry before it has an id, an actor and a time.
pub(super) struct Entry {
    pub(super) action: AuditActionType,
    pub(super) resource_type: &'static str,
    pub(super) resource_id: Option<Uuid>,
    /// Whose data it is about.
    pub(super) patient: Option<UserId>,
    pub(super) details: Value,
}

/// The entry of an event (rules §10). An event that only tells people something has none of its own: the notifications
/// it sends are entered one by one.
pub(super) fn entry(event: &Event) -> Option<Entry> {
    match event {
        Event::Dose(changed) => Some(dose(changed)),
        Event::PatientDataViewed(viewed) => Some(look(*viewed)),
        Event::MissedDoseCorrected(_) => None,
        Event::RefreshTokenReused(reused) => Some(sign_in::stolen(*reused)),
        Event::AccountRegistered(registered) => Some(registration(*registered)),
        Event::ContactConfirmed(confirmed) => Some(confirmation(*confirmed)),
        Event::PasswordReset(reset) => Some(password_reset(*reset)),
        Event::DoctorJudged(judged) => Some(verdict(judged)),
        Event::SignInChanged(changed) => Some(sign_in::changed(*changed)),
        Event::Profile(changed) => Some(own::profile(changed)),
        Event::GracePeriod(changed) => Some(own::grace_period(*changed)),
        Event::MealTimes(changed) => Some(own::meal_times(*changed)),
        Event::NotificationPreferences(changed) => Some(own::notification_preferences(changed)),
        Event::Prescription(changed) => Some(prescriptions::changed(changed)),
        Event::AsNeededTaken(taken) => Some(prescriptions::as_needed(taken)),
        Event::DataExported(exported) => Some(leaving::exported(*exported)),
        Event::AccountDeleted(deleted) => Some(leaving::deleted(*deleted)),
        Event::ConnectionLost(lost) => Some(leaving::connection_lost(lost)),
        Event::Connection(changed) => Some(connections::changed(changed)),
        Event::ConnectionOffer(changed) => Some(connections::offer(*changed)),
        Event::Nudged(nudged) => Some(connections::nudged(nudged)),
        Event::NudgeAnswered(answered) => Some(connections::nudge_answered(answered)),
    }
}

fn dose(changed: &DoseChanged) -> Entry {
    let (action, mut details) = match &changed.change {
        DoseChange::Taken {
            status,
            taken_at,
            recorded_at,
            offline,
        } => (
            AuditActionType::DoseTaken,
            json!({
                "status": status,
                "takenAt": zone::format_instant(*taken_at),
                "recordedAt": zone::format_instant(*recorded_at),
                "offline": offline,
            }),
        ),
        DoseChange::Skipped { reason, recorded_at } => (
            AuditActionType::DoseSkipped,
            json!({ "reasonGiven": reason.is_some(), "recordedAt": zone::format_instant(*recorded_at) }),
        ),
        DoseChange::ReminderMoved { from, to } => (
            AuditActionType::PrescriptionUpdate,
            json!({ "reminderTime": { "from": from, "to": to } }),
        ),
    };
    details["previousStatus"] = json!(changed.previous);
    details["scheduledTime"] = json!(zone::format_instant(changed.scheduled_time));
    details["prescriptionId"] = json!(changed.prescription);
    details["medicationId"] = json!(changed.medication);
    Entry {
        action,
        resource_type: "DoseEvent",
        resource_id: Some(changed.dose.0),
        patient: Some(changed.patient),
        details,
    }
}

fn look(viewed: PatientDataViewed) -> Entry {
    let data = match viewed.data {
        PatientData::DoseSchedule => "DOSE_SCHEDULE",
        PatientData::DoseHistory => "DOSE_HISTORY",
        PatientData::Prescriptions => "PRESCRIPTIONS",
        PatientData::PatientList => "PATIENT_LIST",
        PatientData::PatientDetails => "PATIENT_DETAILS",
        PatientData::Dashboard => "DASHBOARD",
        PatientData::Connection => "CONNECTION",
    };
    let details = match viewed.refusal {
        None => json!({ "data": data, "outcome": "SHOWN" }),
        Some(refusal) => json!({ "data": data, "outcome": "REFUSED", "reason": reason(refusal) }),
    };
    Entry {
        action: AuditActionType::DataAccess,
        resource_type: "User",
        resource_id: Some(viewed.patient.0),
        patient: Some(viewed.patient),
        details,
    }
}

fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NotConnected => "NOT_CONNECTED",
        Refusal::NotAllowed => "NOT_ALLOWED",
        Refusal::ApprovalRequired => "APPROVAL_REQUIRED",
        Refusal::NotVerified => "NOT_VERIFIED",
    }
}

/// The 13 enums have no label for an account that begins; what begins with it is its subscription.
fn registration(registered: AccountRegistered) -> Entry {
    Entry {
        action: AuditActionType::SubscriptionChange,
        resource_type: "Subscription",
        resource_id: Some(registered.subscription.0),
        patient: own_data(registered.user, registered.role),
        details: json!({ "change": "REGISTERED", "from": null, "tier": SubscriptionTier::Freemium }),
    }
}

/// What changes here is who may use the account.
fn confirmation(confirmed: ContactConfirmed) -> Entry {
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "User",
        resource_id: Some(confirmed.user.0),
        patient: own_data(confirmed.user, confirmed.role),
        details: json!({ "change": "CONTACT_CONFIRMED", "accountStatus": confirmed.status }),
    }
}

fn password_reset(reset: PasswordReset) -> Entry {
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "User",
        resource_id: Some(reset.owner.user.0),
        patient: own_data(reset.owner.user, reset.role),
        details: json!({ "change": "PASSWORD_RESET", "sessionsEnded": true }),
    }
}

/// The reason is the doctor's to read, not the trail's.
fn verdict(judged: &DoctorJudged) -> Entry {
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "User",
        resource_id: Some(judged.doctor.user.0),
        patient: None,
        details: json!({ "by": "ADMINISTRATOR", "previousStatus": judged.previous, "status": judged.verdict.status() }),
    }
}

/// A person is told what happens to their account as to their data, where they have any.
pub(super) fn own_data(user: UserId, role: UserRole) -> Option<UserId> {
    (role == UserRole::Patient).then_some(user)
}
