//! The three tables, event by event, as reviewed snapshots.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use das_tern_domain::access::Refusal;
use das_tern_domain::{
    AccountDeleted, AccountRegistered, AccountStatus, AsNeededTaken, ConnectionId, ConnectionLost, ContactConfirmed,
    DataExported, DoctorJudged, DoseChange, DoseChanged, DoseEventId, DoseEventStatus, GracePeriodChanged, Language,
    MealTimes, MealTimesChanged, MedicationId, MissedDoseCorrected, NotificationPreferencesChanged, NotificationType,
    PasswordReset, PatientData, PatientDataViewed, PrescriptionChange, PrescriptionChanged, PrescriptionId,
    PrescriptionStatus, ProfileChanged, Recipient, RefreshTokenReused, SessionId, SignInChange, SignInChanged,
    SubscriptionId, Told, Verdict,
};
use time::macros::{date, datetime};
use uuid::Uuid;

use super::*;

mod connections;

const SCHEDULED: OffsetDateTime = datetime!(2026-03-06 07:00 +7);
const NOW: OffsetDateTime = datetime!(2026-03-06 08:30 +7);
const PATIENT: UserId = UserId(Uuid::from_u128(0xa));
const DAUGHTER: UserId = UserId(Uuid::from_u128(0xb));
const SON: UserId = UserId(Uuid::from_u128(0xc));
const DOSE: DoseEventId = DoseEventId(Uuid::from_u128(0xd));

struct Counter(AtomicU64);

