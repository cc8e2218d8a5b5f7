//! `das-tern seed`: demonstration data.

use anyhow::bail;
use das_tern_application::{Clock as _, SystemClock};
use das_tern_persistence::Database;
use indicatif::{ProgressBar, ProgressStyle};
use time::OffsetDateTime;

use super::{connect, print};
use crate::cli::Seed;
use crate::config::{Config, Environment};

const LONGEST_STATEMENT_MS: u32 = 600_000;

pub(super) async fn run(config: &Config, seed: Seed) -> anyhow::Result<()> {
    if config.environment == Environment::Production {
        bail!("production is not seeded: the demonstration data has logins that everybody knows");
    }
    let database = connect(&unhurried(config)).await?;
    let pending = das_tern_migration::pending(database.connection()).await?;
    if !pending.is_empty() {
        bail!("the schema is not up to date; run `das-tern migrate up` first");
    }
    let now = SystemClock.now();
    match seed.large {
        Some(patients) => large(&database, patients, now).await?,
        None if seed.if_empty && !das_tern_seed::is_empty(&database).await? => {
            print("there are people already; nothing to do\n")?;
        }
        None => demo(&database, now).await?,
    }
    database.close().await;
    Ok(())
}

/// The configuration for statements that fill whole tables, which may take as long as anything may.
fn unhurried(config: &Config) -> Config {
    let mut config = config.clone();
    config.database.statement_timeout_ms = LONGEST_STATEMENT_MS;
    config.database.slow_statement_ms = LONGEST_STATEMENT_MS;
    config
}

async fn demo(database: &Database, now: OffsetDateTime) -> anyhow::Result<()> {
    let summary = das_tern_seed::demo(database, now).await?;
    print(&format!(
        "{summary}\nLogins, all with the password {}:\n",
        das_tern_seed::PASSWORD
    ))?;
    das_tern_seed::LOGINS
        .iter()
        .try_for_each(|login| print(&format!("  {}  {}\n", login.phone_number, login.role)))
}

async fn large(database: &Database, patients: u32, now: OffsetDateTime) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} patients, {eta} to go")?;
    let bar = ProgressBar::new(patients.into()).with_style(style);
    let summary = das_tern_seed::large(database, patients, now, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    print(&format!("{summary}\n"))
}
