use das_tern_application::{
    Activity, DoctorDashboard, DoctorsPatients, PatientAlert, PatientDetails, PatientSummary, PrescriptionView,
};
use das_tern_domain::{
    Adherence, AdherenceLevel, AuditActionType, ConnectionId, DoseEventId, DoseEventStatus, Gender, MissAlert, UserId,
};
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;

use crate::openapi::{Day, Instant};
use crate::routes::prescriptions::PrescriptionBody;

/// A page of a doctor's patients.
#[derive(Serialize, ToSchema)]
#[schema(as = DoctorsPatients)]
pub(crate) struct PatientsBody<'a> {
    patients: Vec<PatientBody<'a>>,
    /// How many fit altogether.
    total: u64,
}

/// A patient as their doctor sees them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoctorsPatient)]
struct PatientBody<'a> {
    id: UserId,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    /// The name to show.
    #[schema(example = "សុខ សំណាង")]
    full_name: &'a str,
    /// In years.
    #[schema(example = 61)]
    age: Option<i32>,
    gender: Option<Gender>,
    phone_number: Option<&'a str>,
    /// Those of the latest prescription; empty where none is seen.
    #[schema(example = "ឈឺក្បាល")]
    symptoms: &'a str,
    /// Prescriptions that are followed now.
    active_prescriptions: i64,
    /// Taken doses of all decided ones of 30 days, in whole percent; 0 where there are none to see.
    #[schema(minimum = 0, maximum = 100, example = 85)]
    adherence_percentage: u8,
    /// The colour of that.
    adherence_level: AdherenceLevel,
    /// When they last recorded what became of a dose.
    last_activity: Option<Instant>,
    connection_id: ConnectionId,
}

impl<'a> From<&'a DoctorsPatients> for PatientsBody<'a> {
    fn from(page: &'a DoctorsPatients) -> Self {
        Self {
            patients: page.patients.iter().map(PatientBody::from).collect(),
            total: page.total,
        }
    }
}

impl<'a> From<&'a PatientSummary> for PatientBody<'a> {
    fn from(patient: &'a PatientSummary) -> Self {
        let view = &patient.view;
        Self {
            id: view.id,
            first_name: view.first_name.as_deref(),
            last_name: view.last_name.as_deref(),
            full_name: &view.name,
            age: patient.age,
            gender: view.gender,
            phone_number: view.phone_number.as_deref(),
            symptoms: view.symptoms.as_deref().unwrap_or_default(),
            active_prescriptions: view.active_prescriptions,
            adherence_percentage: patient.adherence.shown(),
            adherence_level: patient.level,
            last_activity: view.last_activity.map(Instant),
            connection_id: view.connection_id,
        }
    }
}

/// A doctor's patients at a glance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoctorDashboard)]
pub(crate) struct DashboardBody<'a> {
    total_patients: u32,
    /// Those whose adherence is below 70 percent.
    patients_needing_attention: u32,
    /// People who wait for an answer to be connected.
    pending_requests: u32,
    /// Who missed doses in a row within the last 24 hours, the most first.
    today_alerts: Vec<AlertBody<'a>>,
    /// The latest outcomes of doses, newest first.
    recent_activity: Vec<ActivityBody<'a>>,
}

/// A patient who missed doses in a row.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoctorAlert)]
struct AlertBody<'a> {
    r#type: MissAlert,
    patient_id: UserId,
    #[schema(example = "សុខ សំណាង")]
    patient_name: &'a str,
    #[schema(example = 2)]
    consecutive_missed: u32,
    /// When the latest of them was to be taken.
    last_missed_at: Instant,
}

/// What became of a dose.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DoctorActivity)]
struct ActivityBody<'a> {
    /// `DOSE_TAKEN`, `DOSE_SKIPPED` or `DOSE_MISSED`.
    r#type: AuditActionType,
    patient_id: UserId,
    #[schema(example = "សុខ សំណាង")]
    patient_name: &'a str,
    dose_id: DoseEventId,
    #[schema(example = "Paracetamol")]
    medicine_name: &'a str,
    #[schema(example = "ប៉ារ៉ាសេតាម៉ុល")]
    medicine_name_khmer: Option<&'a str>,
    status: DoseEventStatus,
    scheduled_time: Instant,
    /// When it was taken, or recorded as skipped, or became missed.
    occurred_at: Instant,
}

