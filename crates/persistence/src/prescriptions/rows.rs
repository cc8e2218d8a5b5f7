//! A prescription as it is read: its own row, the people of it, and the rows of its grid.

use std::hash::{DefaultHasher, Hash, Hasher};

use das_tern_domain::access::Days;
use das_tern_domain::{
    Content, Dosage, Gender, Habits, Language, MealTimes, MedicationId, Medicine, MedicineDetails, Parties,
    PermissionLevel, Prescriber, Prescription, PrescriptionDetails, PrescriptionId, PrescriptionStatus, Recipient,
    ReminderTimes, Row, UserId,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult, TryGetError};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use crate::Error;
use crate::meal_times::StoredMealTimes;
use crate::sql::{Columns, any_of, statement};
use crate::users::Account;

/// A row that is read by place: its statement selects the fields in their order.
macro_rules! by_place {
    ($(#[$doc:meta])* struct $row:ident { $($field:ident: $type:ident $(<$inner:ty>)?),+ $(,)? }) => {
        $(#[$doc])*
        struct $row {
            $($field: $type $(<$inner>)?,)+
        }

        impl $row {
            fn read(columns: &mut Columns<'_>) -> Result<Self, TryGetError> {
                Ok(Self {
                    $($field: next_column!(columns, $type $(<$inner>)?),)+
                })
            }
        }

        impl FromQueryResult for $row {
            fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
                Ok(Self::from_query_result_nullable(row, prefix)?)
            }

            fn from_query_result_nullable(row: &QueryResult, _: &str) -> Result<Self, TryGetError> {
                Self::read(&mut Columns::of(row))
            }
        }
    };
}

/// The next column, read as its type says whether it may have no value.
macro_rules! next_column {
    ($columns:ident, Option<$type:ty>) => {
        $columns.maybe()?
    };
    ($columns:ident, $type:ty) => {
        $columns.next()?
    };
}

by_place! {
    /// A prescription with the people of it, but without its grid.
    struct PrescriptionRow {
        id: PrescriptionId,
        patient_id: UserId,
        doctor_id: Option<UserId>,
        patient_name: String,
        patient_gender: Gender,
        patient_age: i32,
        symptoms: String,
        status: PrescriptionStatus,
        current_version: i32,
        latest_version: Option<i32>,
        is_urgent: bool,
        urgent_reason: Option<String>,
        details: PrescriptionDetails,
        scheduled_until: Option<Date>,
        created_at: OffsetDateTime,
        updated_at: OffsetDateTime,
        patient_first_name: Option<String>,
        patient_last_name: Option<String>,
        patient_language: Language,
        grace_period_minutes: i32,
        morning: Option<String>,
        afternoon: Option<String>,
        night: Option<String>,
        doctor_name: Option<String>,
        doctor_first_name: Option<String>,
        doctor_last_name: Option<String>,
        doctor_specialty: Option<String>,
        doctor_hospital_clinic: Option<String>,
        doctor_language: Option<Language>,
        doctor_is_verified: Option<bool>,
        doctor_level: Option<PermissionLevel>,
    }
}

/// The columns of a prescription `p` with its patient `pu`, the patient's meals `pm` and its doctor `du`, and where they
/// come from. The doctor is looked up for each row: joined freely, a planner that expects ten of them reads all users while
/// those are few.
macro_rules! prescription_rows {
    () => {
        "SELECT p.id, p.patient_id, p.doctor_id, p.patient_name, p.patient_gender::text AS patient_gender, p.patient_age, \
         p.symptoms, p.status::text AS status, p.current_version, (SELECT max(v.version_number) \
         FROM prescription_versions v WHERE v.prescription_id = p.id) AS latest_version, p.is_urgent, p.urgent_reason, \
         p.details, p.scheduled_until, p.created_at, p.updated_at, pu.first_name AS patient_first_name, \
         pu.last_name AS patient_last_name, pu.language::text AS patient_language, pu.grace_period_minutes, \
         pm.morning_meal AS morning, pm.afternoon_meal AS afternoon, pm.night_meal AS night, \
         coalesce(du.full_name, concat_ws(' ', du.first_name, du.last_name)) AS doctor_name, \
         du.first_name AS doctor_first_name, du.last_name AS doctor_last_name, du.specialty AS doctor_specialty, \
         du.hospital_clinic AS doctor_hospital_clinic, du.language::text AS doctor_language, \
         du.is_verified AS doctor_is_verified, (SELECT c.permission_level::text FROM connections c \
         WHERE c.status = 'ACCEPTED' AND ((c.initiator_id = p.doctor_id AND c.recipient_id = p.patient_id) \
         OR (c.initiator_id = p.patient_id AND c.recipient_id = p.doctor_id))) AS doctor_level \
         FROM prescriptions p JOIN users pu ON pu.id = p.patient_id \
         LEFT JOIN LATERAL (SELECT u.full_name, u.first_name, u.last_name, u.specialty, u.hospital_clinic, u.language, \
         coalesce(u.status_before_lock, u.account_status) = 'VERIFIED' AS is_verified FROM users u WHERE u.id = p.doctor_id OFFSET 0) du ON true \
         LEFT JOIN meal_time_preferences pm ON pm.user_id = p.patient_id"
    };
}
pub(super) use prescription_rows;

by_place! {
    /// A row of a grid, in force or not.
    struct MedicineRow {
        id: MedicationId,
        prescription_id: PrescriptionId,
        series_id: Option<MedicationId>,
        row_number: i32,
        medicine_name: String,
        medicine_name_khmer: Option<String>,
        image_url: Option<String>,
        morning_dosage: Option<Dosage>,
        daytime_dosage: Option<Dosage>,
        night_dosage: Option<Dosage>,
        frequency: Option<String>,
        timing: Option<String>,
        is_prn: bool,
        first_day: Option<Date>,
        last_day: Option<Date>,
        reminder_times: Option<ReminderTimes>,
        details: MedicineDetails,
        is_in_force: bool,
        created_at: OffsetDateTime,
        updated_at: OffsetDateTime,
    }
}

/// A row of a prescription's grid.
#[derive(Debug, Clone, PartialEq)]
pub struct MedicineView {
    /// The row.
    pub medicine: Medicine,
    /// When it was written.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// A prescription with all that is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PrescriptionView {
    /// The prescription, as the rules see it.
    pub prescription: Prescription,
    /// The patient's gender when it was made.
    pub patient_gender: Gender,
    /// The patient's age when it was made.
    pub patient_age: i32,
    /// The patient's name, as it was when it was made.
    pub patient_name: String,
    /// The patient's given name now.
    pub patient_first_name: Option<String>,
    /// The patient's family name now.
    pub patient_last_name: Option<String>,
    /// The doctor's given name.
    pub doctor_first_name: Option<String>,
    /// The doctor's family name.
    pub doctor_last_name: Option<String>,
    /// The doctor's specialty.
    pub doctor_specialty: Option<String>,
    /// The doctor's hospital or clinic.
    pub doctor_hospital_clinic: Option<String>,
    /// The rows of the grid in force, by number.
    pub medicines: Vec<MedicineView>,
    /// The days of every row that ever was in the grid, where it was read by itself; else of the rows in force.
    pub courses: Vec<Days>,
    /// What the patient's doses depend on beside the grid.
    pub habits: Habits,
    /// The last day that doses were made for.
    pub scheduled_until: Option<Date>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

const FIND: &str = concat!(prescription_rows!(), " WHERE p.id = $1");

/// A prescription.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, id: PrescriptionId) -> Result<Option<PrescriptionView>, Error> {
    let found = views_with(db, FIND, [id.into()], WHOLE_GRIDS).await?;
    Ok(found.into_iter().next())
}

const ALL_OF: &str = concat!(prescription_rows!(), " WHERE p.id = ", any_of!("$1"), " ORDER BY p.id");

/// These prescriptions, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn current_grids(db: &impl ConnectionTrait, ids: &[PrescriptionId]) -> Result<Vec<PrescriptionView>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    views(db, ALL_OF, [ids.into()]).await
}