impl IdSource for Counter {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

fn dose(previous: DoseEventStatus, change: DoseChange) -> Event {
    Event::Dose(DoseChanged {
        dose: DOSE,
        prescription: PrescriptionId(Uuid::from_u128(0xe)),
        medication: MedicationId(Uuid::from_u128(0xf)),
        patient: PATIENT,
        scheduled_time: SCHEDULED,
        previous,
        change,
    })
}

fn viewed(data: PatientData, refusal: Option<Refusal>) -> Event {
    Event::PatientDataViewed(PatientDataViewed {
        patient: PATIENT,
        data,
        refusal,
    })
}

fn every_event() -> Vec<(&'static str, Event)> {
    let taken = DoseChange::Taken {
        status: DoseEventStatus::TakenLate,
        taken_at: datetime!(2026-03-06 08:00 +7),
        recorded_at: NOW,
        offline: true,
    };
    let skipped = DoseChange::Skipped {
        reason: Some("វិលមុខ".to_owned()),
        recorded_at: NOW,
    };
    let moved = DoseChange::ReminderMoved {
        from: None,
        to: "06:45".parse().unwrap(),
    };
    let corrected = MissedDoseCorrected {
        dose: DOSE,
        patient: PATIENT,
        patient_name: "សុខ សំណាង".to_owned(),
        medicine_name: "Paracetamol".to_owned(),
        scheduled_time: SCHEDULED,
        taken_at: datetime!(2026-03-06 08:00 +7),
        alerted: vec![
            Recipient {
                user: DAUGHTER,
                language: Language::Khmer,
            },
            Recipient {
                user: SON,
                language: Language::English,
            },
        ],
    };
    let reused = RefreshTokenReused {
        role: UserRole::Patient,
        owner: Recipient {
            user: PATIENT,
            language: Language::Khmer,
        },
        session: SessionId(Uuid::from_u128(0x10)),
    };
    vec![
        ("dose taken", dose(DoseEventStatus::Missed, taken)),
        ("dose skipped", dose(DoseEventStatus::Due, skipped)),
        ("reminder moved", dose(DoseEventStatus::Due, moved)),
        ("missed dose corrected", Event::MissedDoseCorrected(corrected)),
        ("schedule shown", viewed(PatientData::DoseSchedule, None)),
        (
            "history refused: not connected",
            viewed(PatientData::DoseHistory, Some(Refusal::NotConnected)),
        ),
        (
            "history refused: not allowed",
            viewed(PatientData::DoseHistory, Some(Refusal::NotAllowed)),
        ),
        (
            "history refused: approval",
            viewed(PatientData::DoseHistory, Some(Refusal::ApprovalRequired)),
        ),
        ("patient list shown", viewed(PatientData::PatientList, None)),
        ("patient details shown", viewed(PatientData::PatientDetails, None)),
        ("dashboard shown", viewed(PatientData::Dashboard, None)),
        ("refresh token reused", Event::RefreshTokenReused(reused)),
    ]
    .into_iter()
    .chain(account_events())
    .chain(own_events())
    .chain(prescription_events())
    .chain(leaving_events())
    .chain(connections::events())
    .collect()
}

fn account_events() -> Vec<(&'static str, Event)> {
    let registered = |role| {
        Event::AccountRegistered(AccountRegistered {
            user: PATIENT,
            role,
            subscription: SubscriptionId(Uuid::from_u128(0x11)),
        })
    };
    let confirmed = ContactConfirmed {
        user: PATIENT,
        role: UserRole::Patient,
        status: AccountStatus::Active,
    };
    let judged = |verdict| {
        Event::DoctorJudged(DoctorJudged {
            doctor: Recipient {
                user: DAUGHTER,
                language: Language::Khmer,
            },
            previous: AccountStatus::PendingVerification,
            verdict,
        })
    };
    let rejected = Verdict::Rejected {
        reason: "វិលមុខ".to_owned(),
    };
    let reset = PasswordReset {
        owner: Recipient {
            user: PATIENT,
            language: Language::Khmer,
        },
        role: UserRole::Patient,
    };
    vec![
        ("patient registered", registered(UserRole::Patient)),
        ("doctor registered", registered(UserRole::Doctor)),
        ("contact confirmed", Event::ContactConfirmed(confirmed)),
        ("password reset", Event::PasswordReset(reset)),
        ("doctor verified", judged(Verdict::Verified)),
        ("doctor rejected", judged(rejected)),
        ("password changed", sign_in_changed(SignInChange::Password)),
        ("pin set", sign_in_changed(SignInChange::Pin)),
        (
            "session ended",
            sign_in_changed(SignInChange::SessionEnded {
                session: SessionId(Uuid::from_u128(0x10)),
            }),
        ),
        ("all sessions ended", sign_in_changed(SignInChange::AllSessionsEnded)),
        ("google linked", sign_in_changed(SignInChange::GoogleLinked)),
        ("e-mail address changed", sign_in_changed(SignInChange::Email)),
        (
            "deletion requested",
            sign_in_changed(SignInChange::DeletionRequested { due_at: SCHEDULED }),
        ),
        ("deletion cancelled", sign_in_changed(SignInChange::DeletionCancelled)),
    ]
}

fn sign_in_changed(change: SignInChange) -> Event {
    let owner = Recipient {
        user: PATIENT,
        language: Language::English,
    };
    let role = UserRole::Patient;
    Event::SignInChanged(SignInChanged { owner, role, change })
}

fn own_events() -> Vec<(&'static str, Event)> {
    let profile = ProfileChanged {
        user: DAUGHTER,
        fields: vec!["language", "firstName"],
    };
    let grace = GracePeriodChanged {
        patient: PATIENT,
        from: 30,
        to: 60,
    };
    let meals = MealTimesChanged {
        patient: PATIENT,
        from: MealTimes::default(),
        to: MealTimes {
            night: Some("6-7PM".parse().unwrap()),
            ..MealTimes::default()
        },
    };
    let preferences = NotificationPreferencesChanged {
        user: DAUGHTER,
        off: vec![NotificationType::ConnectionRequest],
    };
    vec![
        ("profile changed", Event::Profile(profile)),
        ("grace period chosen", Event::GracePeriod(grace)),
        ("meal times told", Event::MealTimes(meals)),
        ("notifications chosen", Event::NotificationPreferences(preferences)),
    ]
}

/// Each change with whoever is told of it.
fn prescription_events() -> Vec<(&'static str, Event)> {
    let reason = || "ឈាមឡើងខ្ពស់".to_owned();
    let why = || "វិលមុខ".to_owned();
    let to_patient = [
        ("prescribed", PrescriptionChange::Prescribed),
        (
            "prescribed urgently",
            PrescriptionChange::PrescribedUrgently { reason: reason() },
        ),
        ("draft revised", PrescriptionChange::Revised),
        ("change proposed", PrescriptionChange::Proposed),
        (
            "changed urgently",
            PrescriptionChange::ChangedUrgently { reason: reason() },
        ),
        ("prescription lapsed", PrescriptionChange::Lapsed),
    ];
    let medication = MedicationId(Uuid::from_u128(0xf));
    let to_doctor = [
        ("prescription confirmed", PrescriptionChange::Confirmed),
        ("prescription rejected", PrescriptionChange::Rejected { reason: None }),
        (
            "prescription rejected with a reason",
            PrescriptionChange::Rejected { reason: Some(why()) },
        ),
        (
            "retake requested",
            PrescriptionChange::RetakeRequested { reason: why() },
        ),
        ("proposal accepted", PrescriptionChange::ProposalAccepted),
        (
            "proposal declined",
            PrescriptionChange::ProposalDeclined { reason: None },
        ),
        (
            "proposal declined with a reason",
            PrescriptionChange::ProposalDeclined { reason: Some(why()) },
        ),
        ("medicine added", PrescriptionChange::MedicineAdded { medication }),
        ("prescription paused", PrescriptionChange::Paused),
        ("prescription resumed", PrescriptionChange::Resumed),
        ("prescription stopped", PrescriptionChange::Stopped),
    ];
    let to_nobody = [
        ("prescription made by patient", PrescriptionChange::MadeByPatient),
        ("own prescription edited", PrescriptionChange::Edited),
        ("own draft deleted", PrescriptionChange::Deleted),
    ];
    let told = |user, language, name: &str| {
        Some(Told {
            recipient: Recipient { user, language },
            actor_name: name.to_owned(),
        })
    };
    let patient = told(PATIENT, Language::Khmer, "វេជ្ជបណ្ឌិត ចាន់");
    let doctor = told(DAUGHTER, Language::English, "សុខ សំណាង");
    let intake = AsNeededTaken {
        dose: DOSE,
        prescription: PrescriptionId(Uuid::from_u128(0xe)),
        medication,
        patient: PATIENT,
        taken_at: SCHEDULED,
        recorded_at: NOW,
    };
    to_patient
        .map(|(name, change)| (name, prescription(change, patient.clone())))
        .into_iter()
        .chain(to_doctor.map(|(name, change)| (name, prescription(change, doctor.clone()))))
        .chain(to_nobody.map(|(name, change)| (name, prescription(change, None))))
        .chain([("taken as needed", Event::AsNeededTaken(intake))])
        .collect()
}

fn prescription(change: PrescriptionChange, told: Option<Told>) -> Event {
    Event::Prescription(Box::new(PrescriptionChanged {
        prescription: PrescriptionId(Uuid::from_u128(0xe)),
        patient: PATIENT,
        doctor: Some(DAUGHTER),
        from: Some(PrescriptionStatus::Draft),
        to: PrescriptionStatus::Active,
        version: 2,
        change,
        told,
        days: Some((date!(2026 - 03 - 06), date!(2026 - 03 - 07))),
    }))
}

fn leaving_events() -> Vec<(&'static str, Event)> {
    let lost = |told| {
        Event::ConnectionLost(ConnectionLost {
            connection: ConnectionId(Uuid::from_u128(0x12)),
            patient: PATIENT,
            told,
            name: "សុខ សំណាង".to_owned(),
        })
    };
    let told = Recipient {
        user: DAUGHTER,
        language: Language::English,
    };
    let (user, role) = (PATIENT, UserRole::Patient);
    vec![
        ("data exported", Event::DataExported(DataExported { user, role })),
        ("account deleted", Event::AccountDeleted(AccountDeleted { user, role })),
        ("connection lost", lost(Some(told))),
        ("request lost", lost(None)),
    ]
}

fn rows_of(event: &Event) -> Effects {
    let texts = Texts::load().unwrap();
    let by = By {
        user: Some((PATIENT, UserRole::Patient)),
        ip: Some("192.0.2.7".parse().unwrap()),
    };
    Scribe {
        texts: &texts,
        ids: &Counter(AtomicU64::new(1)),
        now: NOW,
        by,
    }
    .rows(std::slice::from_ref(event))
}

fn table<T: serde::Serialize>(rows: impl Fn(&Event) -> Vec<T>) -> String {
    every_event().iter().fold(String::new(), |mut table, (name, event)| {
        writeln!(table, "{name}").unwrap();
        for row in rows(event) {
            writeln!(table, "  {}", serde_json::to_string(&row).unwrap()).unwrap();
        }
        table
    })
}

#[test]
fn every_event_has_its_audit_entries() {
    insta::assert_snapshot!(table(|event| rows_of(event).audit_logs));
}

#[test]
fn every_event_has_its_notifications() {
    insta::assert_snapshot!(table(|event| rows_of(event).notifications));
}

#[test]
fn every_event_has_the_cached_values_it_makes_stale() {
    insta::assert_snapshot!(table(|event| stale_after(event)
        .iter()
        .map(ToString::to_string)
        .collect()));
}

#[test]
fn no_audit_entry_repeats_personal_text() {
    for (name, event) in every_event() {
        let entries = serde_json::to_string(&rows_of(&event).audit_logs).unwrap();
        for personal in ["សុខ", "Paracetamol", "វិលមុខ"] {
            assert!(!entries.contains(personal), "{name}: {entries}");
        }
    }
}
