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
    /// The number at the start of the amount, where there is one: `0.5` of `0.5 គ្រាប់`.
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

/// The number at the start of an amount, where there is one: `0.5` of `0.5 គ្រាប់`.
#[must_use]
pub fn quantity_of(amount: &str) -> Option<f64> {
    let characters = amount.trim_start().chars().map(ascii_digit);
    let number: String = characters
        .take_while(|character| character.is_ascii_digit() || *character == '.')
        .collect();
    number.parse().ok()
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
    #[case("", None)]
    fn the_quantity_is_the_number_in_front(#[case] amount: &str, #[case] expected: Option<f64>) {
        let dosage = Dosage {
            amount: amount.to_owned(),
            before_meal: false,
        };
        assert_eq!(dosage.quantity(), expected);
    }
}