macro_rules! medicine_rows {
    () => {
        "SELECT m.id, m.prescription_id, m.series_id, m.row_number, m.medicine_name, m.medicine_name_khmer, m.image_url, \
         m.morning_dosage, m.daytime_dosage, m.night_dosage, m.frequency, m.timing, m.is_prn, m.first_day, m.last_day, \
         m.reminder_times, m.details, m.removed_in_version IS NULL AS is_in_force, m.created_at, m.updated_at \
         FROM medications m "
    };
}

const WHOLE_GRIDS: &str = concat!(
    medicine_rows!(),
    "WHERE m.prescription_id = ",
    any_of!("$1"),
    " ORDER BY m.row_number, m.id"
);

/// The statement that reads the grids of a page, for whoever looks at its plan.
pub const GRIDS_IN_FORCE: &str = concat!(
    medicine_rows!(),
    "WHERE m.prescription_id = ",
    any_of!("$1"),
    " AND m.removed_in_version IS NULL ORDER BY m.row_number, m.id"
);

const MEDICINE: &str = concat!(medicine_rows!(), "WHERE m.id = $1");

/// A row of a grid, in force or not, with its prescription.
///
/// # Errors
/// When the database fails.
pub async fn medicine(
    db: &impl ConnectionTrait,
    id: MedicationId,
) -> Result<Option<(PrescriptionId, MedicineView)>, Error> {
    let row = MedicineRow::find_by_statement(statement(MEDICINE, [id.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| (row.prescription_id, row.view())))
}

/// The prescriptions that a statement selects by [`prescription_rows!`], in its order, and their grids in force with one
/// more. The rows that were taken out are many in time, and nobody who reads several prescriptions asks for them.
///
/// Two statements, since one that joins them repeats the texts of a prescription, which may be long, with each row.
///
/// # Errors
/// When the database fails.
pub(super) async fn views(
    db: &impl ConnectionTrait,
    sql: &'static str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Vec<PrescriptionView>, Error> {
    views_with(db, sql, values, GRIDS_IN_FORCE).await
}

async fn views_with(
    db: &impl ConnectionTrait,
    sql: &'static str,
    values: impl IntoIterator<Item = sea_orm::Value>,
    medicines: &'static str,
) -> Result<Vec<PrescriptionView>, Error> {
    let rows = PrescriptionRow::find_by_statement(statement(sql, values))
        .all(db)
        .await?;
    with_grids(db, rows, medicines).await
}

/// The prescriptions that a statement selects by [`prescription_rows!`] beside their patient's account, and their grids in
/// force with one more: nothing where there is no account, and no prescriptions where it has none.
pub(super) async fn views_beside_account(
    db: &impl ConnectionTrait,
    sql: &'static str,
    values: impl IntoIterator<Item = sea_orm::Value>,
) -> Result<Option<(Account, Vec<PrescriptionView>)>, Error> {
    let rows = db.query_all_raw(statement(sql, values)).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut columns = Columns::of(first);
    let account = Account::read(&mut columns)?;
    if columns.is_null()? {
        return Ok(Some((account, Vec::new())));
    }
    // The account is the same in every row.
    let width = columns.passed();
    let prescriptions = rows
        .iter()
        .map(|row| PrescriptionRow::read(&mut Columns::starting_at(width, row)));
    let prescriptions = prescriptions.collect::<Result<_, _>>()?;
    Ok(Some((account, with_grids(db, prescriptions, GRIDS_IN_FORCE).await?)))
}

async fn with_grids(
    db: &impl ConnectionTrait,
    rows: Vec<PrescriptionRow>,
    medicines: &'static str,
) -> Result<Vec<PrescriptionView>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
    let medicines = MedicineRow::find_by_statement(statement(medicines, [ids.into()]))
        .all(db)
        .await?;
    let mut views: Vec<_> = rows.into_iter().map(PrescriptionRow::view).collect();
    for medicine in medicines {
        if let Some(view) = views
            .iter_mut()
            .find(|view| view.prescription.id == medicine.prescription_id)
        {
            view.take_in(medicine);
        }
    }
    Ok(views)
}

