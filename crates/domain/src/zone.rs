//! Asia/Phnom_Penh: the zone of days, schedules and reminders (rules §1).
//!
//! Cambodia keeps UTC+7 all year and has had no daylight saving since 1960, so a fixed offset is exact.
//! Nothing else in the workspace builds or prints a local time.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// The zone's offset from UTC.
pub const PHNOM_PENH: UtcOffset = offset!(+7);

/// How instants are written; its digits stand for any.
const INSTANT: &[u8; 29] = b"0000-00-00T00:00:00.000+07:00";
/// How many characters of [`INSTANT`] come before the offset, which is always the same.
const BEFORE_OFFSET: usize = 23;
const ZONELESS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const ZONELESS_FRACTION: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond]");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]");

/// A text that is no time of the kind it was read as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidTime {
    /// The text that was given.
    pub text: String,
    /// What was expected instead, such as `a date like 2026-03-06`.
    pub expected: &'static str,
}

fn invalid(text: &str, expected: &'static str) -> InvalidTime {
    InvalidTime {
        text: text.to_owned(),
        expected,
    }
}

/// The calendar day of an instant in Phnom Penh.
#[must_use]
pub fn day_of(instant: OffsetDateTime) -> Date {
    instant.to_offset(PHNOM_PENH).date()
}

/// The first instant of a day in Phnom Penh.
#[must_use]
pub fn start_of(day: Date) -> OffsetDateTime {
    at(day, Time::MIDNIGHT)
}

/// The first instant of the following day, so that `start_of(day)..end_of(day)` is the whole day.
#[must_use]
pub fn end_of(day: Date) -> OffsetDateTime {
    start_of(day) + Duration::DAY
}

/// The instant when clocks in Phnom Penh show `time` on `day`.
#[must_use]
pub fn at(day: Date, time: Time) -> OffsetDateTime {
    PrimitiveDateTime::new(day, time).assume_offset(PHNOM_PENH)
}

/// An instant cut to whole milliseconds, the precision that the database keeps.
#[must_use]
pub fn to_millis(instant: OffsetDateTime) -> OffsetDateTime {
    let nanos = instant.nanosecond();
    instant - Duration::nanoseconds(i64::from(nanos % 1_000_000))
}

/// The same instant with an offset of hours, or of hours and minutes without a colon, as RFC 3339 wants it.
fn with_whole_offset(text: &str) -> Option<String> {
    let sign = text.rfind(['+', '-']).filter(|place| text[..*place].contains(':'))?;
    let (start, offset) = text.split_at(sign);
    let is_short = matches!(offset.len(), 3 | 5) && offset[1..].bytes().all(|digit| digit.is_ascii_digit());
    let minutes = offset.get(3..).filter(|minutes| !minutes.is_empty()).unwrap_or("00");
    is_short.then(|| format!("{start}{}:{minutes}", &offset[..3]))
}

/// Reads an ISO 8601 instant; one without an offset is Phnom Penh time. Cut to milliseconds.
///
/// # Errors
/// When the text is no instant, or lies outside the years 1900 to 9998.
pub fn parse_instant(text: &str) -> Result<OffsetDateTime, InvalidTime> {
    let zoneless = |format| PrimitiveDateTime::parse(text, format).map(|t| t.assume_offset(PHNOM_PENH));
    let foreign = || {
        OffsetDateTime::parse(text, &Rfc3339)
            .or_else(|_| zoneless(ZONELESS))
            .or_else(|_| zoneless(ZONELESS_FRACTION))
            .or_else(|error| OffsetDateTime::parse(&with_whole_offset(text).ok_or(error)?, &Rfc3339))
            .ok()
    };
    parse_own(text)
        .or_else(foreign)
        .filter(|_| text.starts_with(|first: char| first.is_ascii_digit()))
        .filter(|instant| (1900..=9998).contains(&instant.year()))
        .map(to_millis)
        .ok_or_else(|| invalid(text, "an instant like 2026-03-06T07:05:12.123+07:00"))
}

