//! All that is stored about one person, as it was at one moment, part by part and page by page.
//!
//! Each part names its columns one by one: a new column is no part of an export before somebody has decided that it may
//! be, and a test fails until somebody has. What belongs to others stays out: a prescription that a doctor wrote shows
//! them no more than that they wrote it, and the address from which somebody else looked is theirs.

use das_tern_domain::UserId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::connection::Transaction;
use crate::sql::statement;
use crate::{Database, Error};

/// What is no part of an export although it is stored about the person: it would open their account to whoever finds
/// the file.
pub const SECRETS: [&str; 3] = ["users.password_hash", "users.pin_code_hash", "users.token_epoch"];

/// Instants as everywhere in the API.
macro_rules! instant {
    ($column:literal) => {
        concat!("to_char(", $column, ", 'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM')")
    };
}

/// One kind of thing in an export.
#[derive(Debug)]
pub struct Part {
    /// What it is called in the document.
    pub name: &'static str,
    /// Whether there is at most one.
    pub is_single: bool,
    /// Opens it, for the person `$1`.
    sql: &'static str,
}

macro_rules! part {
    ($name:literal, $is_single:literal, $($sql:expr),+ $(,)?) => {
        Part {
            name: $name,
            is_single: $is_single,
            sql: concat!("DECLARE export NO SCROLL CURSOR FOR SELECT json_build_object(", $($sql),+),
        }
    };
}

/// Every part, in the order of the document.
pub const PARTS: &[Part] = &[
    part!(
        "account",
        true,
        "'id', id, 'role', role, 'firstName', first_name, 'lastName', last_name, 'fullName', full_name, \
         'phoneNumber', phone_number, 'email', email, 'pendingEmail', pending_email, 'gender', gender, \
         'dateOfBirth', date_of_birth, 'idCardNumber', id_card_number, 'language', language, 'theme', theme, \
         'hospitalClinic', hospital_clinic, 'specialty', specialty, 'licenseNumber', license_number, \
         'licensePhotoUrl', license_photo_url, 'accountStatus', account_status, 'statusBeforeLock', status_before_lock, \
         'failedLoginAttempts', failed_login_attempts, 'lockedUntil', ",
        instant!("locked_until"),
        ", 'gracePeriodMinutes', grace_period_minutes, 'googleAccountId', google_account_id, \
         'notificationPreferences', notification_preferences, 'connectionOffers', (SELECT coalesce(jsonb_agg(o - 'mac' \
         #- '{contact,mac}'), '[]') FROM jsonb_array_elements(connection_offers) o), 'contactConfirmedAt', ",
        instant!("contact_confirmed_at"),
        ", 'deletionDueAt', ",
        instant!("deletion_due_at"),
        ", 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM users WHERE id = $1",
    ),
    part!(
        "subscription",
        true,
        "'id', id, 'userId', user_id, 'tier', tier, 'storageQuota', storage_quota, 'storageUsed', storage_used, \
         'expiresAt', ",
        instant!("expires_at"),
        ", 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM subscriptions WHERE user_id = $1",
    ),
    part!(
        "familyMembers",
        false,
        "'id', m.id, 'subscriptionId', m.subscription_id, 'memberId', m.member_id, 'addedAt', ",
        instant!("m.added_at"),
        ")::text AS item FROM family_members m JOIN subscriptions s ON s.id = m.subscription_id \
         WHERE s.user_id = $1 OR m.member_id = $1 ORDER BY m.id",
    ),
    part!(
        "mealTimes",
        true,
        "'id', id, 'userId', user_id, 'morningMeal', morning_meal, 'afternoonMeal', afternoon_meal, \
         'nightMeal', night_meal, 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM meal_time_preferences WHERE user_id = $1",
    ),
    part!(
        "connections",
        false,
        "'id', id, 'initiatorId', initiator_id, 'recipientId', recipient_id, 'status', status, \
         'permissionLevel', permission_level, 'metadata', metadata, 'requestedAt', ",
        instant!("requested_at"),
        ", 'acceptedAt', ",
        instant!("accepted_at"),
        ", 'revokedAt', ",
        instant!("revoked_at"),
        ", 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM connections WHERE initiator_id = $1 OR recipient_id = $1 ORDER BY id",
    ),
    part!(
        "prescriptions",
        false,
        "'id', id, 'patientId', patient_id, 'doctorId', doctor_id, 'patientName', patient_name, \
         'patientGender', patient_gender, 'patientAge', patient_age, 'symptoms', symptoms, 'status', status, \
         'currentVersion', current_version, 'isUrgent', is_urgent, 'urgentReason', urgent_reason, 'details', details, \
         'scheduledUntil', scheduled_until, 'lastDay', last_day, 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM prescriptions WHERE patient_id = $1 ORDER BY id",
    ),
    part!(
        "prescriptionVersions",
        false,
        "'id', v.id, 'prescriptionId', v.prescription_id, 'versionNumber', v.version_number, 'authorId', v.author_id, \
         'changeReason', v.change_reason, 'medicationsSnapshot', v.medications_snapshot, \
         'isUrgent', v.is_urgent, 'details', v.details, 'createdAt', ",
        instant!("v.created_at"),
        ")::text AS item FROM prescription_versions v JOIN prescriptions p ON p.id = v.prescription_id \
         WHERE p.patient_id = $1 ORDER BY v.id",
    ),
    part!(
        "medications",
        false,
        "'id', m.id, 'prescriptionId', m.prescription_id, 'rowNumber', m.row_number, 'medicineName', m.medicine_name, \
         'medicineNameKhmer', m.medicine_name_khmer, 'imageUrl', m.image_url, 'morningDosage', m.morning_dosage, \
         'daytimeDosage', m.daytime_dosage, 'nightDosage', m.night_dosage, 'frequency', m.frequency, \
         'timing', m.timing, 'isPrn', m.is_prn, 'firstDay', m.first_day, 'lastDay', m.last_day, \
         'reminderTimes', m.reminder_times, 'details', m.details, 'seriesId', m.series_id, \
         'removedInVersion', m.removed_in_version, 'createdAt', ",
        instant!("m.created_at"),
        ", 'updatedAt', ",
        instant!("m.updated_at"),
        ")::text AS item FROM medications m JOIN prescriptions p ON p.id = m.prescription_id \
         WHERE p.patient_id = $1 ORDER BY m.id",
    ),
    part!(
        "doseEvents",
        false,
        "'id', id, 'prescriptionId', prescription_id, 'medicationId', medication_id, 'patientId', patient_id, \
         'scheduledTime', ",
        instant!("scheduled_time"),
        ", 'missedAfter', ",
        instant!("missed_after"),
        ", 'timePeriod', time_period, 'reminderTime', reminder_time, 'status', status, 'takenAt', ",
        instant!("taken_at"),
        ", 'recordedAt', ",
        instant!("recorded_at"),
        ", 'skipReason', skip_reason, 'wasOffline', was_offline, 'createdAt', ",
        instant!("created_at"),
        ", 'updatedAt', ",
        instant!("updated_at"),
        ")::text AS item FROM dose_events WHERE patient_id = $1 ORDER BY id",
    ),
    part!(
        "prescriptionsWritten",
        false,
        "'id', id, 'patientId', patient_id, 'status', status, 'currentVersion', current_version, 'createdAt', ",
        instant!("created_at"),
        ")::text AS item FROM prescriptions WHERE doctor_id = $1 AND patient_id <> $1 ORDER BY id",
    ),
    part!(
        "prescriptionVersionsWritten",
        false,
        "'id', v.id, 'prescriptionId', v.prescription_id, 'versionNumber', v.version_number, 'createdAt', ",
        instant!("v.created_at"),
        ")::text AS item FROM prescription_versions v JOIN prescriptions p ON p.id = v.prescription_id \
         WHERE v.author_id = $1 AND p.patient_id <> $1 ORDER BY v.id",
    ),
    part!(
        "notifications",
        false,
        "'id', id, 'recipientId', recipient_id, 'type', type, 'title', title, 'message', message, 'data', data, \
         'isRead', is_read, 'readAt', ",
        instant!("read_at"),
        ", 'createdAt', ",
        instant!("created_at"),
        ")::text AS item FROM notifications WHERE recipient_id = $1 ORDER BY id",
    ),
    part!(
        "auditLogs",
        false,
        "'id', id, 'actorId', actor_id, 'actorRole', actor_role, 'actionType', action_type, \
         'resourceType', resource_type, 'resourceId', resource_id, 'patientId', patient_id, 'details', details, \
         'ipAddress', CASE WHEN actor_id = $1 THEN ip_address END, 'createdAt', ",
        instant!("created_at"),
        ")::text AS item FROM audit_logs WHERE actor_id = $1 OR patient_id = $1 ORDER BY id",
    ),
];

