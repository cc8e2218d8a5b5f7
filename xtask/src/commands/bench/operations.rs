//! What is measured: each operation as its requests, and the same work as bare SQL.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::load::{Connection, Request};
use super::sql::Sql;

/// One kind of request.
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// The same work as a `pgbench` script.
    pub(super) bare: &'static str,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// May be asked any number of times; a request for each patient.
    Read(Vec<Request>),
    /// Each request changes a row of its own, which is put back before each run.
    Write,
}

/// A patient who has signed in.
pub(super) struct Patient {
    token: String,
    id: String,
}

/// Signs patients in, one after the other.
pub(super) fn sign_in(address: SocketAddr, phones: &[String]) -> Result<Vec<Patient>> {
    let mut connection = Connection::open(address)?;
    phones
        .iter()
        .map(|phone| {
            let body = format!(r#"{{"identifier":"{phone}","password":"password123"}}"#);
            let answer = connection.ask(&Request::new("POST", "/auth/login", None, &body, "accessToken"))?;
            let session: Value = serde_json::from_slice(answer)?;
            let text = |value: &Value| value.as_str().map(str::to_owned).context("a login without tokens");
            Ok(Patient {
                token: text(&session["accessToken"])?,
                id: text(&session["user"]["id"])?,
            })
        })
        .collect()
}

/// All that is measured, in the order of the table.
pub(super) fn all(patients: &[Patient]) -> Vec<Operation> {
    let read = |path: &str, expected| {
        let request = |patient: &Patient| Request::new("GET", path, Some(&patient.token), "", expected);
        Kind::Read(patients.iter().map(request).collect())
    };
    vec![
        Operation {
            name: "one row: /auth/me",
            bare: include_str!("sql/me.sql"),
            kind: read("/auth/me", "phoneNumber"),
        },
        Operation {
            name: "a day: /doses/schedule",
            bare: include_str!("sql/schedule.sql"),
            kind: read("/doses/schedule", "dailyProgress"),
        },
        Operation {
            name: "a page of a month: /doses/history",
            bare: include_str!("sql/history.sql"),
            kind: read("/doses/history?limit=100", "scheduledTime"),
        },
        Operation {
            name: "a dose taken",
            bare: include_str!("sql/take.sql"),
            kind: Kind::Write,
        },
    ]
}

/// Puts the doses of these patients back that could be taken now, and returns a request for each.
pub(super) fn doses_to_take(sql: &Sql, patients: &[Patient]) -> Result<Vec<Request>> {
    let ids = patients
        .iter()
        .map(|patient| format!("'{}'", patient.id))
        .collect::<Vec<_>>()
        .join(",");
    let rows = sql.rows(&format!(
        "UPDATE dose_events SET status = 'DUE', taken_at = NULL, recorded_at = NULL, skip_reason = NULL \
         WHERE patient_id IN ({ids}) AND scheduled_time > now() - interval '23 hours' \
         AND scheduled_time < date_trunc('day', now(), 'Asia/Phnom_Penh') + interval '1 day' \
         RETURNING patient_id || ' ' || id"
    ))?;
    let tokens: std::collections::HashMap<_, _> = patients
        .iter()
        .map(|patient| (patient.id.as_str(), patient.token.as_str()))
        .collect();
    rows.iter()
        .map(|row| {
            let (patient, dose) = row.split_once(' ').context("an unexpected row")?;
            let token = tokens.get(patient).copied();
            Ok(Request::new(
                "PATCH",
                &format!("/doses/{dose}/taken"),
                token,
                "{}",
                "TAKEN_",
            ))
        })
        .collect()
}

/// Numbers what the bare scripts pick at random.
pub(super) fn prepare_bare(sql: &Sql, patients: &[Patient]) -> Result<()> {
    let ids = patients
        .iter()
        .map(|patient| format!("'{}'", patient.id))
        .collect::<Vec<_>>()
        .join(",");
    sql.run(&format!(
        "DROP TABLE IF EXISTS bench_patients, bench_doses; \
         CREATE UNLOGGED TABLE bench_patients AS SELECT (row_number() OVER ())::int AS n, id FROM users WHERE id IN ({ids}); \
         ALTER TABLE bench_patients ADD PRIMARY KEY (n); \
         CREATE UNLOGGED TABLE bench_doses AS SELECT (row_number() OVER (ORDER BY random()))::int AS n, id, patient_id \
         FROM dose_events WHERE patient_id IN ({ids}); \
         ALTER TABLE bench_doses ADD PRIMARY KEY (n); ANALYZE bench_patients, bench_doses;"
    ))
}

/// Removes what [`prepare_bare`] made.
pub(super) fn tidy_up(sql: &Sql) -> Result<()> {
    sql.run("DROP TABLE IF EXISTS bench_patients, bench_doses")
}

/// Writes a bare script where `pgbench` finds it.
pub(super) fn write_script(folder: &Path, operation: &Operation) -> Result<std::path::PathBuf> {
    let path = folder.join("bare.sql");
    std::fs::write(&path, operation.bare)?;
    Ok(path)
}
