use das_tern_application::{
    DoctorsPrescription, Error, FieldCode, OwnPrescription, PageRequest, PrescriptionEdit, PrescriptionQuery,
};
use das_tern_domain::{
    Change, Content, ContentEdit, Gender, LONGEST_FULL_NAME, MedicationId, Particulars, PrescriptionStatus,
    is_first_day, zone,
};
use serde::Deserialize;
use time::{Date, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

use super::row::{RowRequest, new_rows, rows_of};
use crate::fields::{Fields, whole};
use crate::openapi::{Day, Instant};
use crate::routes::accounts::line;

/// The longest text about symptoms or a diagnosis, in characters.
const LONGEST_FINDING: usize = 2_000;
/// The longest note.
const LONGEST_NOTE: usize = 5_000;
/// The longest reason.
const LONGEST_REASON: usize = 500;
/// The oldest patient that the schema knows, in years.
const OLDEST: i64 = 150;

/// Which prescriptions.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Only those that stand here.
    #[param(value_type = PrescriptionStatus, required = false)]
    status: Option<String>,
    /// The patient. Without one: a patient's own, or those of everybody whom a doctor or a family member sees.
    #[param(value_type = String, format = Uuid, required = false)]
    patient_id: Option<String>,
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl ListParams {
    pub(super) fn parse(self) -> Result<PrescriptionQuery, Error> {
        let mut fields = Fields::default();
        let query = PrescriptionQuery {
            status: fields.read("status", self.status.as_deref(), str::parse::<PrescriptionStatus>),
            patient: fields.id("patientId", self.patient_id.as_deref()),
            is_own: false,
            page: PageRequest {
                limit: fields.limit(self.limit.as_deref()),
                cursor: self.cursor,
            },
        };
        fields.check(query)
    }
}

/// A doctor writes a prescription.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PrescribeRequest {
    #[schema(value_type = String, format = Uuid, required = true)]
    patient_id: Option<String>,
    /// As it stands on the paper; that of the account by default.
    #[schema(max_length = 200, example = "សុខ សំណាង")]
    patient_name: Option<String>,
    /// That of the account by default.
    #[schema(value_type = Option<Gender>)]
    patient_gender: Option<String>,
    /// In whole years; that of the account by default.
    #[schema(minimum = 0, maximum = 150, example = 61)]
    #[serde(default, deserialize_with = "whole")]
    patient_age: Option<i64>,
    /// This or `diagnosis` is needed.
    #[schema(max_length = 2000, example = "ឈឺក្បាល")]
    symptoms: Option<String>,
    #[schema(max_length = 2000)]
    diagnosis: Option<String>,
    #[schema(max_length = 5000)]
    clinical_note: Option<String>,
    #[schema(max_length = 5000)]
    notes: Option<String>,
    #[schema(value_type = Option<Day>)]
    follow_up_date: Option<String>,
    /// Whether it holds at once, without waiting for the patient.
    is_urgent: Option<bool>,
    /// Why it is urgent; needed where it is.
    #[schema(max_length = 500)]
    urgent_reason: Option<String>,
    /// The grid, 1 to 50 rows.
    #[schema(value_type = Vec<RowRequest>, required = true, min_items = 1, max_items = 50)]
    medications: Option<Vec<RowRequest>>,
}

impl PrescribeRequest {
    pub(super) fn parse(self, today: Date) -> Result<DoctorsPrescription, Error> {
        let mut fields = Fields::default();
        let patient_id = fields.required("patientId", self.patient_id);
        let patient = fields.id("patientId", patient_id.as_deref());
        let gender = self.patient_gender.as_deref().filter(|gender| !gender.is_empty());
        let age = self.patient_age.filter(|age| !(0..=OLDEST).contains(age));
        if age.is_some() {
            fields.refuse("patientAge", FieldCode::OutOfRange);
        }
        let content = Content {
            symptoms: fields
                .words("symptoms", self.symptoms, LONGEST_FINDING)
                .unwrap_or_default(),
            particulars: Particulars {
                diagnosis: fields.words("diagnosis", self.diagnosis, LONGEST_FINDING),
                clinical_note: fields.words("clinicalNote", self.clinical_note, LONGEST_NOTE),
                notes: fields.words("notes", self.notes, LONGEST_NOTE),
                follow_up_date: day(&mut fields, "followUpDate", self.follow_up_date.as_deref()),
                ..Particulars::default()
            },
        };
        if !content.says_what_for() {
            fields.refuse("symptoms", FieldCode::Required);
        }
        let new = patient.map(|patient| DoctorsPrescription {
            patient,
            patient_name: line(
                &mut fields,
                "patientName",
                self.patient_name.as_deref(),
                LONGEST_FULL_NAME,
            ),
            patient_gender: fields.read("patientGender", gender, str::parse::<Gender>),
            patient_age: self.patient_age.and_then(|age| i32::try_from(age).ok()),
            content,
            urgent_reason: urgent(&mut fields, self.is_urgent, self.urgent_reason),
            rows: new_rows(&mut fields, "medications", self.medications, None, today),
        });
        checked(fields, new)
    }
}

