//! What a doctor should know of all their patients at a glance (rules §8).

use das_tern_domain::{DoseEventId, DoseEventStatus, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::patients::{Figures, counted_doses, figures, patients, percent};
use crate::sql::{count, statement};

/// How many patients are warned of at most, the worst first.
const MOST_ALERTS: u64 = 100;

/// A doctor's patients in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// How many they are.
    pub patients: u32,
    /// Of how many the adherence is too low.
    pub in_need: u32,
    /// How many wait for an answer of the doctor to be connected.
    pub requests: u32,
    /// Who has just missed doses in a row, the most first.
    pub streaks: Vec<MissStreak>,
}

/// A patient who missed doses in a row, the latest decided one included.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct MissStreak {
    /// The patient.
    pub id: UserId,
    /// Their name.
    pub name: String,
    missed: i64,
    /// When the latest of these doses was to be taken.
    pub last_missed_at: OffsetDateTime,
}

impl MissStreak {
    /// How many doses in a row.
    #[must_use]
    pub fn missed(&self) -> u32 {
        count(self.missed)
    }
}

/// What makes a patient stand out.
#[derive(Debug, Clone, Copy)]
pub struct Alarm {
    /// An adherence below this, in percent.
    pub percent_below: u8,
    /// So many doses missed in a row,
    pub misses: u32,
    /// the last of which was to be taken at this instant or later.
    pub since: OffsetDateTime,
}

/// A dose that is taken with others at the same time does not count as missed after them: the order of the two is nobody's.
const DASHBOARD: &str = concat!(
    patients!(true),
    ", measured AS MATERIALIZED (SELECT p.id, p.name, f.*, ",
    percent!(),
    " AS percent FROM patients p ",
    figures!(
        ", max(d.scheduled_time) FILTER (WHERE d.status = 'MISSED') AS last_missed_at, \
         max(d.scheduled_time) FILTER (WHERE d.status <> 'MISSED') AS last_other_at"
    ),
    "), streaks AS (SELECT m.id, m.name, m.last_missed_at, (SELECT count(*) ",
    counted_doses!(),
    " AND d.status = 'MISSED' AND (m.last_other_at IS NULL OR d.scheduled_time > m.last_other_at)) AS missed \
     FROM measured m JOIN sights s ON s.patient_id = m.id \
     WHERE m.last_missed_at >= $7 AND (m.last_other_at IS NULL OR m.last_missed_at > m.last_other_at)) \
     SELECT (SELECT count(*) FROM patients) AS patients, \
     (SELECT count(*) FROM measured WHERE decided > 0 AND percent < $5) AS in_need, \
     (SELECT count(*) FROM connections WHERE recipient_id = $1 AND status = 'PENDING') AS requests, streak.* \
     FROM (VALUES (1)) one (row) LEFT JOIN streaks streak ON streak.missed >= $6 \
     ORDER BY streak.missed DESC, streak.last_missed_at DESC, streak.id LIMIT $8"
);

#[derive(FromQueryResult)]
struct Glance {
    patients: i64,
    in_need: i64,
    requests: i64,
    #[sea_orm(nested)]
    streak: Option<MissStreak>,
}

/// A doctor's patients in numbers, and those of them who missed doses in a row.
///
/// # Errors
/// When the database fails.
pub async fn dashboard(db: &impl ConnectionTrait, figures: Figures, alarm: Alarm) -> Result<Dashboard, Error> {
    let alarms = [
        i32::from(alarm.percent_below).into(),
        i64::from(alarm.misses).into(),
        alarm.since.into(),
        MOST_ALERTS.into(),
    ];
    let values = figures.values().into_iter().chain(alarms);
    let rows = Glance::find_by_statement(statement(DASHBOARD, values)).all(db).await?;
    let mut dashboard = Dashboard::default();
    for row in rows {
        dashboard.patients = count(row.patients);
        dashboard.in_need = count(row.in_need);
        dashboard.requests = count(row.requests);
        dashboard.streaks.extend(row.streak);
    }
    Ok(dashboard)
}

/// What became of a dose of one of a doctor's patients.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Activity {
    /// The dose.
    pub id: DoseEventId,
    /// The patient.
    pub patient_id: UserId,
    /// Their name.
    pub patient_name: String,
    /// The medicine's name.
    pub medicine_name: String,
    /// The medicine's name in Khmer.
    pub medicine_name_khmer: Option<String>,
    /// What became of it.
    pub status: DoseEventStatus,
    /// When it was to be taken.
    pub scheduled_time: OffsetDateTime,
    /// When it was taken, or recorded as skipped, or became missed.
    pub occurred_at: OffsetDateTime,
}

/// The latest of each patient suffice to find the latest of all. They are taken in the order of the index, so that a scan
/// ends with them; those at the same time as the last of them come along, for the id to decide between.
const ACTIVITY: &str = concat!(
    patients!(true),
    " SELECT d.id, d.patient_id, d.name AS patient_name, m.medicine_name, m.medicine_name_khmer, \
     d.status::text AS status, d.scheduled_time, coalesce(d.taken_at, d.recorded_at, d.missed_after) AS occurred_at \
     FROM (SELECT latest.*, p.name FROM sights s JOIN patients p ON p.id = s.patient_id CROSS JOIN LATERAL ( \
     SELECT d.* FROM dose_events d WHERE d.patient_id = s.patient_id AND d.scheduled_time >= $3 \
     AND d.scheduled_time < $4 AND d.status <> 'DUE' AND ",
    dose_is_seen!("d", "s"),
    " ORDER BY d.scheduled_time DESC FETCH FIRST ($5) ROWS WITH TIES) latest \
     ORDER BY latest.scheduled_time DESC, latest.id DESC LIMIT $5) d \
     JOIN medications m ON m.id = d.medication_id ORDER BY d.scheduled_time DESC, d.id DESC"
);

/// The latest doses of a doctor's patients whose outcome is decided, in the order of their times, newest first.
///
/// # Errors
/// When the database fails.
pub async fn activity(db: &impl ConnectionTrait, figures: Figures, limit: u64) -> Result<Vec<Activity>, Error> {
    let values = figures.values().into_iter().chain([limit.into()]);
    Ok(Activity::find_by_statement(statement(ACTIVITY, values)).all(db).await?)
}
