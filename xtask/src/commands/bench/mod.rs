//! Real requests over loopback against a release build and a large database, with the same work as bare SQL in turn.

mod cpu;
mod load;
mod logins;
mod operations;
mod sql;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::server;
use super::up::build;
use crate::interrupt;
use crate::progress::Step;
use crate::services::{Folder, Postgres, PostgresOptions, RedisOptions, Services};
use load::{Request, Run};
use operations::{Callers, Kind, Operation};
use sql::Sql;

pub(super) use operations::{Caller, is_signed_in, sign_in};

/// What is measured, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct BenchOptions {
    /// How many patients the database holds.
    pub patients: u32,
    /// How long each measurement takes, in seconds.
    pub seconds: u64,
}

const DATABASE: &str = "bench";
/// How many of the patients make requests: each signs in first, and a password takes about 70 ms.
const CALLERS: u32 = 400;
/// How many connections are open at once, run by run; the ratio to bare SQL is taken at the middle one.
const CLIENTS: [usize; 3] = [1, 16, 64];
const COMPARED: usize = 16;
const WARM_UP: Duration = Duration::from_secs(1);

/// Measures and prints a table.
///
/// # Errors
/// When something cannot be started, or an answer is wrong.
pub fn bench(options: BenchOptions) -> Result<()> {
    interrupt::remember()?;
    let kept = Folder::of_checkout()?;
    let folder = Folder::temporary("bench")?;
    let binary = build(true)?;
    let mut services = Services::start_apart(
        &kept,
        &folder,
        &PostgresOptions::kept(),
        &RedisOptions::default(),
        DATABASE,
    )?;
    let result = measure(options, &binary, &services, &folder);
    services.stop();
    result
}

fn measure(options: BenchOptions, binary: &std::path::Path, services: &Services, folder: &Folder) -> Result<()> {
    let postgres = services
        .postgres()
        .context("the benchmark needs a PostgreSQL of its own")?;
    let sql = Sql::new(postgres, DATABASE);
    let patients = options.patients.to_string();
    let seed = ["--large", patients.as_str()];
    server::with_seeded(binary, services, folder, &seed, |address, server| {
        measure_server(options, address, server, postgres, &sql, folder)
    })
}

fn measure_server(
    options: BenchOptions,
    address: SocketAddr,
    server: u32,
    postgres: &Postgres,
    sql: &Sql<'_>,
    folder: &Folder,
) -> Result<()> {
    let idle = cpu::resident_mib(server)?;
    let phones: Vec<String> = sql.rows(&format!(
        "SELECT phone_number FROM users WHERE role = 'PATIENT' ORDER BY created_at DESC, id LIMIT {CALLERS}"
    ))?;
    let step = Step::begin(format!("signing {} patients in", phones.len()));
    let patients = operations::sign_in(address, &phones)?;
    let (doctors, small_doctors) = operations::sign_doctors_in(address, sql)?;
    step.done();
    let callers = Callers {
        patients,
        doctors,
        small_doctors,
    };
    operations::prepare_bare(sql, &callers)?;
    // Figures are counted from the index alone where it is known that all may see the rows.
    sql.run("VACUUM dose_events")?;

    println!(
        "{:<36} {:>4} {:>9} {:>8} {:>8} {:>8} {:>10} {:>10} {:>6}",
        "operation", "conn", "req/s", "p50 ms", "p95 ms", "p99 ms", "server µs", "PG µs", "ratio"
    );
    for operation in operations::all(&callers) {
        for clients in CLIENTS {
            ensure!(!interrupt::came(), "stopped");
            let measured = Measured::take(
                &operation,
                address,
                clients,
                options,
                (server, postgres.pid()),
                sql,
                &callers.patients,
            )?;
            let ratio = (clients == COMPARED).then(|| {
                let script = operations::write_script(folder.path(), &operation)?;
                anyhow::Ok(measured.run.per_second() / sql.transactions_per_second(&script, clients, options.seconds)?)
            });
            measured.print(operation.name, clients, ratio.transpose()?);
        }
    }
    operations::tidy_up(sql)?;
    logins::measure(address, server, sql, &callers.patients, options.seconds)?;
    println!(
        "resident memory: {idle:.0} MiB idle, {:.0} MiB after load",
        cpu::resident_mib(server)?
    );
    println!(
        "{}; {} patients; {} s a run",
        sql.rows("SELECT version()")?.join(""),
        options.patients,
        options.seconds
    );
    Ok(())
}

#[derive(Default)]
struct Measured {
    run: Run,
    server: Duration,
    postgres: Duration,
}

impl Measured {
    fn take(
        operation: &Operation,
        address: SocketAddr,
        clients: usize,
        options: BenchOptions,
        processes: (u32, u32),
        sql: &Sql<'_>,
        patients: &[operations::Caller],
    ) -> Result<Self> {
        let lasting = Duration::from_secs(options.seconds);
        let mut measured = Self::default();
        match &operation.kind {
            Kind::Read(requests) => {
                load::for_a_while(address, requests, clients, WARM_UP)?;
                measured.add(processes, || load::for_a_while(address, requests, clients, lasting))?;
            }
            // There are doses for a second or so: they are put back and taken again until it has lasted.
            Kind::Write => {
                while measured.run.elapsed() < lasting {
                    let doses = operations::doses_to_take(sql, patients)?;
                    let (first, rest): (&[Request], &[Request]) = doses.split_at(doses.len() / 10);
                    load::each_once(address, first, clients)?;
                    measured.add(processes, || load::each_once(address, rest, clients))?;
                }
            }
        }
        Ok(measured)
    }

    /// Counts a run in, with what it costs the server and PostgreSQL.
    fn add(&mut self, (server, postgres): (u32, u32), drive: impl FnOnce() -> Result<Run>) -> Result<()> {
        let before = (cpu::time_of(server)?, cpu::time_of_family(postgres)?);
        self.run.append(drive()?);
        let after = (cpu::time_of(server)?, cpu::time_of_family(postgres)?);
        self.server += after.0.saturating_sub(before.0);
        self.postgres += after.1.saturating_sub(before.1);
        Ok(())
    }

    fn print(&self, name: &str, clients: usize, ratio: Option<f64>) {
        let milliseconds = |percent| self.run.percentile(percent).as_secs_f64() * 1_000.0;
        let each = |total: Duration| total.as_secs_f64() * 1_000_000.0 / self.run.count();
        let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        println!(
            "{name:<36} {clients:>4} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {:>10.0} {:>10.0} {ratio:>6}",
            self.run.per_second(),
            milliseconds(50),
            milliseconds(95),
            milliseconds(99),
            each(self.server),
            each(self.postgres),
        );
    }
}
