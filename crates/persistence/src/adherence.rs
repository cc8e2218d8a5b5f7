//! What became of the doses of a patient, day by day (rules §8).

use das_tern_domain::Adherence;
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::Date;

use crate::Error;
use crate::doses::Span;

use crate::sql::{count, statement};

/// The doses of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct DayOfDoses {
    /// The day in Phnom Penh.
    pub day: Date,
    taken: i64,
    late: i64,
    missed: i64,
    decided: i64,
}

impl DayOfDoses {
    /// How much of them was taken.
    #[must_use]
    pub fn adherence(&self) -> Adherence {
        Adherence {
            taken: count(self.taken),
            late: count(self.late),
            missed: count(self.missed),
            decided: count(self.decided),
        }
    }
}

/// Sessions live in Phnom Penh, and yet the zone is named: a day must not follow a setting.
const BY_DAY: &str = "\
SELECT (d.scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date AS day, \
 count(*) FILTER (WHERE d.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) AS taken, \
 count(*) FILTER (WHERE d.status = 'TAKEN_LATE') AS late, count(*) FILTER (WHERE d.status = 'MISSED') AS missed, \
 count(*) AS decided \
FROM dose_events d WHERE d.patient_id = $1 AND d.scheduled_time >= $2 AND d.scheduled_time < $3 \
 AND ($4::uuid[] IS NULL OR d.prescription_id = ANY($4)) AND d.status <> 'DUE' \
 AND d.medication_id <> ALL (ARRAY(SELECT m.id FROM prescriptions r JOIN medications m \
 ON m.prescription_id = r.id AND m.is_prn WHERE r.patient_id = $1)) \
GROUP BY day ORDER BY day";

/// The days of a span on which the outcome of some dose is decided, in their order, as-needed doses left out.
///
/// # Errors
/// When the database fails.
pub async fn by_day(db: &impl ConnectionTrait, span: &Span) -> Result<Vec<DayOfDoses>, Error> {
    let values = [
        span.patient.into(),
        span.from.into(),
        span.until.into(),
        span.prescription_ids().into(),
    ];
    Ok(DayOfDoses::find_by_statement(statement(BY_DAY, values)).all(db).await?)
}
