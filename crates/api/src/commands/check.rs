//! `das-tern check`: what is configured, and does it work?

use anyhow::bail;
use das_tern_cache::Redis;
use das_tern_integrations::Integrations;
use das_tern_persistence::Database;

use super::print;
use crate::config::{Config, Effective};

pub(super) async fn run(config: &Config, effective: &Effective, offline: bool) -> anyhow::Result<()> {
    print(&effective.to_string())?;
    if offline {
        return Ok(());
    }
    let mut findings = Findings::default();
    findings.database(config).await;
    findings.redis(config).await;
    findings.outside(config);
    print(&format!("\n{}", findings.lines.concat()))?;
    match findings.troubles {
        0 => Ok(()),
        1 => bail!("there is a problem"),
        count => bail!("there are {count} problems"),
    }
}

/// What was found out, as comments, so that the whole output stays TOML.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    troubles: usize,
}

impl Findings {
    async fn database(&mut self, config: &Config) {
        let place = config.database_place();
        match Database::connect(&config.database).await {
            Ok(database) => {
                self.good(&format!("PostgreSQL answers at {place}"));
                self.schema(&database).await;
                database.close().await;
            }
            Err(error) => self.bad(&format!("PostgreSQL at {place}: {error}")),
        }
    }

    async fn schema(&mut self, database: &Database) {
        match das_tern_migration::pending(database.connection()).await {
            Ok(pending) if pending.is_empty() => {
                self.good("the schema is up to date");
                self.collation(database).await;
            }
            Ok(pending) => self.bad(&format!(
                "{} migrations are pending: das-tern migrate up",
                pending.len()
            )),
            Err(error) => self.bad(&format!("the schema: {error}")),
        }
    }

    async fn collation(&mut self, database: &Database) {
        match database.sorts_khmer().await {
            Ok(true) => self.good("Khmer sorts by ICU's rules"),
            Ok(false) => self.good("Khmer sorts by code point: this PostgreSQL is built without ICU"),
            Err(error) => self.bad(&format!("the collation of Khmer: {error}")),
        }
    }

    async fn redis(&mut self, config: &Config) {
        let place = config.redis_place();
        let answer = match Redis::new(&config.redis) {
            Ok(redis) => redis.ping().await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(_) => self.good(&format!("Redis answers at {place}")),
            Err(error) => self.bad(&format!("Redis at {place}: {error}")),
        }
    }

    /// Whether the providers can be used; none of them is called.
    fn outside(&mut self, config: &Config) {
        match Integrations::connect(&config.integrations) {
            Ok(_) => self.good("the providers are set up; they were not asked"),
            Err(error) => self.bad(&format!("what is outside: {error}")),
        }
    }

    fn good(&mut self, what: &str) {
        self.note("ok", what);
    }

    fn bad(&mut self, what: &str) {
        self.troubles += 1;
        self.note("PROBLEM", what);
    }

    fn note(&mut self, verdict: &str, what: &str) {
        let what = what.replace('\n', " ");
        self.lines.push(format!("# {verdict}: {what}\n"));
    }
}
