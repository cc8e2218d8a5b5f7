//! How fixed SQL is handed to SeaORM: hot statements are written out, so that each has one shape in the
//! connection's statement cache and selects just the columns that its answer shows.

use std::str::FromStr;

use das_tern_domain::{Labelled, UnknownLabel};
use sea_orm::{DbBackend, DbErr, QueryResult, RuntimeErr, Statement, TryGetError, TryGetable, Value};
use sqlx::postgres::PgValueRef;
use sqlx::{Row, ValueRef};

pub(crate) fn statement(sql: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// A count of the database, which is never below 0.
pub(crate) fn count(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// An enum as the text that the statement casts to its PostgreSQL type.
pub(crate) fn label<E: Labelled>(value: E) -> Value {
    value.label().into()
}

/// The same for an enum that may be absent.
pub(crate) fn optional_label<E: Labelled>(value: Option<E>) -> Value {
    value.map(|value| value.label().to_owned()).into()
}

/// The slot of the dose event `$d`, as `das_tern_domain::Slot::of` tells it, by its label.
macro_rules! slot_of {
    ($d:literal) => {
        concat!(
            "CASE WHEN ",
            $d,
            ".time_period = 'NIGHT' THEN 'NIGHT' WHEN extract(hour FROM ",
            $d,
            ".scheduled_time AT TIME ZONE 'Asia/Phnom_Penh') < 11 THEN 'MORNING' ELSE 'AFTERNOON' END"
        )
    };
}
pub(crate) use slot_of;

/// Any of the ids in the parameter `$ids`. PostgreSQL counts the ids of a plain `ANY($1)`, finds each time that the plan for
/// so few is cheaper than its general one, and so plans the statement anew, which costs more than running it. Behind a
/// sub-select it does not see how many there are.
macro_rules! any_of {
    ($ids:literal) => {
        concat!("ANY(ARRAY(SELECT unnest(", $ids, "::uuid[])))")
    };
}
pub(crate) use any_of;

/// The columns of a row, one after the other, as its statement selects them. Looking each up by its name costs as much as
/// reading it, which wide rows that many requests read notice.
pub(crate) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    /// Begins at the first column.
    pub(crate) fn of(row: &'a QueryResult) -> Self {
        Self::starting_at(0, row)
    }

    /// Begins after so many columns.
    pub(crate) fn starting_at(next: usize, row: &'a QueryResult) -> Self {
        Self { row, next }
    }

    /// How many columns lie behind.
    pub(crate) fn passed(&self) -> usize {
        self.next
    }

    /// The value of the next column.
    pub(crate) fn next<T: TryGetable>(&mut self) -> Result<T, TryGetError> {
        let value = self.row.try_get_by_index_nullable(self.next);
        self.next += 1;
        value
    }

    /// The value of the next column, if it has one. That it has none is an error to SeaORM until somebody expects it, and
    /// writing the error costs more than reading most values.
    pub(crate) fn maybe<T: TryGetable>(&mut self) -> Result<Option<T>, TryGetError> {
        if self.skips_null()? {
            return Ok(None);
        }
        self.next().map(Some)
    }

    /// The enum whose label the next column has, without a copy of the label.
    pub(crate) fn labelled<E: FromStr<Err = UnknownLabel>>(&mut self) -> Result<E, TryGetError> {
        let unread = |error: &dyn std::fmt::Display| DbErr::Type(error.to_string());
        let label = self.raw()?.as_str().map_err(|error| unread(&error))?;
        self.next += 1;
        Ok(label.parse().map_err(|error| unread(&error))?)
    }

    /// The enum whose label the next column has, if it has one.
    pub(crate) fn maybe_labelled<E: FromStr<Err = UnknownLabel>>(&mut self) -> Result<Option<E>, TryGetError> {
        if self.skips_null()? {
            return Ok(None);
        }
        self.labelled().map(Some)
    }

    /// Whether the next column has no value.
    pub(crate) fn is_null(&self) -> Result<bool, TryGetError> {
        Ok(self.raw()?.is_null())
    }

    /// Passes over the next column if it has no value.
    fn skips_null(&mut self) -> Result<bool, TryGetError> {
        let is_null = self.is_null()?;
        self.next += usize::from(is_null);
        Ok(is_null)
    }

    fn raw(&self) -> Result<PgValueRef<'a>, TryGetError> {
        let row = self.row.try_as_pg_row();
        let row = row.ok_or_else(|| DbErr::Type("a row that is not PostgreSQL's".to_owned()))?;
        let value = row.try_get_raw(self.next);
        Ok(value.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?)
    }
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
