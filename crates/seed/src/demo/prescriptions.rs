//! The treatments as rows: prescriptions, the grid in force, and every version of it.

use das_tern_domain::{
    Dosage, Grid, MedicationId, Medicine, MedicineDetails, Particulars, PrescriptionDetails, PrescriptionStatus,
    ReminderTimes, VersionDetails, age, default_timing, last_day_of_horizon, zone,
};
use das_tern_persistence::entities::{medication, prescription, prescription_version};
use time::OffsetDateTime;

use super::calendar::Calendar;
use super::doses::HORIZON_DAYS;
use super::id_of;
use super::treatments::{Cell, Row, TREATMENTS, Treatment, Version};

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
    let is_followed = treatment.status == PrescriptionStatus::Active;
    let ends: Option<Vec<_>> = treatment.rows().iter().map(|row| row.last_days_ago).collect();
    let ends = ends
        .unwrap_or_default()
        .into_iter()
        .map(|days_ago| calendar.day(days_ago));
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
        details: PrescriptionDetails::default(),
        scheduled_until: is_followed.then(|| last_day_of_horizon(calendar.today(), HORIZON_DAYS)),
        last_day: ends.into_iter().max(),
    }
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
                medications_snapshot: Grid(grid.iter().map(snapshot).collect()),
                created_at: written_at(version, calendar),
                is_urgent: version.reason.is_some() && version.reason == treatment.urgent_reason,
                details: VersionDetails {
                    symptoms: treatment.symptoms.to_owned(),
                    particulars: Particulars::default(),
                },
            });
        }
    }
    rows
}

fn grid(treatment: &Treatment, rows: &'static [Row], calendar: &Calendar) -> Vec<medication::Model> {
    let since = calendar.at(treatment.written_days_ago(), 17);
    numbered(rows)
        .map(|(number, row)| {
            let written = written_row(row, calendar);
            medication::Model {
                id: medication_id(treatment, number),
                prescription_id: treatment.id(),
                row_number: number,
                medicine_name: written.medicine_name,
                medicine_name_khmer: written.medicine_name_khmer,
                image_url: None,
                morning_dosage: written.morning_dosage,
                daytime_dosage: written.daytime_dosage,
                night_dosage: written.night_dosage,
                frequency: written.frequency,
                timing: written.timing,
                created_at: since,
                updated_at: since,
                is_prn: written.is_prn,
                first_day: written.first_day,
                last_day: written.last_day,
                reminder_times: written.reminder_times,
                details: written.details,
                series_id: None,
                removed_in_version: None,
            }
        })
        .collect()
}

/// A row of the play as the rules know it.
fn written_row(row: &Row, calendar: &Calendar) -> das_tern_domain::Row {
    let mut written = das_tern_domain::Row {
        medicine_name: row.medicine.to_owned(),
        medicine_name_khmer: Some(row.khmer.to_owned()),
        image_url: None,
        morning_dosage: row.morning.map(dosage),
        daytime_dosage: row.daytime.map(dosage),
        night_dosage: row.night.map(dosage),
        frequency: None,
        timing: None,
        is_prn: row.is_prn,
        first_day: Some(calendar.day(row.first_days_ago)),
        last_day: row.last_days_ago.map(|days_ago| calendar.day(days_ago)),
        reminder_times: row.is_prn.then(ReminderTimes::default),
        details: MedicineDetails::default(),
    };
    written.frequency = Some(written.default_frequency());
    written.timing = Some(default_timing(written.is_before_meal()).to_owned());
    written
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

fn snapshot(medication: &medication::Model) -> Medicine {
    let medication = medication.clone();
    Medicine {
        id: medication.id,
        series_id: medication.series_id,
        row_number: medication.row_number,
        row: das_tern_domain::Row {
            medicine_name: medication.medicine_name,
            medicine_name_khmer: medication.medicine_name_khmer,
            image_url: medication.image_url,
            morning_dosage: medication.morning_dosage,
            daytime_dosage: medication.daytime_dosage,
            night_dosage: medication.night_dosage,
            frequency: medication.frequency,
            timing: medication.timing,
            is_prn: medication.is_prn,
            first_day: medication.first_day,
            last_day: medication.last_day,
            reminder_times: medication.reminder_times,
            details: medication.details,
        },
    }
}
