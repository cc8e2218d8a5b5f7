//! What prescriptions leave behind: entries, notifications, and the days that look different (rules §4, §10).

use das_tern_cache::StaleKey;
use das_tern_domain::{
    AsNeededTaken, AuditActionType, Language, NotificationType, PrescriptionChange, PrescriptionChanged, UserId, zone,
};
use serde_json::{Value, json};
use time::Date;

use super::audit::Entry;
use super::notifications::Draft;
use super::stale::DayScheduleKey;
use crate::Texts;
use crate::users::ProfileKey;

/// What a change is called in the trail, and in which of the enum's actions it belongs.
fn named(change: &PrescriptionChange) -> (AuditActionType, &'static str) {
    use AuditActionType::{PrescriptionConfirm, PrescriptionCreate, PrescriptionRetake, PrescriptionUpdate};
    match change {
        PrescriptionChange::Prescribed => (PrescriptionCreate, "PRESCRIBED"),
        PrescriptionChange::PrescribedUrgently { .. } => (PrescriptionCreate, "PRESCRIBED_URGENTLY"),
        PrescriptionChange::MadeByPatient => (PrescriptionCreate, "MADE_BY_PATIENT"),
        PrescriptionChange::Confirmed => (PrescriptionConfirm, "CONFIRMED"),
        PrescriptionChange::Rejected { .. } => (PrescriptionUpdate, "REJECTED"),
        PrescriptionChange::RetakeRequested { .. } => (PrescriptionRetake, "RETAKE_REQUESTED"),
        PrescriptionChange::Revised => (PrescriptionUpdate, "REVISED"),
        PrescriptionChange::Proposed => (PrescriptionUpdate, "PROPOSED"),
        PrescriptionChange::ProposalAccepted => (PrescriptionConfirm, "PROPOSAL_ACCEPTED"),
        PrescriptionChange::ProposalDeclined { .. } => (PrescriptionUpdate, "PROPOSAL_DECLINED"),
        PrescriptionChange::ChangedUrgently { .. } => (PrescriptionUpdate, "CHANGED_URGENTLY"),
        PrescriptionChange::Edited => (PrescriptionUpdate, "EDITED"),
        PrescriptionChange::MedicineAdded { .. } => (PrescriptionUpdate, "MEDICINE_ADDED"),
        PrescriptionChange::Paused => (PrescriptionUpdate, "PAUSED"),
        PrescriptionChange::Resumed => (PrescriptionUpdate, "RESUMED"),
        PrescriptionChange::Stopped => (PrescriptionUpdate, "STOPPED"),
        PrescriptionChange::Lapsed => (PrescriptionUpdate, "LAPSED"),
        PrescriptionChange::Deleted => (PrescriptionUpdate, "DELETED"),
    }
}

/// The entry of a change. Of the reasons only an urgent one is written down here, as the rules ask for it by name (rules §4);
/// the others are for the person they were given to.
pub(super) fn changed(changed: &PrescriptionChanged) -> Entry {
    let (action, name) = named(&changed.change);
    let mut details = json!({
        "change": name,
        "doctorId": changed.doctor,
        "version": changed.version,
        "status": { "from": changed.from, "to": changed.to },
    });
    match &changed.change {
        PrescriptionChange::PrescribedUrgently { reason } | PrescriptionChange::ChangedUrgently { reason } => {
            details["reason"] = json!(reason);
        }
        PrescriptionChange::Rejected { reason } | PrescriptionChange::ProposalDeclined { reason } => {
            details["reasonGiven"] = json!(reason.is_some());
        }
        _ => {}
    }
    if let PrescriptionChange::MedicineAdded { medication } = &changed.change {
        details["prescriptionId"] = json!(changed.prescription);
        return entry(action, "Medication", medication.0, changed.patient, details);
    }
    entry(action, "Prescription", changed.prescription.0, changed.patient, details)
}

/// The entry of an intake as needed, like that of any dose.
pub(super) fn as_needed(taken: &AsNeededTaken) -> Entry {
    let details = json!({
        "status": "TAKEN_ON_TIME",
        "asNeeded": true,
        "takenAt": zone::format_instant(taken.taken_at),
        "recordedAt": zone::format_instant(taken.recorded_at),
        "prescriptionId": taken.prescription,
        "medicationId": taken.medication,
    });
    entry(
        AuditActionType::DoseTaken,
        "DoseEvent",
        taken.dose.0,
        taken.patient,
        details,
    )
}

