//! Reading the fields of a request: what is wrong with all of them is told at once.

use das_tern_application::{Error, FieldCode, FieldError};
use das_tern_domain::{is_blank, zone};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use time::Date;
use uuid::Uuid;

/// The invalid fields of one request.
#[derive(Default)]
pub(crate) struct Fields(Vec<FieldError>);

impl Fields {
    /// Notes an invalid field.
    pub(crate) fn refuse(&mut self, field: &'static str, code: FieldCode) {
        self.0.push(FieldError::new(field, code));
    }

    /// Notes several invalid fields.
    pub(crate) fn refuse_all(&mut self, invalid: impl IntoIterator<Item = FieldError>) {
        self.0.extend(invalid);
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required(&mut self, field: &'static str, text: Option<String>) -> Option<String> {
        let text = text.filter(|text| !text.is_empty());
        if text.is_none() {
            self.refuse(field, FieldCode::Required);
        }
        text
    }

    /// A text that is read by `parse`, where it is there.
    pub(crate) fn read<T, E>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(text?) {
            Ok(value) => Some(value),
            Err(_) => {
                self.refuse(field, FieldCode::Invalid);
                None
            }
        }
    }

    /// A calendar date.
    pub(crate) fn day(&mut self, field: &'static str, text: Option<&str>) -> Option<Date> {
        self.read(field, text, zone::parse_day)
    }

    /// An id, in the one form that we write.
    pub(crate) fn id<T: From<Uuid>>(&mut self, field: &'static str, text: Option<&str>) -> Option<T> {
        self.read(field, text, |text| parse_id(text).ok_or(())).map(T::from)
    }

    /// A text to keep or to compare with, as PostgreSQL can hold it: without NUL characters.
    pub(crate) fn text(&mut self, field: &'static str, text: Option<String>, longest: usize) -> Option<String> {
        let text = text?;
        if text.contains('\0') {
            self.refuse(field, FieldCode::Invalid);
        } else if text.chars().count() > longest {
            self.refuse(field, FieldCode::TooLong);
        }
        Some(text)
    }

    /// The same without the white space around it; nothing where nothing is to be seen.
    pub(crate) fn words(&mut self, field: &'static str, text: Option<String>, longest: usize) -> Option<String> {
        let text = text.filter(|text| text.contains('\0') || !is_blank(text));
        let text = text.map(|text| text.trim().to_owned());
        self.text(field, text, longest)
    }

    /// The number of items that a page shall have. Its range is the use case's matter, which tells of the cursor as well.
    pub(crate) fn limit(&mut self, text: Option<&str>) -> Option<u32> {
        self.read("limit", text, str::parse)
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All that is wrong.
    pub(crate) fn into_error(self) -> Error {
        Error::invalid(self.0)
    }

    /// `value`, unless something is wrong.
    pub(crate) fn check<T>(self, value: T) -> Result<T, Error> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self.into_error())
        }
    }
}

/// A whole number, also where it is written as `30.0`, as some clients write every number.
pub(crate) fn whole<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let Some(number) = Option::<serde_json::Number>::deserialize(deserializer)? else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and within the exact range of a double"
    )]
    let from_double = |double: f64| (double.fract() == 0.0 && double.abs() < 9e15).then_some(double as i64);
    let whole = number.as_i64().or_else(|| number.as_f64().and_then(from_double));
    let fitting = whole.and_then(|whole| T::try_from(whole).ok());
    fitting
        .map(Some)
        .ok_or_else(|| D::Error::custom("not a whole number of a sensible size"))
}

/// An id, in the one form that we write: 36 characters with hyphens.
pub(crate) fn parse_id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut fields = Fields::default();
        assert_eq!(fields.required("name", Some(String::new())), None);
        assert_eq!(fields.day("day", Some("2026-02-30")), None);
        assert_eq!(
            fields.id::<Uuid>("id", Some("{0195d3c1-0000-7000-8000-000000000000}")),
            None
        );
        fields.text("reason", Some("ក".repeat(3)), 2);
        fields.text("note", Some("a\0".to_owned()), 1);
        let error = fields.check(()).unwrap_err();
        let told: Vec<_> = error
            .fields()
            .iter()
            .map(|field| (field.field.as_str(), field.code.label()))
            .collect();
        let expected = [
            ("name", "REQUIRED"),
            ("day", "INVALID"),
            ("id", "INVALID"),
            ("reason", "TOO_LONG"),
            ("note", "INVALID"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn what_is_absent_is_not_wrong() {
        let mut fields = Fields::default();
        assert_eq!(fields.day("day", None), None);
        assert_eq!(fields.limit(None), None);
        assert_eq!(fields.text("reason", Some("ក".repeat(2)), 2), Some("ក".repeat(2)));
        assert!(fields.check(()).is_ok());
    }
}
