//! What changes of connections, codes, invitations and questions about doses leave behind.

use das_tern_domain::{
    AuditActionType, ClockTime, ConnectionChange, ConnectionChanged, ConnectionStatus, NotificationType, NudgeAnswered,
    Nudged, OfferChange, OfferChanged, Recipient, zone,
};
use serde_json::{Value, json};

use super::audit::Entry;
use super::notifications::Draft;
use crate::Texts;

/// The entry of a step of a connection. What people wrote with it is not the trail's.
pub(super) fn changed(changed: &ConnectionChanged) -> Entry {
    let (action, mut details) = step(&changed.change);
    let (resource_type, resource_id) = match &changed.change {
        ConnectionChange::AccessRequested { request, .. }
        | ConnectionChange::AccessApproved { request, .. }
        | ConnectionChange::AccessDenied { request } => {
            details["connectionId"] = json!(changed.connection);
            ("AccessRequest", request.0)
        }
        _ => ("Connection", changed.connection.0),
    };
    Entry {
        action,
        resource_type,
        resource_id: Some(resource_id),
        patient: Some(changed.patient),
        details,
    }
}

fn step(change: &ConnectionChange) -> (AuditActionType, Value) {
    match change {
        ConnectionChange::Requested { message } => (
            AuditActionType::ConnectionRequest,
            json!({ "messageGiven": message.is_some() }),
        ),
        ConnectionChange::Accepted { level } => {
            (AuditActionType::ConnectionAccept, json!({ "permissionLevel": level }))
        }
        ConnectionChange::Offered { offer, level } => (
            AuditActionType::ConnectionAccept,
            json!({ "permissionLevel": level, "offerId": offer }),
        ),
        ConnectionChange::Declined { reason } => (
            AuditActionType::ConnectionRevoke,
            json!({ "change": "DECLINED", "reasonGiven": reason.is_some() }),
        ),
        ConnectionChange::Revoked { previous } => (
            AuditActionType::ConnectionRevoke,
            json!({ "change": "REVOKED", "previousStatus": previous }),
        ),
        ConnectionChange::PermissionSet { from, to, is_scoped } => (
            AuditActionType::PermissionChange,
            json!({ "permissionLevel": { "from": from, "to": to }, "scoped": is_scoped }),
        ),
        ConnectionChange::AlertsSwitched { enabled } => {
            (AuditActionType::PermissionChange, json!({ "alertsEnabled": enabled }))
        }
        ConnectionChange::AccessRequested { .. } => (
            AuditActionType::PermissionChange,
            json!({ "change": "ACCESS_REQUESTED" }),
        ),
        ConnectionChange::AccessApproved { until, .. } => (
            AuditActionType::PermissionChange,
            json!({ "change": "ACCESS_APPROVED", "expiresAt": zone::format_instant(*until) }),
        ),
        ConnectionChange::AccessDenied { .. } => {
            (AuditActionType::PermissionChange, json!({ "change": "ACCESS_DENIED" }))
        }
    }
}

/// The other end hears of every step.
pub(super) fn told(changed: &ConnectionChanged, texts: &Texts) -> Draft {
    let (name, what, text) = sentence(&changed.change);
    let language = changed.other.language;
    let arguments = [("name", changed.actor_name.as_str()), ("text", text)];
    Draft {
        recipient: changed.other.user,
        kind: NotificationType::ConnectionRequest,
        title: texts.sentence(language, &format!("notify-connection-{name}-title"), &[]),
        message: texts.sentence(language, &format!("notify-connection-{name}"), &arguments),
        data: json!({ "connectionId": changed.connection, "change": what }),
        patient: Some(changed.patient),
    }
}

