//! Many patients, quickly: one statement makes 25 of them with all that they have.
//!
//! Everything follows from the patient's number, so a second run adds what the first did not: more patients, or the
//! doses of the days since.

use std::ops::Range;

use das_tern_domain::{MealTimes, Slot, zone};
use das_tern_persistence::Database;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, JsonValue, Statement, Value};
use serde_json::json;
use time::{Date, OffsetDateTime};

use crate::{Error, Summary, password_hash};

const BATCH: &str = include_str!("batch.sql");

/// A statement of this many patients stays below the second from which statements are logged as slow. The patients of a
/// doctor are a multiple of it, so that no two statements ever wait for each other's doctors.
const PATIENTS: u32 = 25;

/// How many statements run at once: PostgreSQL needs a core for each.
const AT_ONCE: usize = 2;

/// How patients eat: each patient has one of these.
const MEALS: [[&str; 3]; 4] = [
    ["6-7AM", "12-1PM", "6-7PM"],
    ["7-8AM", "1-2PM", "7-8PM"],
    ["8-9AM", "2-3PM", "8-9PM"],
    ["9-10AM", "4-5PM", "9-10PM"],
];

/// Tables whose statistics the planner needs before the next query.
const ANALYZE: &str = "ANALYZE users, subscriptions, meal_time_preferences, connections, prescriptions, \
    prescription_versions, medications, dose_events, notifications, audit_logs";

/// The phone number that the patient of this number signs in with. The first is number 0.
#[must_use]
pub fn large_patient_phone(index: u32) -> String {
    format!("+85570{index:07}")
}

/// The phone number that the doctor of this number signs in with. Doctor `n` has the patients from `200 * n` on.
#[must_use]
pub fn large_doctor_phone(index: u32) -> String {
    format!("+85571{index:07}")
}

/// Adds patients with the numbers from 0 to `patients`, or what is missing of them. Each has a prescription with six
/// doses a day, 30 days decided and 30 coming ones, today included; every 200 have a doctor, who sees everything.
///
/// `progress` hears how many patients there are so far. A run that breaks off leaves whole patients behind.
///
/// # Errors
/// When the database fails, or somebody else has one of the phone numbers.
pub async fn large(
    database: &Database,
    patients: u32,
    now: OffsetDateTime,
    mut progress: impl FnMut(u64),
) -> Result<Summary, Error> {
    let values: [Value; 4] = [
        zone::to_millis(now).into(),
        zone::day_of(now).into(),
        password_hash()?.into(),
        JsonValue::Array(cells(zone::day_of(now))).into(),
    ];
    let at_once = AT_ONCE.min(database.pool_status().max as usize);
    let mut batches = stream::iter((0..patients).step_by(PATIENTS as usize))
        .map(|first| add(database, first..patients.min(first.saturating_add(PATIENTS)), &values))
        .buffer_unordered(at_once);
    let (mut summary, mut so_far) = (Summary::default(), 0);
    while let Some((patients, added)) = batches.try_next().await? {
        summary += added;
        so_far += patients;
        progress(so_far);
    }
    database.connection().execute_unprepared(ANALYZE).await?;
    Ok(summary)
}

/// When the doses of each way of eating are, in minutes of the day: two medicines, one before and one after the meal,
/// each morning, noon and night.
fn cells(today: Date) -> Vec<JsonValue> {
    let mut cells = Vec::new();
    for (pattern, meals) in MEALS.iter().enumerate() {
        let [morning, afternoon, night] = meals.map(|range| range.parse().ok());
        let times = MealTimes {
            morning,
            afternoon,
            night,
        };
        for (medicine, before_meal) in [(0, false), (1, true)] {
            for (number, slot) in Slot::ALL.into_iter().enumerate() {
                let time = times.dose_at(today, slot, before_meal) - zone::start_of(today);
                cells.push(json!({
                    "pattern": pattern,
                    "medicine": medicine,
                    "cell": medicine * 3 + number,
                    "minutes": time.whole_minutes(),
                    "period": slot.period(),
                    "meals": meals,
                }));
            }
        }
    }
    cells
}

#[derive(FromQueryResult)]
struct Added {
    users: i64,
    connections: i64,
    prescriptions: i64,
    doses: i64,
    notifications: i64,
    audit_logs: i64,
}

/// Adds the patients of these numbers, and says how many they are and what was added.
async fn add(database: &Database, numbers: Range<u32>, values: &[Value; 4]) -> Result<(u64, Summary), Error> {
    let bounds = [i64::from(numbers.start).into(), i64::from(numbers.end - 1).into()];
    let values = bounds.into_iter().chain(values.iter().cloned());
    let batch = Statement::from_sql_and_values(DbBackend::Postgres, BATCH, values);
    let added = Added::find_by_statement(batch).one(database.connection()).await?;
    let summary = added.map_or_else(Summary::default, |added| Summary {
        users: added.users.unsigned_abs(),
        connections: added.connections.unsigned_abs(),
        prescriptions: added.prescriptions.unsigned_abs(),
        doses: added.doses.unsigned_abs(),
        notifications: added.notifications.unsigned_abs(),
        audit_logs: added.audit_logs.unsigned_abs(),
    });
    Ok(((numbers.end - numbers.start).into(), summary))
}
