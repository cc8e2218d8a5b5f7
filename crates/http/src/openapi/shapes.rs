use das_tern_domain::zone;
use serde::{Serialize, Serializer};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

/// An instant, in the years 1900 to 9998: ISO 8601 with milliseconds and the offset of Phnom Penh.
#[derive(Clone, Copy, ToSchema)]
#[schema(
    value_type = String,
    format = DateTime,
    pattern = "^(19[0-9]{2}|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-",
    example = "2026-03-06T07:05:12.123+07:00",
)]
pub(crate) struct Instant(pub(crate) OffsetDateTime);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        zone::instant::serialize(&self.0, serializer)
    }
}

/// A calendar date, in the years 1900 to 9998. It has no example, as one would be too long ago for a first day some day.
#[derive(Clone, Copy, ToSchema)]
#[schema(
    value_type = String,
    format = Date,
    pattern = "^(19[0-9]{2}|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-",
)]
pub(crate) struct Day(pub(crate) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        zone::day::serialize(&self.0, serializer)
    }
}
