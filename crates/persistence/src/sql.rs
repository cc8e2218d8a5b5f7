//! How fixed SQL is handed to SeaORM: hot statements are written out, so that each has one shape in the
//! connection's statement cache and selects just the columns that its answer shows.

use das_tern_domain::Labelled;
use sea_orm::{DbBackend, Statement, Value};

pub(crate) fn statement(sql: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// An enum as the text that the statement casts to its PostgreSQL type.
pub(crate) fn label<E: Labelled>(value: E) -> Value {
    value.label().into()
}

/// The same for an enum that may be absent.
pub(crate) fn optional_label<E: Labelled>(value: Option<E>) -> Value {
    value.map(|value| value.label().to_owned()).into()
}

/// The pattern of whatever has `text` in it, taken literally.
pub(crate) fn part(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_pattern_is_taken_literally() {
        assert_eq!(part(r"50%_\ ក"), r"%50\%\_\\ ក%");
    }
}