/// The sentence of a step, its name for the app, and what somebody wrote with it.
fn sentence(change: &ConnectionChange) -> (&'static str, &'static str, &str) {
    match change {
        ConnectionChange::Requested { message: Some(text) } => ("requested-with-message", "REQUESTED", text),
        ConnectionChange::Requested { message: None } => ("requested", "REQUESTED", ""),
        ConnectionChange::Accepted { .. } => ("accepted", "ACCEPTED", ""),
        ConnectionChange::Offered { .. } => ("offer-used", "ACCEPTED", ""),
        ConnectionChange::Declined { reason: Some(text) } => ("declined-with-reason", "DECLINED", text),
        ConnectionChange::Declined { reason: None } => ("declined", "DECLINED", ""),
        ConnectionChange::Revoked {
            previous: ConnectionStatus::Accepted,
        } => ("revoked", "REVOKED", ""),
        ConnectionChange::Revoked { .. } => ("withdrawn", "REVOKED", ""),
        ConnectionChange::PermissionSet { .. } => ("permission-set", "PERMISSION_CHANGED", ""),
        ConnectionChange::AlertsSwitched { enabled: true } => ("alerts-on", "ALERTS_ON", ""),
        ConnectionChange::AlertsSwitched { enabled: false } => ("alerts-off", "ALERTS_OFF", ""),
        ConnectionChange::AccessRequested { reason, .. } => ("access-requested", "ACCESS_REQUESTED", reason),
        ConnectionChange::AccessApproved { .. } => ("access-approved", "ACCESS_APPROVED", ""),
        ConnectionChange::AccessDenied { .. } => ("access-denied", "ACCESS_DENIED", ""),
    }
}

/// Whoever gets a token to a patient's data out of it gets a permission.
pub(super) fn offer(changed: OfferChanged) -> Entry {
    let details = match changed.change {
        OfferChange::Made {
            kind,
            level,
            expires_at,
        } => json!({
            "change": "OFFER_MADE",
            "kind": kind,
            "permissionLevel": level,
            "expiresAt": zone::format_instant(expires_at),
        }),
        OfferChange::Withdrawn => json!({ "change": "OFFER_WITHDRAWN" }),
    };
    Entry {
        action: AuditActionType::PermissionChange,
        resource_type: "ConnectionOffer",
        resource_id: Some(changed.offer.0),
        patient: Some(changed.patient),
        details,
    }
}

/// The 13 enums have no label for a question; it is about a missed dose. What was asked is counted by these entries.
pub(super) fn nudged(nudged: &Nudged) -> Entry {
    Entry {
        action: AuditActionType::DoseMissed,
        resource_type: "DoseEvent",
        resource_id: Some(nudged.dose.0),
        patient: Some(nudged.patient.user),
        details: json!({ "change": "NUDGED", "scheduledTime": zone::format_instant(nudged.scheduled_time) }),
    }
}

pub(super) fn nudge_answered(answered: &NudgeAnswered) -> Entry {
    let to: Vec<_> = answered.asked.iter().map(|asked| asked.user).collect();
    Entry {
        action: AuditActionType::DoseMissed,
        resource_type: "DoseEvent",
        resource_id: Some(answered.dose.0),
        patient: Some(answered.patient),
        details: json!({ "change": "ANSWERED", "to": to }),
    }
}

pub(super) fn nudge(nudged: &Nudged, texts: &Texts) -> Draft {
    let time = ClockTime::of(nudged.scheduled_time).to_string();
    let arguments = [
        ("name", nudged.by_name.as_str()),
        ("medicine", &nudged.medicine_name),
        ("time", &time),
    ];
    let language = nudged.patient.language;
    Draft {
        recipient: nudged.patient.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(language, "notify-nudge-title", &[]),
        message: texts.sentence(language, "notify-nudge", &arguments),
        data: json!({ "change": "NUDGED", "doseId": nudged.dose, "fromUserId": nudged.by }),
        patient: Some(nudged.patient.user),
    }
}

pub(super) fn answers(answered: &NudgeAnswered, texts: &Texts) -> Vec<Draft> {
    let arguments = [
        ("patient", answered.patient_name.as_str()),
        ("text", &answered.response),
    ];
    let draft = |to: &Recipient| Draft {
        recipient: to.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(to.language, "notify-nudge-answered-title", &[]),
        message: texts.sentence(to.language, "notify-nudge-answered", &arguments),
        data: json!({ "change": "NUDGE_ANSWERED", "doseId": answered.dose, "patientId": answered.patient }),
        patient: Some(answered.patient),
    };
    answered.asked.iter().map(draft).collect()
}
