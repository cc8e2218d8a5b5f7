use das_tern_domain::{
    AccountStatus, Connection, ConnectionId, ConnectionMetadata, ConnectionStatus, Gender, Labelled, Language, Party,
    PermissionLevel, UserId, UserRole, display_name,
};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, QueryResult};
use time::{Date, OffsetDateTime};

use crate::Error;
use crate::sql::{optional_label, statement};

/// One end of a connection, with what the other end may be shown of it.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct PersonView {
    /// Their id.
    pub id: UserId,
    /// What they are.
    pub role: UserRole,
    /// The status of their account, a lock aside.
    pub standing: AccountStatus,
    /// The language they read.
    pub language: Language,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// The whole name, where it was given as one.
    pub full_name: Option<String>,
    /// Phone number, E.164.
    pub phone_number: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth.
    pub date_of_birth: Option<Date>,
    /// A doctor's specialty.
    pub specialty: Option<String>,
    /// A doctor's hospital or clinic.
    pub hospital_clinic: Option<String>,
}

impl PersonView {
    /// The name to show: the whole name, or the given and the family name.
    #[must_use]
    pub fn display_name(&self) -> String {
        let [full, first, last] = [&self.full_name, &self.first_name, &self.last_name].map(Option::as_deref);
        display_name(full, first, last)
    }

    /// Them as the rules see them.
    #[must_use]
    pub fn party(&self) -> Party {
        Party {
            id: self.id,
            role: self.role,
            standing: self.standing,
            language: self.language,
            name: self.display_name(),
        }
    }
}

/// A connection with both of its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionView {
    /// Its id.
    pub id: ConnectionId,
    /// Where it stands.
    pub status: ConnectionStatus,
    /// How much the patient opens.
    pub level: PermissionLevel,
    /// What is selected, what was approved, and alerts.
    pub metadata: ConnectionMetadata,
    /// The same as it is stored, which a change is guarded by.
    pub(super) stored_metadata: serde_json::Value,
    /// When it was asked for, the last time.
    pub requested_at: OffsetDateTime,
    /// When it was accepted, the last time.
    pub accepted_at: Option<OffsetDateTime>,
    /// When it ended.
    pub revoked_at: Option<OffsetDateTime>,
    /// When it was asked for, the first time.
    pub created_at: OffsetDateTime,
    /// Who asked.
    pub initiator: PersonView,
    /// Who was asked.
    pub recipient: PersonView,
}

impl ConnectionView {
    /// The part that the rules decide on.
    #[must_use]
    pub fn connection(&self) -> Connection {
        Connection {
            id: self.id,
            initiator: self.initiator.party(),
            recipient: self.recipient.party(),
            status: self.status,
            level: self.level,
            metadata: self.metadata.clone(),
            requested_at: self.requested_at,
            accepted_at: self.accepted_at,
            revoked_at: self.revoked_at,
        }
    }

    /// Whether `viewer`, who is one of its ends, is shown more of `person` than a name, a role and a clinic: always of
    /// themselves, of the other end while it is accepted, and of the patient only where the patient opens anything.
    #[must_use]
    pub fn shows(&self, person: &PersonView, viewer: UserId) -> bool {
        let is_closed = self.level == PermissionLevel::NotAllowed && self.connection().patient().id == person.id;
        person.id == viewer || (self.status == ConnectionStatus::Accepted && !is_closed)
    }

    /// The same connection after a decision that left its ends where they are.
    #[must_use]
    pub fn with(self, after: Connection) -> Self {
        Self {
            status: after.status,
            level: after.level,
            metadata: after.metadata,
            requested_at: after.requested_at,
            accepted_at: after.accepted_at,
            revoked_at: after.revoked_at,
            ..self
        }
    }
}

