//! Pages of prescriptions, as far as their reader may see them.

use das_tern_domain::{PrescriptionId, PrescriptionStatus, UserId};
use sea_orm::{ConnectionTrait, Value};
use time::OffsetDateTime;

use super::PrescriptionView;
use super::rows::{prescription_rows, views, views_beside_account};
use crate::Error;
use crate::sql::optional_label;
use crate::users::{Account, account_columns};

/// Which prescriptions are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ListFilter {
    /// Who asks.
    pub viewer: UserId,
    /// Of this patient; of all whom the viewer sees where none is named.
    pub patient: Option<UserId>,
    /// Only those that this doctor wrote.
    pub writer: Option<UserId>,
    /// Only those that stand here.
    pub status: Option<PrescriptionStatus>,
    /// Now.
    pub now: OffsetDateTime,
}

/// The statement of [`list`], for whoever looks at its plan. What is between its writer and the patient nobody else sees.
pub const LIST: &str = concat!(
    "WITH ",
    sights_of!("$1", "$2", of "$3"),
    " ",
    prescription_rows!(),
    " JOIN sights s ON s.patient_id = p.patient_id WHERE ($3::uuid IS NULL OR p.patient_id = $3) \
     AND ($4::text IS NULL OR p.status = $4::prescription_status) \
     AND (NOT ",
    prescription_is_between_its_people!("p"),
    " OR $1 IN (p.patient_id, p.doctor_id)) AND ",
    prescription_is_seen!("p", "s"),
    " AND ($5::timestamptz IS NULL OR (p.created_at, p.id) < ($5, $6::uuid)) \
     AND ($8::uuid IS NULL OR p.doctor_id = $8) ORDER BY p.created_at DESC, p.id DESC LIMIT $7"
);

/// The statement of [`list_of_own`], for whoever looks at its plan.
pub const LIST_OF_OWN: &str = concat!(
    "SELECT ",
    account_columns!(),
    ", p.* FROM ",
    account_columns!(from),
    " LEFT JOIN LATERAL (",
    prescription_rows!(),
    " WHERE p.patient_id = $1 AND ($2::text IS NULL OR p.status = $2::prescription_status) \
     AND ($3::timestamptz IS NULL OR (p.created_at, p.id) < ($3, $4::uuid)) \
     ORDER BY p.created_at DESC, p.id DESC LIMIT $5) p ON true WHERE u.id = $1 ORDER BY p.created_at DESC, p.id DESC"
);

/// A page of prescriptions, newest first, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &ListFilter,
    after: Option<(OffsetDateTime, PrescriptionId)>,
    limit: u64,
) -> Result<Vec<PrescriptionView>, Error> {
    let [time, id] = place(after);
    let values = [
        filter.viewer.into(),
        filter.now.into(),
        filter.patient.map(|patient| patient.0).into(),
        optional_label(filter.status),
        time,
        id,
        limit.into(),
        filter.writer.map(|writer| writer.0).into(),
    ];
    views(db, LIST, values).await
}

/// An account and a page of its owner's own prescriptions, of which they see all, in the order of [`list`]: what a patient's
/// list reads, with one statement less. `None` where there is no such account.
///
/// # Errors
/// When the database fails.
pub async fn list_of_own(
    db: &impl ConnectionTrait,
    owner: UserId,
    status: Option<PrescriptionStatus>,
    after: Option<(OffsetDateTime, PrescriptionId)>,
    limit: u64,
) -> Result<Option<(Account, Vec<PrescriptionView>)>, Error> {
    let [time, id] = place(after);
    let values = [owner.into(), optional_label(status), time, id, limit.into()];
    views_beside_account(db, LIST_OF_OWN, values).await
}

fn place(after: Option<(OffsetDateTime, PrescriptionId)>) -> [Value; 2] {
    let (time, id) = after.unzip();
    [time.into(), id.map(|id| id.0).into()]
}
