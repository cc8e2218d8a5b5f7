//! What the people were told beside missed doses: every type of notification, read and unread.

use das_tern_domain::{NotificationType, UserId};
use das_tern_persistence::entities::notification;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::calendar::Calendar;
use super::cast::{Person, SAMNANG, SREYPOV};
use super::id_of;
use super::links::{LINKS, Link};
use super::prescriptions::written_at;
use super::treatments::{ASTHMA, CHOLESTEROL, SUGAR, Treatment};

use das_tern_domain::ConnectionStatus::{Accepted, Pending};

/// What is older than this has been read.
const UNREAD: Duration = Duration::days(2);

/// A notification and the patient it is about.
pub(super) struct Told {
    pub(super) row: notification::Model,
    pub(super) patient: Option<UserId>,
    to: &'static Person,
}

/// A notification that says nothing yet.
pub(super) fn message(
    to: &'static Person,
    kind: NotificationType,
    key: &str,
    at: OffsetDateTime,
    calendar: &Calendar,
) -> Told {
    let is_read = at + UNREAD < calendar.now;
    let row = notification::Model {
        id: id_of("notification", key).into(),
        recipient_id: to.id(),
        kind,
        title: String::new(),
        message: String::new(),
        data: None,
        is_read,
        read_at: is_read.then(|| at + Duration::minutes(20)),
        created_at: at,
    };
    Told { row, patient: None, to }
}

impl Told {
    pub(super) fn about(mut self, patient: &Person) -> Self {
        self.patient = Some(patient.id());
        self
    }

    /// Title and sentence, each in Khmer and in English, of which the recipient gets one.
    pub(super) fn saying(mut self, title: (&str, &str), sentence: (&str, &str), data: Value) -> Self {
        self.to.reads(title.0, title.1).clone_into(&mut self.row.title);
        self.to.reads(sentence.0, sentence.1).clone_into(&mut self.row.message);
        self.row.data = Some(data);
        self
    }
}

pub(super) fn rows(calendar: &Calendar) -> Vec<Told> {
    let mut told: Vec<_> = LINKS.iter().map(|link| asked(link, calendar)).collect();
    told.extend(
        LINKS
            .iter()
            .filter(|link| link.status == Accepted)
            .map(|link| accepted(link, calendar)),
    );
    told.push(draft(&CHOLESTEROL, calendar));
    told.push(urgent(&SUGAR, calendar));
    told.push(urgent(&ASTHMA, calendar));
    told.push(no_contact(calendar));
    told
}

fn asked(link: &Link, calendar: &Calendar) -> Told {
    let mut told = message(
        link.to,
        NotificationType::ConnectionRequest,
        &format!("asked/{}/{}", link.from.key, link.to.key),
        link.asked_at(calendar),
        calendar,
    )
    .about(link.patient())
    .saying(
        ("សំណើភ្ជាប់ទំនាក់ទំនង", "Connection request"),
        (
            &format!("{} សុំភ្ជាប់ទំនាក់ទំនងជាមួយអ្នក", link.from.name),
            &format!("{} asks to connect with you", link.from.name),
        ),
        json!({ "connectionId": link.id(), "status": Pending }),
    );
    // Whoever has not answered has not looked.
    if link.status == Pending {
        told.row.is_read = false;
        told.row.read_at = None;
    }
    told
}

fn accepted(link: &Link, calendar: &Calendar) -> Told {
    message(
        link.from,
        NotificationType::ConnectionRequest,
        &format!("accepted/{}/{}", link.from.key, link.to.key),
        link.answered_at(calendar),
        calendar,
    )
    .about(link.patient())
    .saying(
        ("បានភ្ជាប់ទំនាក់ទំនង", "Connected"),
        (
            &format!("{} បានទទួលយកសំណើរបស់អ្នក", link.to.name),
            &format!("{} accepted your request", link.to.name),
        ),
        json!({ "connectionId": link.id(), "status": Accepted }),
    )
}

fn draft(treatment: &'static Treatment, calendar: &Calendar) -> Told {
    let author = treatment.author().name;
    about_prescription(treatment, NotificationType::PrescriptionUpdate, calendar).saying(
        ("វេជ្ជបញ្ជាថ្មី", "A new prescription"),
        (
            &format!("{author} បានសរសេរវេជ្ជបញ្ជាឡើងវិញ សូមពិនិត្យ និងបញ្ជាក់"),
            &format!("{author} revised a prescription: please review and confirm it"),
        ),
        json!({ "prescriptionId": treatment.id() }),
    )
}

fn urgent(treatment: &'static Treatment, calendar: &Calendar) -> Told {
    let reason = treatment.urgent_reason.unwrap_or_default();
    about_prescription(treatment, NotificationType::UrgentPrescriptionChange, calendar).saying(
        ("វេជ្ជបញ្ជាបន្ទាន់", "Urgent prescription change"),
        (reason, reason),
        json!({ "prescriptionId": treatment.id(), "reason": reason }),
    )
}

fn about_prescription(treatment: &'static Treatment, kind: NotificationType, calendar: &Calendar) -> Told {
    let latest = treatment.versions.last();
    let at = latest.map_or(calendar.first_run, |version| written_at(version, calendar));
    let key = format!("prescription/{}", treatment.key);
    message(treatment.patient, kind, &key, at, calendar).about(treatment.patient)
}

/// A dead phone is the dangerous case (rules §6).
fn no_contact(calendar: &Calendar) -> Told {
    let since = calendar.at(9, 20);
    let at = since + Duration::hours(2);
    message(
        &SREYPOV,
        NotificationType::FamilyAlert,
        "no-contact/samnang",
        at,
        calendar,
    )
    .about(&SAMNANG)
    .saying(
        ("គ្មានទំនាក់ទំនងជាមួយទូរសព្ទ", "No contact with the phone"),
        (
            &format!("គ្មានទំនាក់ទំនងជាមួយទូរសព្ទរបស់ {} តាំងពីម៉ោង 20:00", SAMNANG.name),
            &format!("No contact with the phone of {} since 20:00", SAMNANG.name),
        ),
        json!({ "patientId": SAMNANG.id() }),
    )
}