fn entry(
    action: AuditActionType,
    resource_type: &'static str,
    resource: uuid::Uuid,
    patient: UserId,
    details: Value,
) -> Entry {
    Entry {
        action,
        resource_type,
        resource_id: Some(resource),
        patient: Some(patient),
        details,
    }
}

/// The sentence that the other side reads, and the reason in it. Nobody is told what they did themselves.
fn sentence(change: &PrescriptionChange) -> Option<(&'static str, &str)> {
    match change {
        PrescriptionChange::Prescribed => Some(("notify-prescription-new", "")),
        PrescriptionChange::PrescribedUrgently { reason } => Some(("notify-prescription-urgent", reason)),
        PrescriptionChange::Confirmed => Some(("notify-prescription-confirmed", "")),
        PrescriptionChange::Rejected { reason: None } => Some(("notify-prescription-rejected", "")),
        PrescriptionChange::Rejected { reason: Some(reason) } => Some(("notify-prescription-rejected-because", reason)),
        PrescriptionChange::RetakeRequested { reason } => Some(("notify-prescription-retake", reason)),
        PrescriptionChange::Revised => Some(("notify-prescription-revised", "")),
        PrescriptionChange::Proposed => Some(("notify-prescription-proposed", "")),
        PrescriptionChange::ProposalAccepted => Some(("notify-prescription-accepted", "")),
        PrescriptionChange::ProposalDeclined { reason: None } => Some(("notify-prescription-declined", "")),
        PrescriptionChange::ProposalDeclined { reason: Some(reason) } => {
            Some(("notify-prescription-declined-because", reason))
        }
        PrescriptionChange::ChangedUrgently { reason } => Some(("notify-prescription-changed-urgently", reason)),
        PrescriptionChange::MedicineAdded { .. } => Some(("notify-prescription-medicine-added", "")),
        PrescriptionChange::Paused => Some(("notify-prescription-paused", "")),
        PrescriptionChange::Resumed => Some(("notify-prescription-resumed", "")),
        PrescriptionChange::Stopped => Some(("notify-prescription-stopped", "")),
        PrescriptionChange::Lapsed => Some(("notify-prescription-lapsed", "")),
        PrescriptionChange::MadeByPatient | PrescriptionChange::Edited | PrescriptionChange::Deleted => None,
    }
}

/// What the other side is told of a change.
pub(super) fn told(changed: &PrescriptionChanged, texts: &Texts) -> Option<Draft> {
    let told = changed.told.as_ref()?;
    let (id, reason) = sentence(&changed.change)?;
    let is_urgent = matches!(
        changed.change,
        PrescriptionChange::PrescribedUrgently { .. } | PrescriptionChange::ChangedUrgently { .. }
    );
    let language: Language = told.recipient.language;
    let arguments = [("name", told.actor_name.as_str()), ("reason", reason)];
    let (_, change) = named(&changed.change);
    Some(Draft {
        recipient: told.recipient.user,
        kind: if is_urgent {
            NotificationType::UrgentPrescriptionChange
        } else {
            NotificationType::PrescriptionUpdate
        },
        title: texts.sentence(language, &format!("{}-title", id.trim_end_matches("-because")), &[]),
        message: texts.sentence(language, id, &arguments),
        data: json!({
            "prescriptionId": changed.prescription,
            "patientId": changed.patient,
            "doctorId": changed.doctor,
            "version": changed.version,
            "change": change,
        }),
        patient: Some(changed.patient),
    })
}

/// The days whose doses changed, and what is shown of today beside the account.
pub(super) fn stale(changed: &PrescriptionChanged) -> Vec<StaleKey> {
    let Some((first, last)) = changed.days else {
        return Vec::new();
    };
    let days = std::iter::successors(Some(first), |day| day.next_day()).take_while(|day| *day <= last);
    let schedules = days.map(|day| day_of(changed.patient, day));
    schedules.chain([StaleKey::of(&ProfileKey(changed.patient))]).collect()
}

/// The day of an intake as needed. It counts for no progress.
pub(super) fn stale_after_intake(taken: &AsNeededTaken) -> Vec<StaleKey> {
    vec![day_of(taken.patient, zone::day_of(taken.taken_at))]
}

fn day_of(patient: UserId, day: Date) -> StaleKey {
    StaleKey::of(&DayScheduleKey { patient, day })
}