impl<'a> From<&'a DoctorDashboard> for DashboardBody<'a> {
    fn from(dashboard: &'a DoctorDashboard) -> Self {
        Self {
            total_patients: dashboard.patients,
            patients_needing_attention: dashboard.in_need,
            pending_requests: dashboard.requests,
            today_alerts: dashboard.alerts.iter().map(AlertBody::from).collect(),
            recent_activity: dashboard.activity.iter().map(ActivityBody::from).collect(),
        }
    }
}

impl<'a> From<&'a PatientAlert> for AlertBody<'a> {
    fn from(alert: &'a PatientAlert) -> Self {
        Self {
            r#type: alert.kind,
            patient_id: alert.patient,
            patient_name: &alert.name,
            consecutive_missed: alert.missed,
            last_missed_at: Instant(alert.last_missed_at),
        }
    }
}

impl<'a> From<&'a Activity> for ActivityBody<'a> {
    fn from(activity: &'a Activity) -> Self {
        let khmer = activity.medicine_name_khmer.as_deref();
        let name = Some(activity.medicine_name.as_str()).filter(|name| !name.is_empty());
        Self {
            r#type: match activity.status {
                DoseEventStatus::Missed => AuditActionType::DoseMissed,
                DoseEventStatus::Skipped => AuditActionType::DoseSkipped,
                DoseEventStatus::TakenOnTime | DoseEventStatus::TakenLate | DoseEventStatus::Due => {
                    AuditActionType::DoseTaken
                }
            },
            patient_id: activity.patient_id,
            patient_name: &activity.patient_name,
            dose_id: activity.id,
            medicine_name: name.or(khmer).unwrap_or_default(),
            medicine_name_khmer: khmer,
            status: activity.status,
            scheduled_time: Instant(activity.scheduled_time),
            occurred_at: Instant(activity.occurred_at),
        }
    }
}

/// A patient as their doctor sees them, day by day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PatientDetails)]
pub(crate) struct DetailsBody<'a> {
    patient: PatientBody<'a>,
    adherence: AdherenceBody,
    /// The 30 days that it is of, the oldest first, today last.
    adherence_timeline: Vec<DayBody>,
    /// The latest ones, newest first, at most 100.
    prescriptions: Vec<PrescriptionBody<'a>>,
    /// None are kept.
    #[schema(value_type = Vec<String>)]
    notes: [(); 0],
    connection_id: ConnectionId,
}

/// What became of the doses of 30 days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PatientAdherence)]
struct AdherenceBody {
    /// `takenDoses` of `totalDoses`, in whole percent; 0 where there are none.
    #[schema(minimum = 0, maximum = 100, example = 85)]
    overall_percentage: u8,
    level: AdherenceLevel,
    /// Those whose outcome is decided: taken, missed or skipped.
    total_doses: u32,
    /// Late ones included.
    taken_doses: u32,
    missed_doses: u32,
    /// Those that were taken late.
    late_doses: u32,
}

/// A day of doses.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PatientDay)]
struct DayBody {
    date: Day,
    /// In whole percent; 0 on a day without decided doses.
    #[schema(minimum = 0, maximum = 100, example = 50)]
    percentage: u8,
    taken_doses: u32,
    total_doses: u32,
}

impl<'a> From<&'a PatientDetails> for DetailsBody<'a> {
    fn from(details: &'a PatientDetails) -> Self {
        let adherence = details.adherence;
        Self {
            patient: (&details.patient).into(),
            adherence: AdherenceBody {
                overall_percentage: adherence.shown(),
                level: details.level,
                total_doses: adherence.decided,
                taken_doses: adherence.taken,
                missed_doses: adherence.missed,
                late_doses: adherence.late,
            },
            adherence_timeline: details.timeline.iter().map(DayBody::from).collect(),
            prescriptions: details.prescriptions.iter().map(PrescriptionBody::from).collect(),
            notes: [],
            connection_id: details.patient.view.connection_id,
        }
    }
}

impl From<&(Date, Adherence)> for DayBody {
    fn from((day, adherence): &(Date, Adherence)) -> Self {
        Self {
            date: Day(*day),
            percentage: adherence.shown(),
            taken_doses: adherence.taken,
            total_doses: adherence.decided,
        }
    }
}

/// A prescription of the doctor's own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnPrescription)]
pub(crate) struct OwnPrescriptionBody<'a> {
    #[serde(flatten)]
    prescription: PrescriptionBody<'a>,
    /// How many versions there are, a proposed one included.
    version_count: i32,
}

impl<'a> From<&'a PrescriptionView> for OwnPrescriptionBody<'a> {
    fn from(view: &'a PrescriptionView) -> Self {
        Self {
            prescription: view.into(),
            // They are counted from 1, and none is ever removed.
            version_count: view.prescription.latest_version,
        }
    }
}
