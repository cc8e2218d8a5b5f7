use das_tern_domain::{
    ClockTime, DoctorJudged, Event, MissedDoseCorrected, NotificationType, PasswordReset, Recipient,
    RefreshTokenReused, UserId, Verdict, zone,
};
use serde_json::{Value, json};

use super::audit::own_data;
use super::connections;
use super::leaving;
use super::prescriptions;
use super::sign_in;
use crate::Texts;

/// A notification before it has an id and a time.
pub(super) struct Draft {
    pub(super) recipient: UserId,
    pub(super) kind: NotificationType,
    pub(super) title: String,
    pub(super) message: String,
    pub(super) data: Value,
    /// Whose data it is about.
    pub(super) patient: Option<UserId>,
}

/// Who is told what of an event, each in their own language (rules §9).
pub(super) fn drafts(event: &Event, texts: &Texts) -> Vec<Draft> {
    match event {
        // Whoever has just typed a code needs not be told that it was right.
        Event::Dose(_)
        | Event::PatientDataViewed(_)
        | Event::AccountRegistered(_)
        | Event::ContactConfirmed(_)
        | Event::Profile(_)
        | Event::GracePeriod(_)
        | Event::MealTimes(_)
        | Event::NotificationPreferences(_)
        | Event::AsNeededTaken(_)
        | Event::DataExported(_)
        | Event::AccountDeleted(_)
        // Nor somebody who has the code on the screen, that there is one.
        | Event::ConnectionOffer(_) => Vec::new(),
        Event::MissedDoseCorrected(corrected) => missed_dose_corrected(corrected, texts),
        Event::RefreshTokenReused(reused) => vec![session_ended(reused, texts)],
        Event::PasswordReset(reset) => vec![password_reset(*reset, texts)],
        Event::DoctorJudged(judged) => vec![verdict(judged, texts)],
        Event::ConnectionLost(lost) => leaving::told(lost, texts).into_iter().collect(),
        Event::SignInChanged(changed) => sign_in::told(*changed, texts).into_iter().collect(),
        Event::Connection(changed) => vec![connections::told(changed, texts)],
        Event::Nudged(nudged) => vec![connections::nudge(nudged, texts)],
        Event::NudgeAnswered(answered) => connections::answers(answered, texts),
        Event::Prescription(changed) => prescriptions::told(changed, texts).into_iter().collect(),
    }
}

fn missed_dose_corrected(corrected: &MissedDoseCorrected, texts: &Texts) -> Vec<Draft> {
    let time = ClockTime::of(corrected.scheduled_time).to_string();
    let arguments = [
        ("patient", corrected.patient_name.as_str()),
        ("medicine", &corrected.medicine_name),
        ("time", &time),
    ];
    let data = json!({
        "doseId": corrected.dose,
        "patientId": corrected.patient,
        "scheduledTime": zone::format_instant(corrected.scheduled_time),
        "takenAt": zone::format_instant(corrected.taken_at),
    });
    let draft = |to: &Recipient| Draft {
        recipient: to.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(to.language, "notify-missed-dose-corrected-title", &[]),
        message: texts.sentence(to.language, "notify-missed-dose-corrected", &arguments),
        data: data.clone(),
        patient: Some(corrected.patient),
    };
    corrected.alerted.iter().map(draft).collect()
}

fn session_ended(reused: &RefreshTokenReused, texts: &Texts) -> Draft {
    Draft {
        recipient: reused.owner.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(reused.owner.language, "notify-session-ended-title", &[]),
        message: texts.sentence(reused.owner.language, "notify-session-ended", &[]),
        data: json!({ "sessionId": reused.session }),
        patient: own_data(reused.owner.user, reused.role),
    }
}

/// Told because it may have been somebody else, who holds the owner's phone.
fn password_reset(reset: PasswordReset, texts: &Texts) -> Draft {
    Draft {
        recipient: reset.owner.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(reset.owner.language, "notify-password-reset-title", &[]),
        message: texts.sentence(reset.owner.language, "notify-password-reset", &[]),
        data: json!({}),
        patient: own_data(reset.owner.user, reset.role),
    }
}

fn verdict(judged: &DoctorJudged, texts: &Texts) -> Draft {
    let (id, reason) = match &judged.verdict {
        Verdict::Verified => ("notify-doctor-verified", ""),
        Verdict::Rejected { reason } => ("notify-doctor-rejected", reason.as_str()),
    };
    let language = judged.doctor.language;
    Draft {
        recipient: judged.doctor.user,
        kind: NotificationType::FamilyAlert,
        title: texts.sentence(language, &format!("{id}-title"), &[]),
        message: texts.sentence(language, id, &[("reason", reason)]),
        data: json!({ "status": judged.verdict.status() }),
        patient: None,
    }
}