/// A patient writes a prescription of their own, with symptoms and medications, or with a title and medicines.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(min_properties = 1)]
pub(crate) struct OwnRequest {
    /// This or `title` is needed.
    #[schema(max_length = 2000, example = "ឈឺក្បាល")]
    symptoms: Option<String>,
    #[schema(max_length = 2000)]
    title: Option<String>,
    /// The grid, 1 to 50 rows, under this name or `medicines`.
    #[schema(min_items = 1, max_items = 50)]
    medications: Option<Vec<RowRequest>>,
    /// Another name of `medications`, which comes first.
    #[schema(min_items = 1, max_items = 50)]
    medicines: Option<Vec<RowRequest>>,
    /// The first day of every row that has none of its own; not more than seven days back.
    #[schema(value_type = Option<Day>)]
    start_date: Option<String>,
    /// Who prescribed it, where that is nobody here.
    #[schema(max_length = 200)]
    doctor_name: Option<String>,
    #[schema(max_length = 2000)]
    diagnosis: Option<String>,
    #[schema(max_length = 5000)]
    notes: Option<String>,
    /// Whether it is a draft that is not followed yet.
    draft: Option<bool>,
}

impl OwnRequest {
    pub(super) fn parse(self, today: Date) -> Result<OwnPrescription, Error> {
        let mut fields = Fields::default();
        let symptoms = fields.words("symptoms", self.symptoms, LONGEST_FINDING);
        let title = fields.words("title", self.title, LONGEST_FINDING);
        if symptoms.is_none() && title.is_none() {
            fields.refuse("symptoms", FieldCode::Required);
        }
        let start_date = day(&mut fields, "startDate", self.start_date.as_deref());
        let content = Content {
            symptoms: symptoms.or_else(|| title.clone()).unwrap_or_default(),
            particulars: Particulars {
                title,
                diagnosis: fields.words("diagnosis", self.diagnosis, LONGEST_FINDING),
                notes: fields.words("notes", self.notes, LONGEST_NOTE),
                doctor_name: line(
                    &mut fields,
                    "doctorName",
                    self.doctor_name.as_deref(),
                    LONGEST_FULL_NAME,
                ),
                ..Particulars::default()
            },
        };
        let (path, rows) = match self.medications {
            None if self.medicines.is_some() => ("medicines", self.medicines),
            rows => ("medications", rows),
        };
        let is_possible = |start: &Date| is_first_day(*start, today);
        let rows = new_rows(&mut fields, path, rows, start_date.filter(is_possible), today);
        if !fields.is_empty() && start_date.is_some_and(|start| !is_possible(&start)) {
            fields.refuse("startDate", FieldCode::OutOfRange);
        }
        fields.check(OwnPrescription {
            content,
            start_date,
            rows,
            path,
            is_draft: self.draft.unwrap_or(false),
        })
    }
}

/// What to change; what is absent or null stays, an empty text is none.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(min_properties = 1)]
pub(crate) struct EditRequest {
    /// The whole grid. A row with the `id` of one that is there takes its place, as does one of the same medicine; what is
    /// not said of its days stays.
    #[schema(min_items = 1, max_items = 50)]
    medications: Option<Vec<RowRequest>>,
    /// Another name of `medications`, which comes first.
    #[schema(min_items = 1, max_items = 50)]
    medicines: Option<Vec<RowRequest>>,
    #[schema(max_length = 2000)]
    symptoms: Option<String>,
    #[schema(max_length = 2000)]
    title: Option<String>,
    #[schema(max_length = 2000)]
    diagnosis: Option<String>,
    #[schema(max_length = 5000)]
    clinical_note: Option<String>,
    #[schema(max_length = 5000)]
    notes: Option<String>,
    #[schema(value_type = Option<Day>)]
    follow_up_date: Option<String>,
    #[schema(max_length = 200)]
    doctor_name: Option<String>,
    /// Why it is changed; needed, unless there is an `urgentReason`.
    #[schema(max_length = 500)]
    change_reason: Option<String>,
    /// Whether a doctor's change holds at once.
    is_urgent: Option<bool>,
    /// Why it is urgent; needed where it is.
    #[schema(max_length = 500)]
    urgent_reason: Option<String>,
    /// The version that it was made on: `proposedVersion`, where there is one, else `currentVersion`.
    #[schema(minimum = 1)]
    #[serde(default, deserialize_with = "whole")]
    expected_version: Option<i32>,
}