impl FromQueryResult for ConnectionView {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let stored_metadata: serde_json::Value = row.try_get(prefix, "metadata")?;
        let metadata =
            serde_json::from_value(stored_metadata.clone()).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(Self {
            id: row.try_get(prefix, "id")?,
            status: row.try_get(prefix, "status")?,
            level: row.try_get(prefix, "permission_level")?,
            metadata,
            stored_metadata,
            requested_at: row.try_get(prefix, "requested_at")?,
            accepted_at: row.try_get(prefix, "accepted_at")?,
            revoked_at: row.try_get(prefix, "revoked_at")?,
            created_at: row.try_get(prefix, "created_at")?,
            initiator: PersonView::from_query_result(row, &format!("{prefix}initiator_"))?,
            recipient: PersonView::from_query_result(row, &format!("{prefix}recipient_"))?,
        })
    }
}

macro_rules! person_columns {
    ($alias:literal, $prefix:literal) => {
        concat!(
            $alias,
            ".id AS ",
            $prefix,
            "id, ",
            $alias,
            ".role::text AS ",
            $prefix,
            "role, coalesce(",
            $alias,
            ".status_before_lock, ",
            $alias,
            ".account_status)::text AS ",
            $prefix,
            "standing, ",
            $alias,
            ".language::text AS ",
            $prefix,
            "language, ",
            $alias,
            ".first_name AS ",
            $prefix,
            "first_name, ",
            $alias,
            ".last_name AS ",
            $prefix,
            "last_name, ",
            $alias,
            ".full_name AS ",
            $prefix,
            "full_name, ",
            $alias,
            ".phone_number AS ",
            $prefix,
            "phone_number, ",
            $alias,
            ".gender::text AS ",
            $prefix,
            "gender, ",
            $alias,
            ".date_of_birth AS ",
            $prefix,
            "date_of_birth, ",
            $alias,
            ".specialty AS ",
            $prefix,
            "specialty, ",
            $alias,
            ".hospital_clinic AS ",
            $prefix,
            "hospital_clinic"
        )
    };
}
pub(crate) use person_columns;

macro_rules! view_columns {
    () => {
        concat!(
            "c.id, c.status::text AS status, c.permission_level::text AS permission_level, c.metadata, \
             c.requested_at, c.accepted_at, c.revoked_at, c.created_at, ",
            person_columns!("i", "initiator_"),
            ", ",
            person_columns!("r", "recipient_")
        )
    };
}

const FIND: &str = concat!(
    "SELECT ",
    view_columns!(),
    " FROM connections c JOIN users i ON i.id = c.initiator_id JOIN users r ON r.id = c.recipient_id \
     WHERE c.id = $1 AND $2 IN (c.initiator_id, c.recipient_id)"
);

/// A connection that `party` is an end of.
///
/// # Errors
/// When the database fails.
pub async fn find(db: &impl ConnectionTrait, id: ConnectionId, party: UserId) -> Result<Option<ConnectionView>, Error> {
    let values = [id.into(), party.into()];
    Ok(ConnectionView::find_by_statement(statement(FIND, values))
        .one(db)
        .await?)
}

macro_rules! between {
    () => {
        concat!(
            "SELECT ",
            view_columns!(),
            " FROM connections c JOIN users i ON i.id = c.initiator_id JOIN users r ON r.id = c.recipient_id \
             WHERE least(c.initiator_id, c.recipient_id) = least($1::uuid, $2::uuid) \
             AND greatest(c.initiator_id, c.recipient_id) = greatest($1::uuid, $2::uuid)"
        )
    };
}

/// The connection of two people, whoever asked.
///
/// # Errors
/// When the database fails.
pub async fn between(db: &impl ConnectionTrait, one: UserId, other: UserId) -> Result<Option<ConnectionView>, Error> {
    let values = [one.into(), other.into()];
    Ok(ConnectionView::find_by_statement(statement(between!(), values))
        .one(db)
        .await?)
}

/// The same, held until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_between(
    db: &impl ConnectionTrait,
    one: UserId,
    other: UserId,
) -> Result<Option<ConnectionView>, Error> {
    const LOCK: &str = concat!(between!(), " FOR UPDATE OF c");
    let values = [one.into(), other.into()];
    Ok(ConnectionView::find_by_statement(statement(LOCK, values))
        .one(db)
        .await?)
}

