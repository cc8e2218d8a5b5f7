//! Who was told of the missed doses (rules §6).

use std::collections::BTreeMap;

use das_tern_domain::{ClockTime, DoseEventStatus, NotificationType, UserId, zone};
use serde_json::json;
use time::OffsetDateTime;

use super::calendar::Calendar;
use super::cast::Person;
use super::doses::Dose;
use super::links::LINKS;
use super::notifications::{Told, message};

/// The patient and their family are told; several misses at one moment make one alert.
pub(super) fn rows(doses: &[Dose], calendar: &Calendar) -> Vec<Told> {
    let mut moments: BTreeMap<(OffsetDateTime, UserId), Vec<&Dose>> = BTreeMap::new();
    for dose in doses.iter().filter(|dose| dose.row.status == DoseEventStatus::Missed) {
        moments
            .entry((dose.row.scheduled_time, dose.row.patient_id))
            .or_default()
            .push(dose);
    }
    moments.values().flat_map(|missed| alerts(missed, calendar)).collect()
}

fn alerts(missed: &[&Dose], calendar: &Calendar) -> Vec<Told> {
    let Some(first) = missed.first() else {
        return Vec::new();
    };
    let patient = first.treatment.patient;
    let family = LINKS
        .iter()
        .filter(|link| link.is_alerted() && link.patient().id() == patient.id());
    let recipients = std::iter::once(patient).chain(family.map(super::links::Link::viewer));
    recipients
        .map(|recipient| alert(recipient, first, missed, calendar))
        .collect()
}

fn alert(recipient: &'static Person, first: &Dose, missed: &[&Dose], calendar: &Calendar) -> Told {
    let patient = first.treatment.patient;
    let names: Vec<_> = missed
        .iter()
        .map(|dose| recipient.reads(dose.medicine.khmer, dose.medicine.medicine))
        .collect();
    let names = names.join(", ");
    let time = ClockTime::of(first.row.scheduled_time);
    let (khmer, english) = if recipient.id() == patient.id() {
        (
            format!("អ្នកខកខានញ៉ាំថ្នាំ {names} (ម៉ោង {time})"),
            format!("You missed {names} ({time})"),
        )
    } else {
        (
            format!("{} ខកខានញ៉ាំថ្នាំ {names} (ម៉ោង {time})", patient.name),
            format!("{} missed {names} ({time})", patient.name),
        )
    };
    let data = json!({
        "doseId": first.row.id,
        "patientId": patient.id(),
        "prescriptionId": first.row.prescription_id,
        "scheduledTime": zone::format_instant(first.row.scheduled_time),
    });
    message(
        recipient,
        NotificationType::MissedDoseAlert,
        &format!("missed/{}/{}", first.row.id, recipient.key),
        first.row.missed_after,
        calendar,
    )
    .about(patient)
    .saying(("ខកខានញ៉ាំថ្នាំ", "Missed dose"), (&khmer, &english), data)
}
