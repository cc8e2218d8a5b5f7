//! The rows that every change leaves behind: audit entries and notifications.
//!
//! They travel as two JSON arrays, so that a statement that changes something can write any number of them beside the
//! change, in one round trip and one shape. A marked dose and a look, which are most of what people do, leave one audit entry
//! and nothing else, which travels as plain values.

use das_tern_domain::{AuditActionType, AuditLogId, NotificationId, NotificationType, UserId, UserRole, zone};
use sea_orm::{ConnectionTrait, Value};
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Error;
use crate::sql::{label, optional_label, statement};

/// An audit entry to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewAuditLog {
    /// Its id.
    pub id: AuditLogId,
    /// Who acted; `None` is the system.
    pub actor_id: Option<UserId>,
    /// As what they acted.
    pub actor_role: Option<UserRole>,
    /// What was done.
    pub action_type: AuditActionType,
    /// The kind of thing it was done to, such as `DoseEvent`.
    pub resource_type: &'static str,
    /// The thing it was done to.
    pub resource_id: Option<Uuid>,
    /// The patient whose data it is about.
    pub patient_id: Option<UserId>,
    /// More about it; never names or other personal text.
    pub details: serde_json::Value,
    /// Where the actor's request came from.
    pub ip_address: Option<String>,
    /// When.
    #[serde(with = "zone::instant")]
    pub created_at: OffsetDateTime,
}

/// A notification to be written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NewNotification {
    /// Its id.
    pub id: NotificationId,
    /// Who is told.
    pub recipient_id: UserId,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// Its title, in the recipient's language.
    pub title: String,
    /// Its sentence, in the recipient's language.
    pub message: String,
    /// Ids for the app to go on with.
    pub data: serde_json::Value,
    /// When.
    #[serde(with = "zone::instant")]
    pub created_at: OffsetDateTime,
}

/// All that one change leaves behind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// Audit entries.
    pub audit_logs: Vec<NewAuditLog>,
    /// Notifications.
    pub notifications: Vec<NewNotification>,
}

/// The columns of an audit entry, in the order of [`NewAuditLog::values`].
macro_rules! entry_columns {
    () => {
        "id, actor_id, actor_role, action_type, resource_type, resource_id, patient_id, details, ip_address, created_at"
    };
}
pub(crate) use entry_columns;

/// The insert of an audit entry, as a CTE that a statement appends to its own, from parameters in the order of
/// [`NewAuditLog::values`]. Nothing is written unless the CTE named `changed` has a row.
///
/// Where there is nothing but an entry, this takes PostgreSQL a quarter less than [`effects_of!`] does, which reads JSON and
/// gets ready to notify whether or not somebody is to be.
macro_rules! entry_of {
    ($id:literal, $actor:literal, $role:literal, $action:literal, $kind:literal, $resource:literal, $patient:literal,
     $details:literal, $address:literal, $at:literal) => {
        concat!(
            "audited AS (INSERT INTO audit_logs (",
            $crate::effects::entry_columns!(),
            ") SELECT ",
            $id,
            ", ",
            $actor,
            ", ",
            $role,
            "::user_role, ",
            $action,
            "::audit_action_type, ",
            $kind,
            ", ",
            $resource,
            ", ",
            $patient,
            ", ",
            $details,
            "::jsonb, ",
            $address,
            ", ",
            $at,
            " FROM changed)"
        )
    };
}
pub(crate) use entry_of;

/// The two inserts, as CTEs that a statement appends to its own. `$a` and `$n` are the two JSON arrays, and nothing is
/// written unless the CTE named `changed` has a row.
///
/// A notification that its recipient has switched off is left out, and with it the entry that it was sent (rules §9).
/// The sub-select is a look-up by primary key for each notification; a join would be planned for a hundred of them.
macro_rules! effects_of {
    ($audit_logs:literal, $notifications:literal) => {
        concat!(
            "wanted AS (SELECT e.* FROM changed, jsonb_to_recordset(",
            $notifications,
            "::jsonb) AS e(id uuid, recipient_id uuid, type notification_type, title text, message text, data jsonb, \
             created_at timestamptz) WHERE coalesce((SELECT (u.notification_preferences ->> e.type::text)::boolean \
             FROM users u WHERE u.id = e.recipient_id), true)), \
             audited AS (INSERT INTO audit_logs (",
            $crate::effects::entry_columns!(),
            ") SELECT e.id, e.actor_id, e.actor_role, e.action_type, e.resource_type, e.resource_id, e.patient_id, \
             e.details, e.ip_address, e.created_at FROM changed, jsonb_to_recordset(",
            $audit_logs,
            "::jsonb) AS e(id uuid, actor_id uuid, actor_role user_role, action_type audit_action_type, \
             resource_type text, resource_id uuid, patient_id uuid, details jsonb, ip_address text, \
             created_at timestamptz) WHERE e.action_type <> 'NOTIFICATION_SENT' OR e.resource_id IN (SELECT id FROM wanted)), \
             notified AS (INSERT INTO notifications (id, recipient_id, type, title, message, data, created_at) \
             SELECT id, recipient_id, type, title, message, data, created_at FROM wanted)"
        )
    };
}
pub(crate) use effects_of;

impl NewAuditLog {
    /// Its values, in the order of [`entry_columns!`]. The database would round its time up as well as down.
    pub(crate) fn values(&self) -> [Value; 10] {
        [
            self.id.into(),
            self.actor_id.into(),
            optional_label(self.actor_role),
            label(self.action_type),
            self.resource_type.into(),
            self.resource_id.into(),
            self.patient_id.into(),
            (!self.details.is_null()).then(|| self.details.to_string()).into(),
            self.ip_address.clone().into(),
            zone::to_millis(self.created_at).into(),
        ]
    }
}

impl Effects {
    /// The audit entry, where there is one and nothing else. One that tells of a notification does not stand alone.
    pub(crate) fn only_entry(&self) -> Option<&NewAuditLog> {
        match (&*self.audit_logs, &*self.notifications) {
            ([entry], []) if entry.action_type != AuditActionType::NotificationSent => Some(entry),
            _ => None,
        }
    }

    /// The two arrays, written out, for the parameters of [`effects_of!`].
    pub(crate) fn values(&self) -> Result<[Value; 2], Error> {
        Ok([
            serde_json::to_string(&self.audit_logs)?.into(),
            serde_json::to_string(&self.notifications)?.into(),
        ])
    }
}

const WRITE_ENTRY: &str = concat!(
    "WITH changed AS (SELECT), ",
    entry_of!("$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"),
    " SELECT 1"
);
const WRITE: &str = concat!("WITH changed AS (SELECT), ", effects_of!("$1", "$2"), " SELECT 1");

/// Writes effects that stand beside no change, such as the record of a look.
///
/// # Errors
/// When the database fails.
pub async fn write(db: &impl ConnectionTrait, effects: &Effects) -> Result<(), Error> {
    let statement = match effects.only_entry() {
        Some(entry) => statement(WRITE_ENTRY, entry.values()),
        None => statement(WRITE, effects.values()?),
    };
    db.execute_raw(statement).await?;
    Ok(())
}