impl PrescriptionView {
    fn take_in(&mut self, row: MedicineRow) {
        self.courses.push(Days {
            from: row.first_day,
            to: row.last_day,
        });
        if row.is_in_force {
            let view = row.view();
            self.prescription.grid.push(view.medicine.clone());
            self.medicines.push(view);
        }
    }

    /// What somebody saw of it: the state it is in, and what the people of it are called.
    #[must_use]
    pub fn version(&self) -> String {
        let mut people = DefaultHasher::new();
        let doctor = self.prescription.parties.doctor.as_ref();
        (&self.patient_first_name, &self.patient_last_name).hash(&mut people);
        doctor.map(|doctor| &doctor.name).hash(&mut people);
        (&self.doctor_first_name, &self.doctor_last_name).hash(&mut people);
        (&self.doctor_specialty, &self.doctor_hospital_clinic).hash(&mut people);
        format!("{}-{:x}", self.state(), people.finish())
    }

    /// Whether what somebody saw, as [`Self::version`] wrote it, is the state that it is still in. Another name of one of its
    /// people keeps nobody from changing it.
    #[must_use]
    pub fn is_in(&self, version: &str) -> bool {
        version.split_once('-').is_some_and(|(state, _)| state == self.state())
    }

    /// `updated_at` always moves forward by a millisecond at least, so that it tells states apart.
    fn state(&self) -> String {
        format!("{:x}", self.updated_at.unix_timestamp_nanos() / 1_000_000)
    }
}

