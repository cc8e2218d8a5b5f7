//! When patients eat, and the one statement that moves their doses to come with it.

use das_tern_domain::{Meal, MealRange, MealTimePreferenceId, MealTimes, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use time::OffsetDateTime;

use crate::Error;
use crate::effects::{Effects, effects_of};
use crate::sql::{slot_of, statement};

/// What a patient told, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct StoredMealTimes {
    morning: Option<String>,
    afternoon: Option<String>,
    night: Option<String>,
}

impl StoredMealTimes {
    /// What is stored, meal by meal.
    pub(crate) fn new(morning: Option<String>, afternoon: Option<String>, night: Option<String>) -> Self {
        Self {
            morning,
            afternoon,
            night,
        }
    }

    /// The ranges. A text that is none counts as not told.
    #[must_use]
    pub fn ranges(&self) -> MealTimes {
        let read = |meal, text: &Option<String>| MealRange::parse(meal, text.as_deref()?).ok();
        MealTimes {
            morning: read(Meal::Morning, &self.morning),
            afternoon: read(Meal::Afternoon, &self.afternoon),
            night: read(Meal::Night, &self.night),
        }
    }
}

const FIND: &str = "\
SELECT morning_meal AS morning, afternoon_meal AS afternoon, night_meal AS night \
FROM meal_time_preferences WHERE user_id = $1";

/// What a patient told; nothing at all where there is no row.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, patient: UserId) -> Result<StoredMealTimes, Error> {
    let row = StoredMealTimes::find_by_statement(statement(FIND, [patient.into()]))
        .one(db)
        .await?;
    Ok(row.unwrap_or_default())
}

/// A dose moves within its day and slot, its grace with it, unless the patient has a time of their own for it. One whose new time is over stays, as does one whose place
/// is taken: a medication has one dose at a time, and the key on that is checked row by row.
const SAVE: &str = concat!(
    "WITH changed AS (INSERT INTO meal_time_preferences AS p (id, user_id, morning_meal, afternoon_meal, night_meal) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id) DO UPDATE SET morning_meal = excluded.morning_meal, \
     afternoon_meal = excluded.afternoon_meal, night_meal = excluded.night_meal \
     WHERE (p.morning_meal, p.afternoon_meal, p.night_meal) IS NOT DISTINCT FROM ($6::text, $7::text, $8::text) \
     RETURNING p.user_id), \
     placed AS (SELECT d.id, d.medication_id, d.scheduled_time, ",
    slot_of!("d"),
    " AS slot, m.morning_dosage, m.daytime_dosage, m.night_dosage, m.details -> 'scheduleTimes' AS own \
     FROM changed JOIN dose_events d ON d.patient_id = changed.user_id JOIN medications m ON m.id = d.medication_id \
     WHERE d.status = 'DUE' AND d.scheduled_time > $10 AND NOT m.is_prn), \
     aimed AS (SELECT c.id, c.medication_id, c.scheduled_time, \
     date_trunc('day', c.scheduled_time, 'Asia/Phnom_Penh') + make_interval(mins => t.minutes) AS target \
     FROM placed c JOIN jsonb_to_recordset($9::jsonb) AS t(slot text, before_meal boolean, minutes int) \
     ON t.slot = c.slot AND t.before_meal = coalesce((CASE c.slot WHEN 'MORNING' THEN c.morning_dosage \
     WHEN 'AFTERNOON' THEN c.daytime_dosage ELSE c.night_dosage END ->> 'beforeMeal')::boolean, false) \
     WHERE c.own ->> (CASE c.slot WHEN 'MORNING' THEN 'morning' WHEN 'AFTERNOON' THEN 'daytime' ELSE 'night' END) IS NULL), \
     moved AS (UPDATE dose_events d SET scheduled_time = f.target, \
     missed_after = f.target + (d.missed_after - d.scheduled_time) \
     FROM (SELECT DISTINCT ON (a.medication_id, a.target) a.id, a.target FROM aimed a \
     WHERE a.target > $10 AND a.target <> a.scheduled_time AND NOT EXISTS (SELECT FROM dose_events o \
     WHERE o.medication_id = a.medication_id AND o.scheduled_time = a.target) \
     ORDER BY a.medication_id, a.target, a.scheduled_time, a.id) f \
     WHERE d.id = f.id AND d.status = 'DUE'), ",
    effects_of!("$11", "$12"),
    " SELECT user_id FROM changed"
);

#[derive(FromQueryResult)]
struct Saved {
    #[expect(dead_code, reason = "only whether there is a row is asked for")]
    user_id: UserId,
}

/// Saves when a patient eats, moves the DUE doses after `now`, and writes the effects, in one statement: whether what
/// was told before still was `before`. If it was not, nothing is written at all. `id` is for a first row.
///
/// # Errors
/// When the database fails.
pub async fn save(
    db: &impl ConnectionTrait,
    id: MealTimePreferenceId,
    patient: UserId,
    (before, after): (&StoredMealTimes, MealTimes),
    now: OffsetDateTime,
    effects: &Effects,
) -> Result<bool, Error> {
    let text = |range: Option<MealRange>| range.map(|range| range.to_string()).into();
    let times: Vec<_> = after
        .dose_times()
        .map(|(slot, before_meal, at)| json!({ "slot": slot, "before_meal": before_meal, "minutes": at.whole_minutes() }))
        .collect();
    let [audit_logs, notifications] = effects.values()?;
    let values = [
        id.into(),
        patient.into(),
        text(after.morning),
        text(after.afternoon),
        text(after.night),
        before.morning.clone().into(),
        before.afternoon.clone().into(),
        before.night.clone().into(),
        serde_json::Value::from(times).into(),
        now.into(),
        audit_logs,
        notifications,
    ];
    let saved = Saved::find_by_statement(statement(SAVE, values)).one(db).await?;
    Ok(saved.is_some())
}
