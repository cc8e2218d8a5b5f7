//! The cells of a prescription's grid: how much, before or after the meal.

use serde::{Deserialize, Serialize};

/// One filled cell: an amount and where it stands to the meal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dosage {
    /// How much, as the prescriber wrote it, such as `1` or `2 គ្រាប់`.
    pub amount: String,
    /// Whether it is taken before the meal.
    pub before_meal: bool,
}

impl Dosage {
    /// The number at the start of the amount, as [`quantity_of`] reads it.
    #[must_use]
    pub fn quantity(&self) -> Option<f64> {
        quantity_of(&self.amount)
    }
}

/// A text with its Khmer digits written as others are.
#[must_use]
pub fn ascii_digits(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

fn ascii_digit(character: char) -> char {
    match character {
        '\u{17e0}'..='\u{17e9}' => char::from_digit(u32::from(character) - 0x17e0, 10).unwrap_or(character),
        _ => character,
    }
}

/// The number at the start of an amount, where it says one and no other: `0.5` of `0.5 គ្រាប់`, of `0,5`, of `1/2` and of
/// `½`, `1.5` of `1 1/2`, but nothing of `1-2` or `1 or 2`. What stands in brackets does not count. A wrong number of tablets
/// is worse than none.
#[must_use]
pub fn quantity_of(amount: &str) -> Option<f64> {
    let text = ascii_digits(amount).replace(['\u{2044}', '\u{2215}', '\u{ff0f}'], "/");
    let (whole, rest) = split_number(text.trim());
    let (number, rest) = match (whole, split_fraction(rest)) {
        (Some(numerator), None) => match split_divisor(rest) {
            Some((divisor, rest)) => (numerator / divisor, rest),
            None => (numerator, rest),
        },
        (whole, Some((fraction, rest))) => (whole.unwrap_or_default() + fraction, rest),
        (None, None) => return None,
    };
    (number.is_finite() && !says_more(rest)).then_some(number)
}

/// Whether a text has another number in it, in figures or in the words for a half.
fn says_more(text: &str) -> bool {
    let before_bracket = text.split(['(', '[', '{']).next().unwrap_or_default();
    before_bracket.contains(char::is_numeric)
        || before_bracket.contains("កន្លះ")
        || before_bracket.to_lowercase().contains("half")
}

/// What a number is divided by, and what follows it.
fn split_divisor(text: &str) -> Option<(f64, &str)> {
    let (divisor, rest) = split_number(text.trim_start().strip_prefix('/')?.trim_start());
    Some((divisor?, rest))
}

/// The fraction that follows a whole number, or stands for itself, and what follows it: `½`, or the `1/2` of `1 1/2`.
fn split_fraction(text: &str) -> Option<(f64, &str)> {
    const FRACTIONS: [(char, f64); 5] = [('½', 0.5), ('¼', 0.25), ('¾', 0.75), ('⅓', 1.0 / 3.0), ('⅔', 2.0 / 3.0)];
    let written = text.trim_start();
    if let Some(found) = FRACTIONS
        .iter()
        .find_map(|(sign, value)| Some((*value, written.strip_prefix(*sign)?)))
    {
        return Some(found);
    }
    // Without a space before it, it is the number itself.
    let (numerator, rest) = split_number(written);
    let numerator = numerator.filter(|_| written.len() < text.len())?;
    let (divisor, rest) = split_divisor(rest)?;
    (numerator < divisor).then_some((numerator / divisor, rest))
}

/// A number at the start of a text, with a decimal point or a decimal comma, and what follows it. Three digits after a comma
/// might be thousands, unless nothing but a zero stands before it.
fn split_number(text: &str) -> (Option<f64>, &str) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let decimals = match text.as_bytes().get(whole) {
        Some(b'.' | b',') => digits(&text[whole + 1..]),
        _ => 0,
    };
    let is_thousands = text[whole..].starts_with(',') && decimals == 3 && &text[..whole] != "0";
    let end = if decimals == 0 || is_thousands {
        whole
    } else {
        whole + 1 + decimals
    };
    (text[..end].replace(',', ".").parse().ok(), &text[end..])
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", Some(1.0))]
    #[case("0.5 គ្រាប់", Some(0.5))]
    #[case("10ml", Some(10.0))]
    #[case("១.៥ គ្រាប់", Some(1.5))]
    #[case("មួយគ្រាប់", None)]
    #[case(" ២", Some(2.0))]
    #[case("1/2 tablet", Some(0.5))]
    #[case("១/២ គ្រាប់", Some(0.5))]
    #[case("3 ⁄ 4", Some(0.75))]
    #[case("½", Some(0.5))]
    #[case("1½ គ្រាប់", Some(1.5))]
    #[case("1 ½", Some(1.5))]
    #[case("0,5", Some(0.5))]
    #[case("0,125 mg", Some(0.125))]
    #[case(".5", Some(0.5))]
    #[case("2.5ml", Some(2.5))]
    #[case("1. មុនបាយ", Some(1.0))]
    #[case("1, after meals", Some(1.0))]
    #[case("1 - after meals", Some(1.0))]
    #[case("1/ថ្ងៃ", Some(1.0))]
    #[case("1,000", None)]
    #[case("1,000.5", None)]
    #[case("1.2.3", None)]
    #[case("1-2", None)]
    #[case("1 – 2 គ្រាប់", None)]
    #[case("1/2/3", None)]
    #[case("1/0", None)]
    #[case("5 mg/ml", Some(5.0))]
    #[case("1 1/2 tablet", Some(1.5))]
    #[case("១ ១/២ គ្រាប់", Some(1.5))]
    #[case("1 គ្រាប់ (500mg)", Some(1.0))]
    #[case("1 3/2", None)]
    #[case("1+1/2", None)]
    #[case("1／2", Some(0.5))]
    #[case("1⅛", None)]
    #[case("1គ្រាប់កន្លះ", None)]
    #[case("1 tablet and a Half", None)]
    #[case("1 or 2", None)]
    #[case("1 ឬ ២", None)]
    #[case("1\u{2011}2", None)]
    #[case("1 500 mg", None)]
    #[case("2 x 500 mg", None)]
    #[case("", None)]
    fn the_quantity_is_the_number_in_front_where_it_is_clear(#[case] amount: &str, #[case] expected: Option<f64>) {
        let dosage = Dosage {
            amount: amount.to_owned(),
            before_meal: false,
        };
        assert_eq!(dosage.quantity(), expected);
    }
}