/// How long the server waits for whoever reads, between two pages. Set by a query, as the first one holds the moment.
const PATIENCE: &str = "SELECT set_config('idle_in_transaction_session_timeout', '2min', true)";
const PAGE: &str = "FETCH 200 FROM export";
const CLOSE: &str = "CLOSE export";

#[derive(FromQueryResult)]
struct Item {
    item: String,
}

/// The database as it is at one moment, read by one cursor after the other. Dropped, it lets go of its connection.
pub struct Snapshot {
    transaction: Transaction,
}

impl Snapshot {
    /// Holds the moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take(database: &Database) -> Result<Self, Error> {
        let transaction = database.connection().begin_snapshot().await?;
        transaction.execute_unprepared(PATIENCE).await?;
        Ok(Self { transaction })
    }

    /// Begins to read a part of what is stored about somebody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(&self, part: &Part, user: UserId) -> Result<(), Error> {
        self.transaction.execute_raw(statement(part.sql, [user.into()])).await?;
        Ok(())
    }

    /// The next items of the part, each a JSON object; none at its end, which closes it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&self) -> Result<Vec<String>, Error> {
        let items = Item::find_by_statement(statement(PAGE, []))
            .all(&self.transaction)
            .await?;
        if items.is_empty() {
            self.transaction.execute_unprepared(CLOSE).await?;
        }
        Ok(items.into_iter().map(|item| item.item).collect())
    }

    /// Lets go of the moment, and keeps the connection for others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(self) -> Result<(), Error> {
        Ok(self.transaction.commit().await?)
    }
}
