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
    /// May be asked any number of times; a request for each caller.
    Read(Vec<Request>),
    /// Each request changes a row of its own, which is put back before each run.
    Write,
}

/// Somebody who has signed in.
pub(crate) struct Caller {
    token: String,
    id: String,
}

impl Caller {
    pub(crate) fn token(&self) -> &str {
        &self.token
    }
}

/// Signs people in, one after the other.
pub(crate) fn sign_in(address: SocketAddr, phones: &[String]) -> Result<Vec<Caller>> {
    let mut connection = Connection::open(address)?;
    phones
        .iter()
        .map(|phone| {
            let answer = connection.ask(&login(phone))?;
            let session: Value = serde_json::from_slice(answer)?;
            let text = |value: &Value| value.as_str().map(str::to_owned).context("a login without tokens");
            Ok(Caller {
                token: text(&session["accessToken"])?,
                id: text(&session["user"]["id"])?,
            })
        })
        .collect()
}

/// Whether somebody's token still opens something.
pub(crate) fn is_signed_in(address: SocketAddr, caller: &Caller) -> bool {
    let me = Request::new("GET", "/auth/me", Some(&caller.token), "", "accountStatus");
    let asked = Connection::open(address).and_then(|mut connection| connection.ask(&me).map(drop));
    asked.is_ok()
}

