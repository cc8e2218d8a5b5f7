use das_tern_application::{MedicineView, PrescriptionView, VersionView};
use das_tern_domain::{
    Amount, ClockTime, Dosage, Gender, MedicationId, Medicine, MedicineType, MedicineUnit, PrescriptionId,
    PrescriptionStatus, UserId, UserRole,
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::openapi::{Day, Instant};

/// A prescription with its grid.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Prescription)]
pub(crate) struct PrescriptionBody<'a> {
    id: PrescriptionId,
    patient_id: UserId,
    /// Null where the patient wrote it.
    doctor_id: Option<UserId>,
    /// The patient as they were when it was made.
    #[schema(example = "សុខ សំណាង")]
    patient_name: &'a str,
    patient_gender: Gender,
    patient_age: i32,
    #[schema(example = "ឈឺក្បាល")]
    symptoms: &'a str,
    status: PrescriptionStatus,
    current_version: i32,
    /// Whether the version in force applied at once.
    is_urgent: bool,
    urgent_reason: Option<&'a str>,
    diagnosis: Option<&'a str>,
    clinical_note: Option<&'a str>,
    notes: Option<&'a str>,
    follow_up_date: Option<Day>,
    /// The day on which the first course begins.
    start_date: Option<Day>,
    /// The day on which the last course ends; null while one of them is open-ended.
    end_date: Option<Day>,
    /// The version that waits for the patient's answer.
    proposed_version: Option<i32>,
    /// Whether the patient wants it written again.
    revision_requested: bool,
    /// Why the patient wants that.
    revision_reason: Option<&'a str>,
    /// The grid in force, by row number.
    medications: Vec<MedicineBody<'a>>,
    patient: PatientBody<'a>,
    /// Who prescribed it; without an id where the patient named somebody who has no account.
    doctor: Option<DoctorBody<'a>>,
    created_at: Instant,
    updated_at: Instant,
}

/// The patient of a prescription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrescriptionPatient)]
struct PatientBody<'a> {
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
}

/// The doctor of a prescription.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrescriptionDoctor)]
struct DoctorBody<'a> {
    id: Option<UserId>,
    full_name: &'a str,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    specialty: Option<&'a str>,
    hospital_clinic: Option<&'a str>,
}

/// A row of the grid.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Medicine)]
pub(crate) struct MedicineBody<'a> {
    id: MedicationId,
    prescription_id: PrescriptionId,
    /// From 1.
    row_number: i32,
    /// In Khmer where it has no other.
    #[schema(example = "Paracetamol")]
    medicine_name: &'a str,
    /// In another language where it has none in Khmer.
    #[schema(example = "ប៉ារ៉ាសេតាម៉ុល")]
    medicine_name_khmer: &'a str,
    #[schema(example = "3ដង/១ថ្ងៃ")]
    frequency: &'a str,
    #[schema(example = "បន្ទាប់ពីអាហារ")]
    timing: &'a str,
    morning_dosage: Option<&'a Dosage>,
    daytime_dosage: Option<&'a Dosage>,
    night_dosage: Option<&'a Dosage>,
    image_url: Option<&'a str>,
    medicine_type: Option<MedicineType>,
    unit: Option<MedicineUnit>,
    /// How much is taken at once.
    #[schema(value_type = Option<f64>, example = 1)]
    dosage_amount: Option<Amount>,
    /// How many days its course has; null where it is open-ended.
    duration: Option<i64>,
    description: Option<&'a str>,
    additional_note: Option<&'a str>,
    /// Whether it is taken as needed.
    #[serde(rename = "isPRN")]
    is_prn: bool,
    before_meal: bool,
    /// Whether the patient added it beside a doctor's grid.
    added_by_patient: bool,
    /// Its own times instead of those by the meals, or when it reminds, where it is taken as needed.
    schedule_times: Vec<TimeBody>,
    created_at: Instant,
    updated_at: Instant,
}

/// A time of a medicine's own.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MedicineTime)]
struct TimeBody {
    #[schema(pattern = "^(morning|daytime|evening)$", example = "morning")]
    time_period: &'static str,
    #[schema(value_type = String, pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:30")]
    time: ClockTime,
}

/// A version of a prescription, complete and never changed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PrescriptionVersion)]
pub(crate) struct VersionBody<'a> {
    /// From 1.
    version_number: i32,
    /// Null where the account is gone.
    author: Option<AuthorBody<'a>>,
    change_reason: Option<&'a str>,
    /// Whether it applied at once.
    is_urgent: bool,
    created_at: Instant,
    symptoms: &'a str,
    title: Option<&'a str>,
    diagnosis: Option<&'a str>,
    clinical_note: Option<&'a str>,
    notes: Option<&'a str>,
    follow_up_date: Option<Day>,
    medications: Vec<MedicineBody<'a>>,
}

/// Who wrote a version.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VersionAuthor)]
struct AuthorBody<'a> {
    id: UserId,
    full_name: &'a str,
    role: UserRole,
}

