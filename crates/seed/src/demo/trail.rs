//! The audit trail of all of this (rules §10): ids, states and times, never names.

use das_tern_domain::{
    AuditActionType, ConnectionStatus, DoseEventStatus, PermissionLevel, PrescriptionStatus, SubscriptionTier, zone,
};
use das_tern_persistence::entities::audit_log;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::calendar::Calendar;
use super::cast::{BOPHA, CAST, PISETH, Person, SAMNANG, SOPHEA, SREYPOV};
use super::doses::Dose;
use super::id_of;
use super::links::{LINKS, Link};
use super::notifications::Told;
use super::prescriptions::{confirmed_at, ended_at, numbered, written_at};
use super::treatments::{CHOLESTEROL, TREATMENTS, Treatment};

/// Where requests came from; an address that belongs to nobody.
const ADDRESS: &str = "203.0.113.24";

/// What an entry is about.
struct About {
    resource_type: &'static str,
    resource_id: Uuid,
    patient: Option<Uuid>,
}

fn entry(
    actor: Option<&Person>,
    action_type: AuditActionType,
    about: &About,
    details: Value,
    at: OffsetDateTime,
) -> audit_log::Model {
    let key = format!("{action_type}/{}/{}", about.resource_id, zone::format_instant(at));
    audit_log::Model {
        id: id_of("audit", &key).into(),
        actor_id: actor.map(Person::id),
        actor_role: actor.map(Person::role),
        action_type,
        resource_type: about.resource_type.to_owned(),
        resource_id: Some(about.resource_id),
        details: Some(details),
        ip_address: actor.map(|_| ADDRESS.to_owned()),
        created_at: at,
        patient_id: about.patient.map(Into::into),
    }
}

/// All that happened beside doses.
pub(super) fn rows(calendar: &Calendar) -> Vec<audit_log::Model> {
    let mut entries: Vec<_> = LINKS.iter().flat_map(|link| connection(link, calendar)).collect();
    entries.extend(
        TREATMENTS
            .iter()
            .flat_map(|treatment| prescription(treatment, calendar)),
    );
    entries.push(retake(&CHOLESTEROL, calendar));
    entries.extend(CAST.iter().filter_map(|person| subscription(person, calendar)));
    entries.extend(looks(calendar));
    entries
}

fn connection(link: &Link, calendar: &Calendar) -> Vec<audit_log::Model> {
    let about = About {
        resource_type: "Connection",
        resource_id: link.id().0,
        patient: Some(link.patient().id().0),
    };
    let step = |actor: &Person, action, details, at| entry(Some(actor), action, &about, details, at);
    let asked = json!({ "initiatorId": link.from.id(), "recipientId": link.to.id() });
    let mut entries = vec![step(
        link.from,
        AuditActionType::ConnectionRequest,
        asked,
        link.asked_at(calendar),
    )];
    if link.status == ConnectionStatus::Accepted {
        let details = json!({ "permissionLevel": PermissionLevel::Allowed });
        let answered = link.answered_at(calendar);
        entries.push(step(link.to, AuditActionType::ConnectionAccept, details, answered));
        if link.level != PermissionLevel::Allowed {
            let details = json!({ "from": PermissionLevel::Allowed, "to": link.level });
            let changed = answered + Duration::hours(1);
            entries.push(step(
                link.patient(),
                AuditActionType::PermissionChange,
                details,
                changed,
            ));
        }
    }
    if link.status == ConnectionStatus::Revoked {
        let ended = link.ended_at(calendar);
        entries.push(step(
            link.patient(),
            AuditActionType::ConnectionRevoke,
            json!({}),
            ended,
        ));
    }
    entries
}

fn of_prescription(treatment: &Treatment) -> About {
    About {
        resource_type: "Prescription",
        resource_id: treatment.id().0,
        patient: Some(treatment.patient.id().0),
    }
}

fn prescription(treatment: &Treatment, calendar: &Calendar) -> Vec<audit_log::Model> {
    let about = of_prescription(treatment);
    let author = treatment.author();
    let is_urgent = treatment.urgent_reason.is_some();
    let mut entries = Vec::new();
    for (number, version) in numbered(treatment.versions) {
        let action = match number {
            1 => AuditActionType::PrescriptionCreate,
            _ => AuditActionType::PrescriptionUpdate,
        };
        let details = json!({ "version": number, "isUrgent": is_urgent, "reason": version.reason });
        let at = written_at(version, calendar);
        entries.push(entry(Some(author), action, &about, details, at));
    }
    if treatment.doctor.is_some() && treatment.was_begun() {
        let at = confirmed_at(treatment, calendar);
        let action = AuditActionType::PrescriptionConfirm;
        entries.push(entry(
            Some(treatment.patient),
            action,
            &about,
            json!({ "version": 1 }),
            at,
        ));
    }
    if let Some(at) = ended_at(treatment, calendar) {
        let from = if treatment.was_begun() {
            PrescriptionStatus::Active
        } else {
            PrescriptionStatus::Draft
        };
        let details = json!({ "status": { "from": from, "to": treatment.status } });
        let action = AuditActionType::PrescriptionUpdate;
        entries.push(entry(Some(treatment.patient), action, &about, details, at));
    }
    entries
}