impl PrescriptionRow {
    fn view(self) -> PrescriptionView {
        let meals = StoredMealTimes::new(self.morning, self.afternoon, self.night).ranges();
        let doctor = self.doctor_id.map(|user| Prescriber {
            recipient: Recipient {
                user,
                language: self.doctor_language.unwrap_or(Language::Khmer),
            },
            name: self.doctor_name.unwrap_or_default(),
            is_connected: self
                .doctor_level
                .is_some_and(|level| level != PermissionLevel::NotAllowed),
            may_write: self.doctor_level == Some(PermissionLevel::Allowed) && self.doctor_is_verified == Some(true),
        });
        let prescription = Prescription {
            id: self.id,
            parties: Parties {
                patient: Recipient {
                    user: self.patient_id,
                    language: self.patient_language,
                },
                patient_name: self.patient_name.clone(),
                doctor,
                doctor_is_gone: self.details.doctor_is_gone,
            },
            status: self.status,
            current_version: self.current_version,
            latest_version: self
                .latest_version
                .unwrap_or(self.current_version)
                .max(self.current_version),
            urgent_reason: self.urgent_reason.filter(|_| self.is_urgent),
            content: Content {
                symptoms: self.symptoms,
                particulars: self.details.particulars,
            },
            proposed_version: self.details.proposed_version,
            revision: self.details.revision,
            is_rejected: self.details.is_rejected,
            grid: Vec::new(),
        };
        PrescriptionView {
            prescription,
            patient_gender: self.patient_gender,
            patient_age: self.patient_age,
            patient_name: self.patient_name,
            patient_first_name: self.patient_first_name,
            patient_last_name: self.patient_last_name,
            doctor_first_name: self.doctor_first_name,
            doctor_last_name: self.doctor_last_name,
            doctor_specialty: self.doctor_specialty,
            doctor_hospital_clinic: self.doctor_hospital_clinic,
            medicines: Vec::new(),
            courses: Vec::new(),
            habits: habits(meals, self.grace_period_minutes),
            scheduled_until: self.scheduled_until,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A patient's habits as they are stored.
pub(super) fn habits(meals: MealTimes, grace_minutes: i32) -> Habits {
    Habits {
        meals,
        grace: Duration::minutes(grace_minutes.into()),
    }
}

impl MedicineRow {
    fn view(self) -> MedicineView {
        let row = Row {
            medicine_name: self.medicine_name,
            medicine_name_khmer: self.medicine_name_khmer,
            image_url: self.image_url,
            morning_dosage: self.morning_dosage,
            daytime_dosage: self.daytime_dosage,
            night_dosage: self.night_dosage,
            frequency: self.frequency,
            timing: self.timing,
            is_prn: self.is_prn,
            first_day: self.first_day,
            last_day: self.last_day,
            reminder_times: self.reminder_times,
            details: self.details,
        };
        MedicineView {
            medicine: Medicine {
                id: self.id,
                series_id: self.series_id,
                row_number: self.row_number,
                row,
            },
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}
