//! The doctors whom people may look for.

use das_tern_domain::UserId;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::Error;
use crate::sql::{part, statement};

/// A doctor, as much as somebody needs to choose one.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct DoctorView {
    /// Their id.
    pub id: UserId,
    /// The name to show, by which they are listed.
    pub name: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Their specialty.
    pub specialty: Option<String>,
    /// Their hospital or clinic.
    pub hospital_clinic: Option<String>,
}

/// What doctors are looked for by.
#[derive(Debug, Clone, Default)]
pub struct DoctorFilter {
    /// A part of the name, the clinic, the specialty or the licence number, in any case.
    pub text: Option<String>,
    /// Specialties whose name fits, beside those that the text itself is a part of.
    pub specialties: Vec<String>,
}

/// A scan of the partial index `users_verified_doctors_idx` in its order, which ends with the page (decision 9). Public for
/// those who look at its plan.
pub const SEARCH: &str = "\
SELECT id, name, first_name, last_name, specialty, hospital_clinic FROM ( \
 SELECT id, coalesce(full_name, first_name || ' ' || last_name, first_name, last_name, '') AS name, first_name, \
  last_name, full_name, specialty, hospital_clinic, license_number FROM users \
 WHERE role = 'DOCTOR' AND coalesce(status_before_lock, account_status) = 'VERIFIED' AND deletion_due_at IS NULL) d \
WHERE ($1::text IS NULL OR specialty = ANY($2) \
 OR concat_ws(E'\\n', full_name, concat_ws(' ', first_name, last_name), hospital_clinic, specialty, license_number) ILIKE $1) \
 AND ($3::text IS NULL OR (name COLLATE khmer, id) > ($3 COLLATE khmer, $4::uuid)) \
ORDER BY name COLLATE khmer, id LIMIT $5";

/// A page of the verified doctors who fit, by name in the order of the Khmer alphabet, after the one at `after`.
///
/// # Errors
/// When the database fails.
pub async fn search(
    db: &impl ConnectionTrait,
    filter: &DoctorFilter,
    after: Option<(String, UserId)>,
    limit: u64,
) -> Result<Vec<DoctorView>, Error> {
    let (name, id) = after.unzip();
    let values = [
        filter.text.as_deref().map(part).into(),
        filter.specialties.clone().into(),
        name.into(),
        id.map(|id| id.0).into(),
        limit.into(),
    ];
    Ok(DoctorView::find_by_statement(statement(SEARCH, values)).all(db).await?)
}
