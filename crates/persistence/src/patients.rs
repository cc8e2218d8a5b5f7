//! The patients of a doctor, each with the figures that they opened (rules §3, §8).
//!
//! Adherence is counted over the doses of a span of days whose outcome is decided, as-needed ones left out. Who opened
//! what is asked of `sights_of!` in the same statement, so that a level that changes counts at once.

use das_tern_domain::{Adherence, ConnectionId, Gender, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use time::{Date, OffsetDateTime};

use crate::Error;
use crate::sql::{count, part, statement};

/// A patient of a doctor, with what the doctor sees of them.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PatientView {
    /// The patient.
    pub id: UserId,
    /// The connection between the two.
    pub connection_id: ConnectionId,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The name to show, by which they are listed.
    pub name: String,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// Phone number.
    pub phone_number: Option<String>,
    /// Whether the doctor sees anything of their doses and prescriptions at this moment; else all that follows is empty.
    pub is_seen: bool,
    /// Those of the latest prescription.
    pub symptoms: Option<String>,
    /// How many prescriptions are followed now.
    pub active_prescriptions: i64,
    /// When the patient last recorded what became of a dose of the span.
    pub last_activity: Option<OffsetDateTime>,
    taken: i64,
    decided: i64,
}

impl PatientView {
    /// How much was taken.
    #[must_use]
    pub fn adherence(&self) -> Adherence {
        Adherence {
            taken: count(self.taken),
            decided: count(self.decided),
            ..Adherence::default()
        }
    }
}

/// Which patients of a doctor are asked for, and of which doses.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// The doctor.
    pub doctor: UserId,
    /// Now.
    pub now: OffsetDateTime,
    /// Doses from this instant on.
    pub from: OffsetDateTime,
    /// Doses before this instant.
    pub until: OffsetDateTime,
}

/// What a list of patients is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatientOrder {
    /// Their names, in the order of the Khmer alphabet.
    Name,
    /// Their adherence, as it is shown.
    Adherence,
}