impl EditRequest {
    pub(super) fn parse(self, expected: Option<Vec<String>>) -> Result<PrescriptionEdit, Error> {
        let mut fields = Fields::default();
        let mut kept = |field, value: Option<String>, longest| {
            let is_named = value.is_some();
            let text = fields.words(field, value, longest);
            is_named.then(|| text.unwrap_or_default())
        };
        let content = ContentEdit {
            symptoms: kept("symptoms", self.symptoms, LONGEST_FINDING),
            title: kept("title", self.title, LONGEST_FINDING),
            diagnosis: kept("diagnosis", self.diagnosis, LONGEST_FINDING),
            clinical_note: kept("clinicalNote", self.clinical_note, LONGEST_NOTE),
            notes: kept("notes", self.notes, LONGEST_NOTE),
            doctor_name: kept("doctorName", self.doctor_name, LONGEST_FULL_NAME),
            follow_up_date: match self.follow_up_date.as_deref() {
                Some("") => Some(None),
                day_text => day(&mut fields, "followUpDate", day_text).map(Some),
            },
        };
        let urgent_reason = urgent(&mut fields, self.is_urgent, self.urgent_reason);
        let reason = fields.words("changeReason", self.change_reason, LONGEST_REASON);
        if reason.is_none() && urgent_reason.is_none() {
            fields.refuse("changeReason", FieldCode::Required);
        }
        let rows = self
            .medications
            .or(self.medicines)
            .map(|rows| rows_of(&mut fields, "medications", Some(rows)));
        fields.check(PrescriptionEdit {
            change: Change {
                content,
                rows,
                reason,
                urgent_reason,
            },
            expected_version: self.expected_version,
            expected,
        })
    }
}

/// A reason, where the patient gives one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ReasonRequest {
    /// Why; empty is none.
    #[schema(max_length = 500, pattern = r"^[^\u0000]*$")]
    reason: Option<String>,
}

impl ReasonRequest {
    pub(super) fn parse(self) -> Result<Option<String>, Error> {
        let mut fields = Fields::default();
        let reason = fields.words("reason", self.reason, LONGEST_REASON);
        fields.check(reason)
    }
}

/// A reason that must be given.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RetakeRequest {
    /// Why it is to be written again.
    #[schema(value_type = String, required = true, min_length = 1, max_length = 500, pattern = r"^[^\u0000]*$")]
    reason: Option<String>,
}

impl RetakeRequest {
    pub(super) fn parse(self) -> Result<String, Error> {
        let mut fields = Fields::default();
        let reason = fields.words("reason", self.reason, LONGEST_REASON);
        if reason.is_none() {
            fields.refuse("reason", FieldCode::Required);
        }
        checked(fields, reason)
    }
}

/// An intake of a medicine that is taken as needed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntakeRequest {
    #[schema(value_type = String, format = Uuid, required = true)]
    medication_id: Option<String>,
    /// When it was taken; now by default. Without an offset it is Phnom Penh time.
    #[schema(value_type = Option<Instant>)]
    taken_at: Option<String>,
}

impl IntakeRequest {
    pub(super) fn parse(self) -> Result<(MedicationId, Option<OffsetDateTime>), Error> {
        let mut fields = Fields::default();
        let id = fields.required("medicationId", self.medication_id);
        let medication = fields.id("medicationId", id.as_deref());
        let taken_at = fields.read("takenAt", self.taken_at.as_deref(), zone::parse_instant);
        checked(fields, medication.map(|medication| (medication, taken_at)))
    }
}

fn day(fields: &mut Fields, field: &'static str, text: Option<&str>) -> Option<Date> {
    fields.read(field, text.filter(|text| !text.is_empty()), zone::parse_day_of)
}

/// The reason of what holds at once.
fn urgent(fields: &mut Fields, is_urgent: Option<bool>, reason: Option<String>) -> Option<String> {
    let reason = fields.words("urgentReason", reason, LONGEST_REASON);
    let is_urgent = is_urgent.unwrap_or(false);
    if is_urgent && reason.is_none() {
        fields.refuse("urgentReason", FieldCode::Required);
    }
    reason.filter(|_| is_urgent)
}

/// What was read, unless something is wrong; what could not be read has been refused.
fn checked<T>(fields: Fields, read: Option<T>) -> Result<T, Error> {
    match read {
        Some(read) => fields.check(read),
        None => Err(fields.into_error()),
    }
}