/// A login with the password that everybody has.
pub(super) fn login(phone: &str) -> Request {
    let body = format!(r#"{{"identifier":"{phone}","password":"password123"}}"#);
    Request::new("POST", "/auth/login", None, &body, "accessToken")
}

/// The same read for each of these people.
pub(super) fn reads(callers: &[Caller], path: &str, expected: &'static str) -> Vec<Request> {
    let request = |caller: &Caller| Request::new("GET", path, Some(&caller.token), "", expected);
    callers.iter().map(request).collect()
}

/// Who makes the requests.
pub(super) struct Callers {
    pub(super) patients: Vec<Caller>,
    /// Doctors of 200 patients.
    pub(super) doctors: Vec<Caller>,
    /// Doctors of 10 patients.
    pub(super) small_doctors: Vec<Caller>,
}

/// All that is measured, in the order of the table.
pub(super) fn all(callers: &Callers) -> Vec<Operation> {
    let read = |callers: &[Caller], path: &str, expected| Kind::Read(reads(callers, path, expected));
    let Callers {
        patients,
        doctors,
        small_doctors,
    } = callers;
    vec![
        Operation {
            name: "one row: /auth/me",
            bare: include_str!("sql/me.sql"),
            kind: read(patients, "/auth/me", "phoneNumber"),
        },
        Operation {
            name: "a profile: /users/me",
            bare: include_str!("sql/profile.sql"),
            kind: read(patients, "/users/me", "storageQuota"),
        },
        Operation {
            name: "prescriptions of a patient",
            bare: include_str!("sql/prescriptions.sql"),
            kind: read(patients, "/prescriptions", "medications"),
        },
        Operation {
            name: "a day: /doses/schedule",
            bare: include_str!("sql/schedule.sql"),
            kind: read(patients, "/doses/schedule", "dailyProgress"),
        },
        Operation {
            name: "a page of a month: /doses/history",
            bare: include_str!("sql/history.sql"),
            kind: read(patients, "/doses/history?limit=100", "scheduledTime"),
        },
        Operation {
            name: "a dose taken",
            bare: include_str!("sql/take.sql"),
            kind: Kind::Write,
        },
        Operation {
            name: "10 patients: /doctor/patients",
            bare: include_str!("sql/doctor_small.sql"),
            kind: read(small_doctors, "/doctor/patients?limit=20", "adherencePercentage"),
        },
        Operation {
            name: "20 of 200 patients by name",
            bare: include_str!("sql/doctor_list.sql"),
            kind: read(doctors, "/doctor/patients?limit=20", "adherencePercentage"),
        },
        Operation {
            name: "20 of 200 patients by adherence",
            bare: include_str!("sql/doctor_ranked.sql"),
            kind: read(
                doctors,
                "/doctor/patients?sortBy=adherencePercentage&limit=20",
                "adherencePercentage",
            ),
        },
        Operation {
            name: "200 patients: /doctor/dashboard",
            bare: include_str!("sql/doctor_ranked.sql"),
            kind: read(doctors, "/doctor/dashboard", "totalPatients"),
        },
    ]
}

/// Adds doctors who have 10 of the patients each, and signs them and the others in.
pub(super) fn sign_doctors_in(address: SocketAddr, sql: &Sql) -> Result<(Vec<Caller>, Vec<Caller>)> {
    sql.run(
        "WITH small AS (INSERT INTO users (id, role, full_name, phone_number, password_hash, account_status, \
         contact_confirmed_at) SELECT gen_random_uuid(), 'DOCTOR', 'Small ' || n, '+85572' || lpad(n::text, 7, '0'), \
         (SELECT password_hash FROM users LIMIT 1), 'VERIFIED', now() FROM generate_series(0, 9) n RETURNING id) \
         INSERT INTO connections (initiator_id, recipient_id, status, accepted_at) \
         SELECT small.id, patient.id, 'ACCEPTED', now() FROM small, \
         (SELECT id FROM users WHERE role = 'PATIENT' ORDER BY id LIMIT 10) patient",
    )?;
    let doctors = |prefix: &str| {
        sql.rows(&format!(
            "SELECT phone_number FROM users WHERE role = 'DOCTOR' AND phone_number LIKE '{prefix}%' ORDER BY id LIMIT 50"
        ))
    };
    Ok((
        sign_in(address, &doctors("+85571")?)?,
        sign_in(address, &doctors("+85572")?)?,
    ))
}

/// Puts the doses of these patients back that could be taken now, and returns a request for each.
pub(super) fn doses_to_take(sql: &Sql, patients: &[Caller]) -> Result<Vec<Request>> {
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
pub(super) fn prepare_bare(sql: &Sql, callers: &Callers) -> Result<()> {
    let ids = |callers: &[Caller]| {
        let ids = callers.iter().map(|caller| format!("'{}'", caller.id));
        ids.collect::<Vec<_>>().join(",")
    };
    let people = [
        ("bench_patients", &callers.patients),
        ("bench_doctors", &callers.doctors),
        ("bench_small_doctors", &callers.small_doctors),
    ];
    for (table, callers) in people {
        sql.run(&format!(
            "DROP TABLE IF EXISTS {table}; \
             CREATE UNLOGGED TABLE {table} AS SELECT (row_number() OVER ())::int AS n, id FROM users WHERE id IN ({}); \
             ALTER TABLE {table} ADD PRIMARY KEY (n); ANALYZE {table};",
            ids(callers)
        ))?;
    }
    sql.run(&format!(
        "DROP TABLE IF EXISTS bench_doses; \
         CREATE UNLOGGED TABLE bench_doses AS SELECT (row_number() OVER (ORDER BY random()))::int AS n, id, patient_id \
         FROM dose_events WHERE patient_id IN ({}); \
         ALTER TABLE bench_doses ADD PRIMARY KEY (n); ANALYZE bench_doses;",
        ids(&callers.patients)
    ))
}

/// Removes what [`prepare_bare`] made.
pub(super) fn tidy_up(sql: &Sql) -> Result<()> {
    sql.run("DROP TABLE IF EXISTS bench_patients, bench_doctors, bench_small_doctors, bench_doses")
}

/// Writes a bare script where `pgbench` finds it.
pub(super) fn write_script(folder: &Path, operation: &Operation) -> Result<std::path::PathBuf> {
    let path = folder.join("bare.sql");
    std::fs::write(&path, operation.bare)?;
    Ok(path)
}
