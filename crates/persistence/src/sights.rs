//! The access policy in SQL: what a viewer sees, for lists that no use case could filter row by row.
//!
//! It is the rule of `das_tern_domain::access` once more; a test compares the two on worlds made up at random. A list
//! begins with `WITH`, `sights_of!`, joins `sights` by its patient and asks `prescription_is_seen!` or
//! `dose_is_seen!` of each row.

use das_tern_domain::{DoseEventId, UserId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use time::OffsetDateTime;

use crate::Error;
use crate::sql::statement;

/// The CTE `sights`: a row for each patient of whom the viewer `$viewer` sees something at `$now`, with `patient_id` and
/// how much: `is_whole`, else `prescription_ids`, `from_day` and `to_day`, each of which may be null for "any". Patients
/// see their own data. It reads the viewer's account and their connections, each by an index.
///
/// `of $patient` leaves out everybody else, unless that is null: whoever asks about one need not look everybody up.
macro_rules! sights_of {
    ($viewer:literal, $now:literal) => {
        sights_of!($viewer, $now, of "NULL")
    };
    ($viewer:literal, $now:literal, of $patient:literal) => {
        concat!(
            "viewer AS (SELECT id, role, coalesce(status_before_lock, account_status) AS standing FROM users \
             WHERE id = ",
            $viewer,
            "), opened AS (SELECT c.recipient_id AS patient_id, c.permission_level, c.metadata \
             FROM viewer v JOIN connections c ON c.initiator_id = v.id AND c.status = 'ACCEPTED' \
             UNION ALL SELECT c.initiator_id, c.permission_level, c.metadata \
             FROM viewer v JOIN connections c ON c.recipient_id = v.id AND c.status = 'ACCEPTED' \
             WHERE v.role <> 'PATIENT'), \
             sights AS MATERIALIZED (SELECT id AS patient_id, true AS is_whole, NULL::uuid[] AS prescription_ids, \
             NULL::date AS from_day, NULL::date AS to_day FROM viewer WHERE role = 'PATIENT' \
             UNION ALL SELECT o.patient_id, v.role <> 'DOCTOR' OR o.permission_level <> 'SELECTED', \
             CASE WHEN jsonb_array_length(o.metadata #> '{scope,prescriptionIds}') > 0 THEN \
             ARRAY(SELECT jsonb_array_elements_text(o.metadata #> '{scope,prescriptionIds}')::uuid) END, \
             (o.metadata #>> '{scope,from}')::date, (o.metadata #>> '{scope,to}')::date \
             FROM opened o CROSS JOIN LATERAL (SELECT FROM users p WHERE p.id = o.patient_id AND p.role = 'PATIENT' OFFSET 0) p \
             CROSS JOIN viewer v WHERE (",
            $patient,
            "::uuid IS NULL OR o.patient_id = ",
            $patient,
            "::uuid) AND o.permission_level <> 'NOT_ALLOWED' AND (v.role <> 'DOCTOR' OR (v.standing = 'VERIFIED' \
             AND CASE o.permission_level \
             WHEN 'REQUEST' THEN (o.metadata #>> '{grant,expiresAt}')::timestamptz > ",
            $now,
            " WHEN 'SELECTED' THEN jsonb_array_length(o.metadata #> '{scope,prescriptionIds}') > 0 \
             OR o.metadata #>> '{scope,from}' IS NOT NULL OR o.metadata #>> '{scope,to}' IS NOT NULL \
             ELSE true END)))"
        )
    };
}

/// Whether the prescription `$p` is between its writer and the patient, as `Prescription::is_between_its_people` tells it: a
/// draft, or one that was rejected.
macro_rules! prescription_is_between_its_people {
    ($p:literal) => {
        concat!("(", $p, ".status = 'DRAFT' OR ", $p, ".details ? 'isRejected')")
    };
}

/// Whether the prescription `$p` is seen through the row `$s` of `sights`: where days are selected, one of its medicines
/// is taken on one of them.
macro_rules! prescription_is_seen {
    ($p:literal, $s:literal) => {
        concat!(
            "(",
            $s,
            ".is_whole OR ((",
            $s,
            ".prescription_ids IS NULL OR ",
            $p,
            ".id = ANY(",
            $s,
            ".prescription_ids)) AND ((",
            $s,
            ".from_day IS NULL AND ",
            $s,
            ".to_day IS NULL) OR EXISTS (SELECT FROM medications seen WHERE seen.prescription_id = ",
            $p,
            ".id AND (",
            $s,
            ".to_day IS NULL OR seen.first_day IS NULL OR seen.first_day <= ",
            $s,
            ".to_day) AND (",
            $s,
            ".from_day IS NULL OR seen.last_day IS NULL OR seen.last_day >= ",
            $s,
            ".from_day)))))"
        )
    };
}

/// Whether the dose event `$d` is seen through the row `$s` of `sights`. Days are Phnom Penh's (rules §1).
macro_rules! dose_is_seen {
    ($d:literal, $s:literal) => {
        concat!(
            "(",
            $s,
            ".is_whole OR ((",
            $s,
            ".prescription_ids IS NULL OR ",
            $d,
            ".prescription_id = ANY(",
            $s,
            ".prescription_ids)) AND (",
            $s,
            ".from_day IS NULL OR ",
            $d,
            ".scheduled_time >= ",
            $s,
            ".from_day::timestamp AT TIME ZONE 'Asia/Phnom_Penh') AND (",
            $s,
            ".to_day IS NULL OR ",
            $d,
            ".scheduled_time < (",
            $s,
            ".to_day + 1)::timestamp AT TIME ZONE 'Asia/Phnom_Penh')))"
        )
    };
}

#[derive(FromQueryResult)]
struct Seen<T: sea_orm::TryGetable> {
    id: T,
}

const DOSES: &str = concat!(
    "WITH ",
    sights_of!("$1", "$2"),
    " SELECT d.id FROM dose_events d JOIN sights s ON s.patient_id = d.patient_id WHERE ",
    dose_is_seen!("d", "s"),
    " AND d.scheduled_time >= $3 AND d.scheduled_time < $4 ORDER BY d.id"
);

/// Every dose event between two instants that `viewer` sees at `now`, their own included, in the order in which they
/// were made.
///
/// # Errors
/// When the database fails.
pub async fn doses(
    db: &impl ConnectionTrait,
    viewer: UserId,
    now: OffsetDateTime,
    from: OffsetDateTime,
    until: OffsetDateTime,
) -> Result<Vec<DoseEventId>, Error> {
    let values = [viewer.into(), now.into(), from.into(), until.into()];
    let rows = Seen::find_by_statement(statement(DOSES, values)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