/// The patient asked for another prescription the day after the first.
fn retake(treatment: &Treatment, calendar: &Calendar) -> audit_log::Model {
    let at = calendar.at(treatment.written_days_ago() - 1, 8);
    entry(
        Some(treatment.patient),
        AuditActionType::PrescriptionRetake,
        &of_prescription(treatment),
        json!({ "version": 1, "reasonGiven": true }),
        at,
    )
}

fn subscription(person: &Person, calendar: &Calendar) -> Option<audit_log::Model> {
    let about = About {
        resource_type: "Subscription",
        resource_id: id_of("subscription", person.key),
        patient: Some(person.id().0),
    };
    let details = json!({ "from": SubscriptionTier::Freemium, "to": person.tier });
    let is_paid = person.tier != SubscriptionTier::Freemium;
    let action = AuditActionType::SubscriptionChange;
    is_paid.then(|| entry(Some(person), action, &about, details, calendar.at(10, 17)))
}

/// Some looked at a patient's doses, and one was refused to.
fn looks(calendar: &Calendar) -> Vec<audit_log::Model> {
    let look = |viewer: &Person, patient: &Person, data: &str, refusal: Option<&str>, at| {
        let about = About {
            resource_type: "User",
            resource_id: patient.id().0,
            patient: Some(patient.id().0),
        };
        let details = match refusal {
            None => json!({ "data": data, "outcome": "SHOWN" }),
            Some(reason) => json!({ "data": data, "outcome": "REFUSED", "reason": reason }),
        };
        entry(Some(viewer), AuditActionType::DataAccess, &about, details, at)
    };
    vec![
        look(&PISETH, &SAMNANG, "DOSE_HISTORY", None, calendar.at(7, 9)),
        look(&PISETH, &SAMNANG, "DOSE_SCHEDULE", None, calendar.at(1, 9)),
        look(&SREYPOV, &SAMNANG, "DOSE_SCHEDULE", None, calendar.at(1, 20)),
        look(&BOPHA, &SOPHEA, "DOSE_HISTORY", Some("NOT_ALLOWED"), calendar.at(4, 15)),
    ]
}

/// The entry of a dose's outcome, if it has one.
pub(super) fn outcome(dose: &Dose) -> Option<audit_log::Model> {
    let row = &dose.row;
    let (action, actor, at) = match row.status {
        DoseEventStatus::Due => return None,
        DoseEventStatus::TakenOnTime | DoseEventStatus::TakenLate => (
            AuditActionType::DoseTaken,
            Some(dose.treatment.patient),
            row.recorded_at?,
        ),
        DoseEventStatus::Skipped => (
            AuditActionType::DoseSkipped,
            Some(dose.treatment.patient),
            row.recorded_at?,
        ),
        DoseEventStatus::Missed => (AuditActionType::DoseMissed, None, row.missed_after),
    };
    let about = About {
        resource_type: "DoseEvent",
        resource_id: row.id.0,
        patient: Some(row.patient_id.0),
    };
    let details = json!({
        "status": row.status,
        "previousStatus": DoseEventStatus::Due,
        "scheduledTime": zone::format_instant(row.scheduled_time),
        "takenAt": row.taken_at.map(zone::format_instant),
        "recordedAt": row.recorded_at.map(zone::format_instant),
        "offline": row.was_offline,
        "prescriptionId": row.prescription_id,
        "medicationId": row.medication_id,
    });
    Some(entry(actor, action, &about, details, at))
}

/// The entry that says a notification was sent; the system does that.
pub(super) fn sent(told: &Told) -> audit_log::Model {
    let about = About {
        resource_type: "Notification",
        resource_id: told.row.id.0,
        patient: told.patient.map(|patient| patient.0),
    };
    let details = json!({ "recipientId": told.row.recipient_id, "type": told.row.kind });
    entry(
        None,
        AuditActionType::NotificationSent,
        &about,
        details,
        told.row.created_at,
    )
}