/// The form that we write ourselves. A page of doses has hundreds of instants, and a general parser takes five times as
/// long.
fn parse_own(text: &str) -> Option<OffsetDateTime> {
    let text: &[u8; INSTANT.len()] = text.as_bytes().try_into().ok()?;
    let is_own = text.iter().zip(INSTANT).enumerate().all(|(place, (byte, form))| {
        if place < BEFORE_OFFSET && form.is_ascii_digit() {
            byte.is_ascii_digit()
        } else {
            byte == form
        }
    });
    let number = |from: usize, to: usize| {
        let digits = text[from..to].iter();
        digits.fold(0_u16, |number, digit| number * 10 + u16::from(digit - b'0'))
    };
    let short = |from: usize| u8::try_from(number(from, from + 2)).ok();
    if !is_own {
        return None;
    }
    let month = Month::try_from(short(5)?).ok()?;
    let day = Date::from_calendar_date(number(0, 4).into(), month, short(8)?).ok()?;
    let clock = Time::from_hms_milli(short(11)?, short(14)?, short(17)?, number(20, 23)).ok()?;
    Some(at(day, clock))
}

/// Writes an instant as `2026-03-06T07:05:12.123+07:00`; in the years before 0 and after 9999, which nobody means, as
/// nothing.
#[must_use]
pub fn format_instant(instant: OffsetDateTime) -> String {
    written(instant).to_owned()
}

/// An instant as it is written, which needs no memory of its own: an answer has hundreds.
struct WrittenInstant(Option<[u8; INSTANT.len()]>);

impl Deref for WrittenInstant {
    type Target = str;

    fn deref(&self) -> &str {
        let text = self.0.as_ref().map(|text| str::from_utf8(text));
        text.and_then(Result::ok).unwrap_or_default()
    }
}

fn written(instant: OffsetDateTime) -> WrittenInstant {
    let local = instant.to_offset(PHNOM_PENH);
    let Some(year) = u16::try_from(local.year()).ok().filter(|year| *year <= 9999) else {
        return WrittenInstant(None);
    };
    let mut text = *INSTANT;
    let mut write = |from: usize, to: usize, number: u16| {
        let mut left = number;
        for digit in text[from..to].iter_mut().rev() {
            *digit = b"0123456789"[usize::from(left % 10)];
            left /= 10;
        }
    };
    write(0, 4, year);
    write(5, 7, u8::from(local.month()).into());
    write(8, 10, local.day().into());
    write(11, 13, local.hour().into());
    write(14, 16, local.minute().into());
    write(17, 19, local.second().into());
    write(20, 23, local.millisecond());
    WrittenInstant(Some(text))
}

/// Reads a calendar date, `yyyy-MM-dd`.
///
/// # Errors
/// When the text is no such date, or lies outside the years 1900 to 9998.
pub fn parse_day(text: &str) -> Result<Date, InvalidTime> {
    Date::parse(text, DAY)
        .ok()
        .filter(|_| text.len() == 10)
        .filter(|day| (1900..=9998).contains(&day.year()))
        .ok_or_else(|| invalid(text, "a date like 2026-03-06"))
}

/// Reads a calendar date, also where an instant is written for it, as the app does: then its day in Phnom Penh.
///
/// # Errors
/// When the text is neither.
pub fn parse_day_of(text: &str) -> Result<Date, InvalidTime> {
    parse_day(text).or_else(|error| parse_instant(text).map(day_of).map_err(|_| error))
}

/// Writes a calendar date as `yyyy-MM-dd`.
#[must_use]
pub fn format_day(day: Date) -> String {
    day.format(DAY).unwrap_or_default()
}

/// A time on the clock in Phnom Penh, to the minute, written `HH:mm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClockTime(Time);

impl ClockTime {
    /// The instant when the clock shows this time on `day`.
    #[must_use]
    pub fn on(self, day: Date) -> OffsetDateTime {
        at(day, self.0)
    }

    /// What the clock shows at an instant.
    #[must_use]
    pub fn of(instant: OffsetDateTime) -> Self {
        let local = instant.to_offset(PHNOM_PENH).time();
        Self(Time::from_hms(local.hour(), local.minute(), 0).unwrap_or(Time::MIDNIGHT))
    }

    /// The full hour, from 0 to 23.
    #[must_use]
    pub fn at_hour(hour: u8) -> Option<Self> {
        Time::from_hms(hour, 0, 0).ok().map(Self)
    }

    /// The hour that it lies in.
    #[must_use]
    pub fn hour(self) -> u8 {
        self.0.hour()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl FromStr for ClockTime {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Time::parse(text, CLOCK)
            .map(Self)
            .map_err(|_| invalid(text, "a clock time like 07:30"))
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Parsed(str::parse))
    }
}

/// Reads what is written in a text, without a copy of the text.
struct Parsed<V>(fn(&str) -> Result<V, InvalidTime>);