/// A page of a doctor's patients.
#[derive(Debug, Clone)]
pub struct PatientPage {
    /// A part of the name or of the phone number, in any case.
    pub text: Option<String>,
    /// Only patients whose adherence, as it is shown, is within these, in percent.
    pub percent: Option<(u8, u8)>,
    /// In which order.
    pub order: PatientOrder,
    /// The other way round.
    pub is_descending: bool,
    /// After so many.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

/// `sights`, and `patients`: those with whom `$1` has an accepted connection. Each is looked up by primary key, however
/// few of all people a doctor knows: a planner that counts only pages may take the whole table instead. Whoever opens
/// nothing shows a name, and is found by nothing else (rules §3).
macro_rules! patients {
    (of $patient:literal) => {
        patients!($patient; concat!("c.patient_id = ", $patient))
    };
    ($patient:literal; $condition:expr) => {
        concat!(
            "WITH ",
            sights_of!("$1", "$2", of $patient),
            ", patients AS MATERIALIZED (SELECT c.id AS connection_id, p.id, p.first_name, p.last_name, \
             coalesce(p.full_name, nullif(concat_ws(' ', p.first_name, p.last_name), ''), '') AS name, p.gender, \
             p.date_of_birth, p.phone_number \
             FROM (SELECT id, recipient_id AS patient_id, permission_level FROM connections \
             WHERE initiator_id = $1 AND status = 'ACCEPTED' \
             UNION ALL SELECT id, initiator_id, permission_level FROM connections \
             WHERE recipient_id = $1 AND status = 'ACCEPTED') c \
             CROSS JOIN LATERAL (SELECT u.id, u.first_name, u.last_name, u.full_name, \
             CASE WHEN c.permission_level <> 'NOT_ALLOWED' THEN u.gender END AS gender, \
             CASE WHEN c.permission_level <> 'NOT_ALLOWED' THEN u.date_of_birth END AS date_of_birth, \
             CASE WHEN c.permission_level <> 'NOT_ALLOWED' THEN u.phone_number END AS phone_number \
             FROM users u WHERE u.id = c.patient_id AND u.role = 'PATIENT' OFFSET 0) p WHERE ",
            $condition,
            ")"
        )
    };
    ($condition:expr) => {
        patients!("NULL"; $condition)
    };
}
pub(crate) use patients;

/// The decided doses of the patient of `s` that count, between `$3` and `$4`. As-needed medicines are few, and looked up
/// once for each patient.
macro_rules! counted_doses {
    () => {
        concat!(
            "FROM dose_events d WHERE d.patient_id = s.patient_id AND d.scheduled_time >= $3 AND d.scheduled_time < $4 \
             AND d.status <> 'DUE' AND ",
            dose_is_seen!("d", "s"),
            " AND d.medication_id <> ALL (ARRAY(SELECT m.id FROM prescriptions r JOIN medications m \
             ON m.prescription_id = r.id AND m.is_prn WHERE r.patient_id = s.patient_id))"
        )
    };
}
pub(crate) use counted_doses;

/// The row `f`: what of the doses of the patient of `s` was taken.
macro_rules! figures {
    ($more:literal) => {
        concat!(
            "LEFT JOIN sights s ON s.patient_id = p.id \
             LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE d.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE')) AS taken, \
             count(*) AS decided",
            $more,
            " ",
            counted_doses!(),
            ") f ON true"
        )
    };
}
pub(crate) use figures;

/// The percent of `f` as it is shown: rounded half up, and 0 of nothing, as in the domain.
macro_rules! percent {
    () => {
        "CASE WHEN f.decided = 0 THEN 0 ELSE (200 * f.taken + f.decided) / (2 * f.decided) END"
    };
}
pub(crate) use percent;

/// What is shown of the patient of `p` beside the figures, as far as `s` sees it. Another doctor's draft is between that
/// doctor and the patient.
macro_rules! shown {
    () => {
        concat!(
            "p.id, p.connection_id, p.first_name, p.last_name, p.name, p.gender::text AS gender, p.date_of_birth, \
             p.phone_number, s.patient_id IS NOT NULL AS is_seen, \
             (SELECT r.symptoms FROM prescriptions r WHERE r.patient_id = s.patient_id \
             AND (NOT ",
            prescription_is_between_its_people!("r"),
            " OR r.doctor_id = $1) AND ",
            prescription_is_seen!("r", "s"),
            " ORDER BY r.created_at DESC, r.id DESC LIMIT 1) AS symptoms, \
             (SELECT count(*) FROM prescriptions r WHERE r.patient_id = s.patient_id AND r.status = 'ACTIVE' AND ",
            prescription_is_seen!("r", "s"),
            ") AS active_prescriptions, \
             (SELECT max(coalesce(latest.recorded_at, latest.taken_at)) FROM (SELECT d.recorded_at, d.taken_at \
             FROM dose_events d WHERE d.patient_id = s.patient_id AND d.scheduled_time >= $3 AND d.scheduled_time < $4 \
             AND d.status IN ('TAKEN_ON_TIME', 'TAKEN_LATE', 'SKIPPED') AND ",
            dose_is_seen!("d", "s"),
            " ORDER BY d.scheduled_time DESC FETCH FIRST ROW WITH TIES) latest) AS last_activity"
        )
    };
}

/// Whom the text `$5` fits: either order of the two names, the phone number with its country or with a 0 instead.
macro_rules! fits {
    () => {
        "$5::text IS NULL OR concat_ws(E'\\n', p.full_name, concat_ws(' ', p.first_name, p.last_name), \
         concat_ws(' ', p.last_name, p.first_name), p.phone_number, regexp_replace(p.phone_number, '^\\+855', '0')) \
         ILIKE $5"
    };
}

/// A page by name: figures are counted for the patients of the page only.
const BY_NAME: &str = concat!(
    patients!(fits!()),
    ", placed AS (SELECT *, row_number() OVER (ORDER BY (CASE WHEN NOT $6 THEN name END) COLLATE khmer, \
     (CASE WHEN $6 THEN name END) COLLATE khmer DESC, id) AS place FROM patients) \
     SELECT t.total, ",
    shown!(),
    ", f.taken, f.decided FROM (SELECT count(*) AS total FROM patients) t \
     LEFT JOIN (SELECT * FROM placed WHERE place > $7 AND place <= $7 + $8) p ON true ",
    figures!(""),
    " ORDER BY p.place"
);

/// A page by adherence, or of one level of it: figures are counted for all of the doctor's patients. Between patients of
/// the same adherence the name decides, after those with decided doses come those without.
const BY_ADHERENCE: &str = concat!(
    patients!(fits!()),
    ", measured AS (SELECT p.*, f.taken, f.decided, ",
    percent!(),
    " AS percent FROM patients p ",
    figures!(""),
    "), placed AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY \
     CASE WHEN $11 THEN 0 WHEN $6 THEN -percent ELSE percent END, NOT $11 AND decided = 0, \
     (CASE WHEN NOT ($11 AND $6) THEN name END) COLLATE khmer, \
     (CASE WHEN $11 AND $6 THEN name END) COLLATE khmer DESC, id) AS place \
     FROM measured WHERE percent BETWEEN $9 AND $10) \
     SELECT t.total, ",
    shown!(),
    ", p.taken, p.decided FROM (SELECT count(*) AS total FROM placed) t \
     LEFT JOIN (SELECT * FROM placed WHERE place > $7 AND place <= $7 + $8) p ON true \
     LEFT JOIN sights s ON s.patient_id = p.id ORDER BY p.place"
);

#[derive(FromQueryResult)]
struct Listed {
    total: i64,
    #[sea_orm(nested)]
    patient: Option<PatientView>,
}

impl Figures {
    pub(crate) fn values(&self) -> [Value; 4] {
        [self.doctor.into(), self.now.into(), self.from.into(), self.until.into()]
    }
}

/// A page of a doctor's patients, and how many fit altogether.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    figures: Figures,
    page: &PatientPage,
) -> Result<(Vec<PatientView>, u64), Error> {
    let place = [
        page.text.as_deref().map(part).into(),
        page.is_descending.into(),
        page.offset.into(),
        page.limit.into(),
    ];
    let mut values: Vec<Value> = figures.values().into_iter().chain(place).collect();
    let is_by_name = page.order == PatientOrder::Name;
    let sql = if is_by_name && page.percent.is_none() {
        BY_NAME
    } else {
        let (least, most) = page.percent.unwrap_or((0, 100));
        values.extend([i32::from(least).into(), i32::from(most).into(), is_by_name.into()]);
        BY_ADHERENCE
    };
    let rows = Listed::find_by_statement(statement(sql, values)).all(db).await?;
    let total = rows.first().map_or(0, |row| row.total.unsigned_abs());
    Ok((rows.into_iter().filter_map(|row| row.patient).collect(), total))
}

const ONE: &str = concat!(
    patients!(of "$5"),
    " SELECT ",
    shown!(),
    ", f.taken, f.decided FROM patients p ",
    figures!("")
);

/// One patient of a doctor; `None` when there is no accepted connection.
///
/// # Errors
/// When the database fails.
pub async fn one(db: &impl ConnectionTrait, figures: Figures, patient: UserId) -> Result<Option<PatientView>, Error> {
    let values = figures.values().into_iter().chain([patient.into()]);
    Ok(PatientView::find_by_statement(statement(ONE, values)).one(db).await?)
}
