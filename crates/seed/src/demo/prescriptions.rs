//! The treatments as rows: prescriptions, the grid in force, and every version of it.

use das_tern_domain::{ClockTime, Dosage, MedicationId, zone};
use das_tern_persistence::ReminderTimes;
use das_tern_persistence::entities::{medication, prescription, prescription_version};
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};

use super::calendar::Calendar;
use super::id_of;
use super::treatments::{Cell, Row, TREATMENTS, Treatment, Version};

/// When a medicine that is taken as needed reminds (rules §5).
const REMINDERS: [&str; 4] = ["07:00", "12:00", "18:00", "21:00"];

/// When a version was written: in the afternoon, so that its first day is the next one.
pub(super) fn written_at(version: &Version, calendar: &Calendar) -> OffsetDateTime {
    calendar.at(version.days_ago, 17)
}

/// When a patient confirmed what a doctor had written.
pub(super) fn confirmed_at(treatment: &Treatment, calendar: &Calendar) -> OffsetDateTime {
    calendar.at(treatment.written_days_ago(), 18)
}

/// When it was paused, stopped or rejected.
pub(super) fn ended_at(treatment: &Treatment, calendar: &Calendar) -> Option<OffsetDateTime> {
    treatment.ended_days_ago.map(|days_ago| calendar.at(days_ago, 6))
}

/// The rows of a treatment's grid keep their ids from version to version.
pub(super) fn medication_id(treatment: &Treatment, row_number: i32) -> MedicationId {
    id_of("medication", &format!("{}/{row_number}", treatment.key)).into()
}

pub(super) fn prescriptions(calendar: &Calendar) -> Vec<prescription::Model> {
    TREATMENTS
        .iter()
        .map(|treatment| prescribed(treatment, calendar))
        .collect()
}

fn prescribed(treatment: &Treatment, calendar: &Calendar) -> prescription::Model {
    let patient = treatment.patient;
    let created_at = calendar.at(treatment.written_days_ago(), 17);
    let changed_at = treatment.versions.last().map(|version| written_at(version, calendar));
    prescription::Model {
        id: treatment.id(),
        patient_id: patient.id(),
        doctor_id: treatment.doctor.map(super::cast::Person::id),
        patient_name: patient.name.to_owned(),
        patient_gender: patient.gender,
        patient_age: age(patient.born, zone::day_of(created_at)),
        symptoms: treatment.symptoms.to_owned(),
        status: treatment.status,
        current_version: numbered(treatment.versions).last().map_or(1, |(number, _)| number),
        is_urgent: treatment.urgent_reason.is_some(),
        urgent_reason: treatment.urgent_reason.map(str::to_owned),
        created_at,
        updated_at: ended_at(treatment, calendar).or(changed_at).unwrap_or(created_at),
        details: json!({}),
    }
}

fn age(born: Date, day: Date) -> i32 {
    let before_birthday = (day.month() as u8, day.day()) < (born.month() as u8, born.day());
    day.year() - born.year() - i32::from(before_birthday)
}

pub(super) fn medications(calendar: &Calendar) -> Vec<medication::Model> {
    let grid = |treatment: &&'static Treatment| grid(treatment, treatment.rows(), calendar);
    TREATMENTS.iter().flat_map(grid).collect()
}

/// Every version with its complete grid.
pub(super) fn versions(calendar: &Calendar) -> Vec<prescription_version::Model> {
    let mut rows = Vec::new();
    for treatment in TREATMENTS {
        for (number, version) in numbered(treatment.versions) {
            let grid = grid(treatment, version.rows, calendar);
            rows.push(prescription_version::Model {
                id: id_of("version", &format!("{}/{number}", treatment.key)).into(),
                prescription_id: treatment.id(),
                version_number: number,
                author_id: Some(treatment.author().id()),
                change_reason: version.reason.map(str::to_owned),
                medications_snapshot: grid.iter().map(snapshot).collect(),
                created_at: written_at(version, calendar),
            });
        }
    }
    rows
}

fn grid(treatment: &Treatment, rows: &'static [Row], calendar: &Calendar) -> Vec<medication::Model> {
    let since = calendar.at(treatment.written_days_ago(), 17);
    numbered(rows)
        .map(|(number, row)| medication::Model {
            id: medication_id(treatment, number),
            prescription_id: treatment.id(),
            row_number: number,
            medicine_name: row.medicine.to_owned(),
            medicine_name_khmer: Some(row.khmer.to_owned()),
            image_url: None,
            morning_dosage: row.morning.map(dosage),
            daytime_dosage: row.daytime.map(dosage),
            night_dosage: row.night.map(dosage),
            frequency: Some(frequency(row)),
            timing: Some(timing(row).to_owned()),
            created_at: since,
            updated_at: since,
            is_prn: row.is_prn,
            first_day: Some(calendar.day(row.first_days_ago)),
            last_day: row.last_days_ago.map(|days_ago| calendar.day(days_ago)),
            reminder_times: row.is_prn.then(reminders),
            details: json!({}),
        })
        .collect()
}

/// Rows and versions are numbered from 1.
pub(super) fn numbered<T>(items: &'static [T]) -> impl Iterator<Item = (i32, &'static T)> {
    (1..).zip(items)
}

fn dosage(cell: Cell) -> Dosage {
    Dosage {
        amount: cell.amount.to_owned(),
        before_meal: cell.before_meal,
    }
}

fn cells(row: &Row) -> impl Iterator<Item = Cell> {
    [row.morning, row.daytime, row.night].into_iter().flatten()
}

/// The count of cells, as the grid shows it (rules §4).
fn frequency(row: &Row) -> String {
    match cells(row).count() {
        0 => "ពេលចាំបាច់".to_owned(),
        count => format!("{count}ដង/១ថ្ងៃ"),
    }
}

fn timing(row: &Row) -> &'static str {
    if cells(row).any(|cell| cell.before_meal) {
        "មុនអាហារ"
    } else {
        "បន្ទាប់ពីអាហារ"
    }
}

fn reminders() -> ReminderTimes {
    let clocks = REMINDERS.iter().filter_map(|clock| clock.parse::<ClockTime>().ok());
    ReminderTimes(clocks.collect())
}

fn snapshot(medication: &medication::Model) -> Value {
    json!({
        "id": medication.id,
        "rowNumber": medication.row_number,
        "medicineName": medication.medicine_name,
        "medicineNameKhmer": medication.medicine_name_khmer,
        "imageUrl": medication.image_url,
        "morningDosage": medication.morning_dosage,
        "daytimeDosage": medication.daytime_dosage,
        "nightDosage": medication.night_dosage,
        "frequency": medication.frequency,
        "timing": medication.timing,
        "isPrn": medication.is_prn,
        "firstDay": medication.first_day.map(zone::format_day),
        "lastDay": medication.last_day.map(zone::format_day),
        "reminderTimes": medication.reminder_times,
    })
}
