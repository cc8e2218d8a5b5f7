use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::say;
use crate::services::checkout;

/// Makes the file of a new migration and registers it.
///
/// # Errors
/// When the name is none, or the files cannot be written.
pub fn new_migration(name: &str) -> Result<()> {
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    ensure!(is_name, "a migration is named in snake_case, such as add_dose_note");
    let date = Command::new("date")
        .args(["-u", "+%Y%m%d_%H%M%S"])
        .output()
        .context("cannot run date")?;
    let module = format!("m{}_{name}", String::from_utf8(date.stdout)?.trim());

    let sources = checkout().join("migration/src");
    let list = sources.join("lib.rs");
    let registered = register(&fs::read_to_string(&list)?, &module)?;
    fs::write(sources.join(format!("{module}.rs")), SKELETON)?;
    fs::write(list, registered)?;
    say(format!("migration/src/{module}.rs is yours to fill in, both ways"));
    Ok(())
}

/// The list with one more migration at its end.
fn register(source: &str, module: &str) -> Result<String> {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    let last = |lines: &[String], starts: &str| lines.iter().rposition(|line| line.trim_start().starts_with(starts));
    let declared = last(&lines, "mod m2").context("migration/src/lib.rs declares no migration")?;
    lines.insert(declared + 1, format!("mod {module};"));
    let listed = last(&lines, "Box::new(m2").context("migration/src/lib.rs lists no migration")?;
    let indent: String = lines[listed].chars().take_while(|c| c.is_whitespace()).collect();
    lines.insert(listed + 1, format!("{indent}Box::new({module}::Migration),"));
    Ok(lines.join("\n") + "\n")
}

const SKELETON: &str = "//! What changes, and why.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(\"\").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(\"\").await?;
        Ok(())
    }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_migration_comes_last_in_both_lists() {
        let list = "mod m20260101_000001_first;\nmod run;\n\n        vec![\n            Box::new(m20260101_000001_first::Migration),\n        ]\n";
        let expected = "mod m20260101_000001_first;\nmod m20260202_000000_next;\nmod run;\n\n        vec![\n            Box::new(m20260101_000001_first::Migration),\n            Box::new(m20260202_000000_next::Migration),\n        ]\n";
        assert_eq!(register(list, "m20260202_000000_next").unwrap(), expected);
    }
}