const REACHABLE: &str = concat!(
    "SELECT ",
    person_columns!("u", ""),
    " FROM users u WHERE u.id = $1 AND u.contact_confirmed_at IS NOT NULL \
     AND coalesce(u.status_before_lock, u.account_status) IN ('ACTIVE', 'VERIFIED') \
     AND (u.role <> 'DOCTOR' OR coalesce(u.status_before_lock, u.account_status) = 'VERIFIED')"
);

/// Somebody whom others may ask for a connection: they have confirmed their account and may use it, and a doctor is
/// verified.
///
/// # Errors
/// When the database fails.
pub async fn reachable(db: &impl ConnectionTrait, user: UserId) -> Result<Option<PersonView>, Error> {
    let found = PersonView::find_by_statement(statement(REACHABLE, [user.into()]));
    Ok(found.one(db).await?)
}

/// Which of a person's connections are asked for.
#[derive(Debug, Clone, Default)]
pub struct ConnectionFilter {
    /// Only those that stand here.
    pub status: Option<ConnectionStatus>,
    /// Of those that the person asked for, only with one of these; with anybody where nothing is said.
    pub asked: Option<&'static [UserRole]>,
    /// Of those that the person was asked for, only by one of these; by anybody where nothing is said.
    pub asked_by: Option<&'static [UserRole]>,
}

/// One side of the list. The role of the other end is looked up row by row: a join would be planned by reading all users
/// of that role.
macro_rules! side {
    ($own:literal, $other:literal, $roles:literal, $status:literal) => {
        concat!(
            "(SELECT c.* FROM connections c WHERE c.",
            $own,
            " = $1 AND ",
            $status,
            " AND (",
            $roles,
            "::text[] IS NULL OR cardinality(",
            $roles,
            "::text[]) > 0) AND (",
            $roles,
            "::text[] IS NULL OR (SELECT o.role::text FROM users o WHERE o.id = c.",
            $other,
            ") = ANY(",
            $roles,
            ")) AND ($5::timestamptz IS NULL OR (c.requested_at, c.id) < ($5, $6::uuid)) \
             ORDER BY c.requested_at DESC, c.id DESC LIMIT $7)"
        )
    };
}

/// Two bounded index scans, one from each end, each in order, then merged. A side with nobody to look for is not begun.
macro_rules! list {
    ($status:literal) => {
        concat!(
            "SELECT ",
            view_columns!(),
            " FROM (",
            side!("initiator_id", "recipient_id", "$3", $status),
            " UNION ALL ",
            side!("recipient_id", "initiator_id", "$4", $status),
            " ORDER BY requested_at DESC, id DESC LIMIT $7) c \
             JOIN users i ON i.id = c.initiator_id JOIN users r ON r.id = c.recipient_id \
             ORDER BY c.requested_at DESC, c.id DESC"
        )
    };
}

const LIST: &str = list!("($2::text IS NULL OR c.status = $2::connection_status)");
/// What waits is little beside what a doctor has: the index of it is found by a literal only.
const PENDING: &str = list!("$2::text IS NOT NULL AND c.status = 'PENDING'");

/// A page of a person's connections, those that were asked for last first, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    person: UserId,
    filter: &ConnectionFilter,
    after: Option<(OffsetDateTime, ConnectionId)>,
    limit: u64,
) -> Result<Vec<ConnectionView>, Error> {
    let labels = |roles: Option<&'static [UserRole]>| {
        roles.map(|roles| roles.iter().map(|role| role.label().to_owned()).collect::<Vec<_>>())
    };
    let values = [
        person.into(),
        optional_label(filter.status),
        labels(filter.asked).into(),
        labels(filter.asked_by).into(),
        after.map(|(time, _)| time).into(),
        after.map(|(_, id)| id.0).into(),
        limit.into(),
    ];
    let sql = if filter.status == Some(ConnectionStatus::Pending) {
        PENDING
    } else {
        LIST
    };
    Ok(ConnectionView::find_by_statement(statement(sql, values))
        .all(db)
        .await?)
}