impl<V> Visitor<'_> for Parsed<V> {
    type Value = V;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<V, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// The same where the text may be absent.
struct ParsedIfAny<V>(fn(&str) -> Result<V, InvalidTime>);

impl<'de, V> Visitor<'de> for ParsedIfAny<V> {
    type Value = Option<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or null")
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<V>, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<V>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<V>, D::Error> {
        deserializer.deserialize_str(Parsed(self.0)).map(Some)
    }
}

macro_rules! local_serde {
    ($(#[$doc:meta])* $module:ident, $value:ty, $format:path, $parse:path) => {
        $(#[$doc])*
        pub mod $module {
            use super::{Deserializer, Parsed, ParsedIfAny, Serializer};

            /// Writes the value.
            ///
            /// # Errors
            /// As the serializer.
            pub fn serialize<S: Serializer>(value: &$value, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&$format(*value))
            }

            /// Reads the value.
            ///
            /// # Errors
            /// When the text cannot be read.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_str(Parsed($parse))
            }

            /// The same for a value that may be absent.
            pub mod option {
                use super::{Deserializer, ParsedIfAny, Serializer};

                /// Writes the value, or null.
                ///
                /// # Errors
                /// As the serializer.
                pub fn serialize<S: Serializer>(value: &Option<$value>, serializer: S) -> Result<S::Ok, S::Error> {
                    match value {
                        Some(value) => serializer.serialize_some(&*$format(*value)),
                        None => serializer.serialize_none(),
                    }
                }

                /// Reads the value, or null.
                ///
                /// # Errors
                /// When the text cannot be read.
                pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$value>, D::Error> {
                    deserializer.deserialize_option(ParsedIfAny($parse))
                }
            }
        }
    };
}

local_serde! {
    /// An instant in JSON: for `#[serde(with = "zone::instant")]`.
    instant, time::OffsetDateTime, crate::zone::written, crate::zone::parse_instant
}
local_serde! {
    /// A calendar date in JSON: for `#[serde(with = "zone::day")]`.
    day, time::Date, crate::zone::format_day, crate::zone::parse_day
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn input_without_an_offset_is_phnom_penh_time() {
        let read = parse_instant("2026-03-06T07:05:12.123456").unwrap();
        assert_eq!(read, datetime!(2026-03-06 00:05:12.123 UTC));
        assert_eq!(
            parse_instant("2026-03-06T07:05:12").unwrap(),
            datetime!(2026-03-06 00:05:12 UTC)
        );
    }

    #[test]
    fn input_with_an_offset_is_converted() {
        assert_eq!(
            parse_instant("2026-03-06T00:05:12Z").unwrap(),
            parse_instant("2026-03-06T07:05:12").unwrap()
        );
    }

    #[test]
    fn output_carries_milliseconds_and_the_offset() {
        assert_eq!(
            format_instant(datetime!(2026-03-06 00:05:12.1234 UTC)),
            "2026-03-06T07:05:12.123+07:00"
        );
    }

    #[test]
    fn a_day_starts_at_midnight_in_phnom_penh() {
        assert_eq!(day_of(datetime!(2026-03-05 17:00 UTC)), date!(2026 - 03 - 06));
        assert_eq!(day_of(datetime!(2026-03-05 16:59:59.999 UTC)), date!(2026 - 03 - 05));
        assert_eq!(end_of(date!(2026 - 12 - 31)), start_of(date!(2027 - 01 - 01)));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2026-02-30T00:00:00",
            "2026-03-06",
            "+12026-03-06T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-13-06T07:05:12.123+07:00",
            "2026-02-30T07:05:12.123+07:00",
            "2026-03-06T24:05:12.123+07:00",
            "2026-03-06T07:05:12.12x+07:00",
            "1899-12-31T07:05:12.123+07:00",
        ] {
            assert!(parse_instant(text).is_err(), "{text}");
        }
        for text in ["24:00", "7:5", "07:60", "ម៉ោង៧"] {
            assert!(text.parse::<ClockTime>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_instant_survives_writing_and_reading(millis in -2_000_000_000_000_i64..200_000_000_000_000) {
            let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap();
            let text = format_instant(instant);
            prop_assert_eq!(parse_own(&text), Some(instant));
            prop_assert_eq!(OffsetDateTime::parse(&text, &Rfc3339).unwrap(), instant);
        }
    }
}
