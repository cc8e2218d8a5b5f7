//! The versions of a prescription, which are never changed.

use das_tern_domain::{Grid, PrescriptionId, UserId, UserRole, Version, VersionDetails};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::sql::statement;

/// A version, with the name of its author.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct VersionView {
    /// Its number, from 1.
    pub version_number: i32,
    /// Who wrote it; `None` is somebody whose account is gone.
    pub author_id: Option<UserId>,
    /// The author's name.
    pub author_name: Option<String>,
    /// What the author is.
    pub author_role: Option<UserRole>,
    /// Why.
    pub change_reason: Option<String>,
    /// Whether it applied at once.
    pub is_urgent: bool,
    /// The whole grid.
    pub medications_snapshot: Grid,
    /// What was written beside the grid.
    pub details: VersionDetails,
    /// When it was written.
    pub created_at: OffsetDateTime,
}

macro_rules! version_rows {
    () => {
        "SELECT v.version_number, v.author_id, coalesce(u.full_name, concat_ws(' ', u.first_name, u.last_name)) AS \
         author_name, u.role::text AS author_role, v.change_reason, v.is_urgent, v.medications_snapshot, v.details, \
         v.created_at FROM prescription_versions v LEFT JOIN users u ON u.id = v.author_id WHERE v.prescription_id = $1"
    };
}

const VERSIONS: &str = concat!(
    version_rows!(),
    " AND ($2::int IS NULL OR v.version_number < $2) ORDER BY v.version_number DESC LIMIT $3"
);

/// A page of the versions of a prescription, newest first, below the number `after`.
///
/// # Errors
/// When the database fails.
pub async fn versions(
    db: &impl ConnectionTrait,
    prescription: PrescriptionId,
    after: Option<i32>,
    limit: u64,
) -> Result<Vec<VersionView>, Error> {
    let values = [prescription.into(), after.into(), limit.into()];
    Ok(VersionView::find_by_statement(statement(VERSIONS, values))
        .all(db)
        .await?)
}

const VERSION: &str = concat!(version_rows!(), " AND v.version_number = $2");

/// One version of a prescription.
///
/// # Errors
/// When the database fails.
pub async fn version(
    db: &impl ConnectionTrait,
    prescription: PrescriptionId,
    number: i32,
) -> Result<Option<VersionView>, Error> {
    let values = [prescription.into(), number.into()];
    Ok(VersionView::find_by_statement(statement(VERSION, values))
        .one(db)
        .await?)
}

/// What a version says, as the rules see it.
#[must_use]
pub fn content_of_version(view: VersionView) -> Version {
    Version {
        number: view.version_number,
        author: view.author_id,
        reason: view.change_reason,
        is_urgent: view.is_urgent,
        content: view.details.into(),
        grid: view.medications_snapshot.0,
    }
}
