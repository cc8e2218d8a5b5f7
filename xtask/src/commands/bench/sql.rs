use std::process::Command;

use anyhow::{Context, Result};

use crate::services::Postgres;

/// SQL that the benchmark itself runs.
pub(super) struct Sql<'a> {
    postgres: &'a Postgres,
    database: &'a str,
}

impl<'a> Sql<'a> {
    pub(super) fn new(postgres: &'a Postgres, database: &'a str) -> Self {
        Self { postgres, database }
    }

    pub(super) fn run(&self, sql: &str) -> Result<()> {
        self.postgres.psql(self.database, sql).map(drop)
    }

    pub(super) fn rows(&self, sql: &str) -> Result<Vec<String>> {
        Ok(self
            .postgres
            .psql(self.database, sql)?
            .lines()
            .map(str::to_owned)
            .collect())
    }

    pub(super) fn count(&self, table: &str) -> Result<u64> {
        let rows = self.rows(&format!("SELECT count(*) FROM {table}"))?;
        Ok(rows.first().context("no count")?.parse()?)
    }

    /// How many times a second `pgbench` gets through a script with this many clients.
    pub(super) fn transactions_per_second(
        &self,
        script: &std::path::Path,
        clients: usize,
        seconds: u64,
    ) -> Result<f64> {
        let output = Command::new(pgbench(self.postgres))
            .args([
                "-n",
                "-M",
                "prepared",
                "-j",
                "2",
                "-c",
                &clients.to_string(),
                "-T",
                &seconds.to_string(),
            ])
            .args(["-D", &format!("patients={}", self.count("bench_patients")?)])
            .args(["-D", &format!("doctors={}", self.count("bench_doctors")?)])
            .args(["-D", &format!("small_doctors={}", self.count("bench_small_doctors")?)])
            .args(["-D", &format!("doses={}", self.count("bench_doses")?)])
            .arg("-f")
            .arg(script)
            .arg(self.postgres.url(self.database))
            .output()
            .context("cannot run pgbench; it comes with PostgreSQL's client or contrib package")?;
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = "))
            .with_context(|| format!("pgbench failed:\n{said}{}", String::from_utf8_lossy(&output.stderr)))?;
        Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
    }
}

fn pgbench(postgres: &Postgres) -> std::path::PathBuf {
    let beside = postgres.binaries().join("pgbench");
    if beside.exists() { beside } else { "pgbench".into() }
}
