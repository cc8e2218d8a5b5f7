//! `das-tern migrate`: the schema, forwards and backwards.

use anyhow::bail;
use serde_json::json;

use super::{connect, print};
use crate::cli::{Consent, Migrate};
use crate::config::{Config, Environment};

pub(super) async fn run(config: &Config, direction: Migrate) -> anyhow::Result<()> {
    if let Migrate::Down { consent, .. } | Migrate::Fresh { consent } = &direction {
        ask(config, consent)?;
    }
    let database = connect(config).await?;
    let db = database.connection();
    match direction {
        Migrate::Up => {
            report("applied", &das_tern_migration::up(db).await?)?;
            report_later(&das_tern_migration::later(db).await?)?;
        }
        Migrate::Down { steps, .. } => report("taken back", &das_tern_migration::down(db, steps).await?)?,
        Migrate::Fresh { .. } => {
            das_tern_migration::fresh(db).await?;
            print("everything dropped, and all migrations applied\n")?;
        }
        Migrate::Grant { role } => {
            das_tern_migration::grant(db, &role).await?;
            print(&format!("{role} has what the server needs\n"))?;
        }
        Migrate::Status { json } => {
            let (steps, later) = (
                das_tern_migration::status(db).await?,
                das_tern_migration::later(db).await?,
            );
            if json {
                show_json(&steps, &later)?;
            } else {
                show(&steps)?;
                report_later(&later)?;
            }
        }
    }
    database.close().await;
    Ok(())
}

fn ask(config: &Config, consent: &Consent) -> anyhow::Result<()> {
    if config.environment == Environment::Production && !consent.yes {
        bail!(
            "this destroys data of production at {}; if that is meant, add --yes",
            config.database_place()
        );
    }
    Ok(())
}

fn report(what: &str, names: &[String]) -> anyhow::Result<()> {
    match names {
        [] => print("nothing to do\n"),
        names => names.iter().try_for_each(|name| print(&format!("{what}: {name}\n"))),
    }
}

fn report_later(names: &[String]) -> anyhow::Result<()> {
    names
        .iter()
        .try_for_each(|name| print(&format!("of a later release: {name}\n")))
}

fn show_json(steps: &[(String, bool)], later: &[String]) -> anyhow::Result<()> {
    let own = steps
        .iter()
        .map(|(name, applied)| json!({"name": name, "applied": applied, "later": false}));
    let later = later
        .iter()
        .map(|name| json!({"name": name, "applied": true, "later": true}));
    let steps: Vec<_> = own.chain(later).collect();
    print(&format!("{:#}\n", json!(steps)))
}

fn show(steps: &[(String, bool)]) -> anyhow::Result<()> {
    steps.iter().try_for_each(|(name, applied)| {
        let state = if *applied { "applied" } else { "pending" };
        print(&format!("{state}  {name}\n"))
    })
}