impl<'a> From<&'a PrescriptionView> for PrescriptionBody<'a> {
    fn from(view: &'a PrescriptionView) -> Self {
        let prescription = &view.prescription;
        let particulars = &prescription.content.particulars;
        let revision = prescription.revision.as_ref();
        let medicines = view.medicines.iter();
        Self {
            id: prescription.id,
            patient_id: prescription.patient_id(),
            doctor_id: prescription.doctor_id(),
            patient_name: &view.patient_name,
            patient_gender: view.patient_gender,
            patient_age: view.patient_age,
            symptoms: &prescription.content.symptoms,
            status: prescription.status,
            current_version: prescription.current_version,
            is_urgent: prescription.urgent_reason.is_some(),
            urgent_reason: prescription.urgent_reason.as_deref(),
            diagnosis: particulars.diagnosis.as_deref(),
            clinical_note: particulars.clinical_note.as_deref(),
            notes: particulars.notes.as_deref(),
            follow_up_date: particulars.follow_up_date.map(Day),
            start_date: prescription.first_day().map(Day),
            end_date: prescription.last_day().map(Day),
            proposed_version: prescription.proposed_version,
            revision_requested: revision.is_some(),
            revision_reason: revision.map(|revision| revision.reason.as_str()),
            medications: medicines.map(|row| MedicineBody::new(prescription.id, row)).collect(),
            patient: PatientBody {
                first_name: view.patient_first_name.as_deref(),
                last_name: view.patient_last_name.as_deref(),
            },
            doctor: DoctorBody::of(view),
            created_at: Instant(view.created_at),
            updated_at: Instant(view.updated_at),
        }
    }
}

impl<'a> DoctorBody<'a> {
    fn of(view: &'a PrescriptionView) -> Option<Self> {
        let prescription = &view.prescription;
        let named = prescription.content.particulars.doctor_name.as_deref();
        let doctor = prescription.parties.doctor.as_ref();
        Some(Self {
            id: doctor.map(|doctor| doctor.recipient.user),
            full_name: doctor.map(|doctor| doctor.name.as_str()).or(named)?,
            first_name: view.doctor_first_name.as_deref(),
            last_name: view.doctor_last_name.as_deref(),
            specialty: view.doctor_specialty.as_deref(),
            hospital_clinic: view.doctor_hospital_clinic.as_deref(),
        })
    }
}

impl<'a> MedicineBody<'a> {
    /// A row as it is stored.
    pub(super) fn new(prescription: PrescriptionId, view: &'a MedicineView) -> Self {
        Self::of(prescription, &view.medicine, view.created_at, view.updated_at)
    }

    fn of(
        prescription: PrescriptionId,
        medicine: &'a Medicine,
        created_at: OffsetDateTime,
        updated_at: OffsetDateTime,
    ) -> Self {
        let row = &medicine.row;
        let details = &row.details;
        let name = row.medicine_name.as_str();
        Self {
            id: medicine.id,
            prescription_id: prescription,
            row_number: medicine.row_number,
            medicine_name: name,
            medicine_name_khmer: row.medicine_name_khmer.as_deref().unwrap_or(name),
            frequency: row.frequency.as_deref().unwrap_or_default(),
            timing: row.timing.as_deref().unwrap_or_default(),
            morning_dosage: row.morning_dosage.as_ref(),
            daytime_dosage: row.daytime_dosage.as_ref(),
            night_dosage: row.night_dosage.as_ref(),
            image_url: row.image_url.as_deref(),
            medicine_type: details.medicine_type,
            unit: details.unit,
            dosage_amount: row.dosage_amount(),
            duration: row.duration_days(),
            description: details.description.as_deref(),
            additional_note: details.additional_note.as_deref(),
            is_prn: row.is_prn,
            before_meal: row.is_before_meal(),
            added_by_patient: details.added_by_patient,
            schedule_times: row
                .own_times()
                .into_iter()
                .map(|(slot, time)| TimeBody {
                    time_period: slot.part_of_day(),
                    time,
                })
                .collect(),
            created_at: Instant(created_at),
            updated_at: Instant(updated_at),
        }
    }
}

impl<'a> VersionBody<'a> {
    /// A version of a prescription. Its rows are as old as itself.
    pub(super) fn new(prescription: PrescriptionId, view: &'a VersionView) -> Self {
        let author = view.author_id.zip(view.author_role);
        let rows = view.medications_snapshot.0.iter();
        let content = &view.details;
        let particulars = &content.particulars;
        Self {
            version_number: view.version_number,
            author: author.map(|(id, role)| AuthorBody {
                id,
                full_name: view.author_name.as_deref().unwrap_or_default(),
                role,
            }),
            change_reason: view.change_reason.as_deref(),
            is_urgent: view.is_urgent,
            created_at: Instant(view.created_at),
            symptoms: &content.symptoms,
            title: particulars.title.as_deref(),
            diagnosis: particulars.diagnosis.as_deref(),
            clinical_note: particulars.clinical_note.as_deref(),
            notes: particulars.notes.as_deref(),
            follow_up_date: particulars.follow_up_date.map(Day),
            medications: rows
                .map(|row| MedicineBody::of(prescription, row, view.created_at, view.created_at))
                .collect(),
        }
    }
}
