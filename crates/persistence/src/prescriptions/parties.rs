//! The patient of a prescription: what is written down of them, what their doses depend on, and their place in the queue.
//!
//! What changes a patient's doses to come (an edit, other meals, another grace, the daily top-up) takes its turn by the row
//! of the patient's account, so that none of them plans with what another is about to change.

use das_tern_domain::{Gender, Habits, Language, PrescriptionId, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::Date;

use super::rows::habits;
use crate::Error;
use crate::meal_times::StoredMealTimes;
use crate::sql::statement;

const LOCK: &str = "SELECT u.id FROM users u WHERE u.id = $1 FOR NO KEY UPDATE";

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "only whether there is a row is asked for")]
    id: UserId,
}

/// Waits for the patient's turn and holds it until the transaction ends; whether there is such a patient.
///
/// # Errors
/// When the database fails.
pub async fn lock_patient(db: &impl ConnectionTrait, patient: UserId) -> Result<bool, Error> {
    let locked = Locked::find_by_statement(statement(LOCK, [patient.into()]))
        .one(db)
        .await?;
    Ok(locked.is_some())
}

const LOCK_OF: &str = "\
SELECT u.id FROM users u WHERE u.id = (SELECT p.patient_id FROM prescriptions p WHERE p.id = $1) FOR NO KEY UPDATE";

/// The same for the patient of a prescription; whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn lock_patient_of(db: &impl ConnectionTrait, prescription: PrescriptionId) -> Result<bool, Error> {
    let locked = Locked::find_by_statement(statement(LOCK_OF, [prescription.into()]))
        .one(db)
        .await?;
    Ok(locked.is_some())
}

/// Whose a prescription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct PartyIds {
    /// The patient.
    pub patient_id: UserId,
    /// Who wrote it, where that is not the patient.
    pub doctor_id: Option<UserId>,
    /// Whether it is between the two: a draft, or one that was rejected.
    pub is_between_them: bool,
}

const PARTIES: &str = concat!(
    "SELECT p.patient_id, p.doctor_id, ",
    prescription_is_between_its_people!("p"),
    " AS is_between_them FROM prescriptions p WHERE p.id = $1"
);

/// Whose a prescription is.
///
/// # Errors
/// When the database fails.
pub async fn parties(db: &impl ConnectionTrait, prescription: PrescriptionId) -> Result<Option<PartyIds>, Error> {
    Ok(PartyIds::find_by_statement(statement(PARTIES, [prescription.into()]))
        .one(db)
        .await?)
}

/// What a prescription copies of its patient, and what their doses depend on.
#[derive(Debug, Clone)]
pub struct PatientFacts {
    /// The name to show.
    pub name: String,
    /// Their gender, as far as they told.
    pub gender: Option<Gender>,
    /// When they were born, as far as they told.
    pub date_of_birth: Option<Date>,
    /// The language they read.
    pub language: Language,
    /// What their doses depend on.
    pub habits: Habits,
}

#[derive(FromQueryResult)]
struct PatientRow {
    name: String,
    gender: Option<Gender>,
    date_of_birth: Option<Date>,
    language: Language,
    grace_period_minutes: i32,
    morning: Option<String>,
    afternoon: Option<String>,
    night: Option<String>,
}

const FACTS: &str = "\
SELECT coalesce(u.full_name, concat_ws(' ', u.first_name, u.last_name)) AS name, u.gender::text AS gender, \
 u.date_of_birth, u.language::text AS language, u.grace_period_minutes, m.morning_meal AS morning, \
 m.afternoon_meal AS afternoon, m.night_meal AS night \
FROM users u LEFT JOIN meal_time_preferences m ON m.user_id = u.id WHERE u.id = $1 AND u.role = 'PATIENT'";

/// A patient, as a prescription needs them.
///
/// # Errors
/// When the database fails.
pub async fn patient_facts(db: &impl ConnectionTrait, patient: UserId) -> Result<Option<PatientFacts>, Error> {
    let row = PatientRow::find_by_statement(statement(FACTS, [patient.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| PatientFacts {
        name: row.name,
        gender: row.gender,
        date_of_birth: row.date_of_birth,
        language: row.language,
        habits: habits(
            StoredMealTimes::new(row.morning, row.afternoon, row.night).ranges(),
            row.grace_period_minutes,
        ),
    }))
}
