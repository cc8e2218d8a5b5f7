//! The PIN that protects an unlocked phone (rules §2).

use std::fmt;
use std::str::FromStr;

/// A text that is no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a PIN of 4 digits")]
pub struct InvalidPin;

/// Exactly 4 digits, 0 to 9. It shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct PinCode(String);

impl PinCode {
    /// The PIN itself, to be hashed or compared.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl FromStr for PinCode {
    type Err = InvalidPin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_pin = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_pin.then(|| Self(text.to_owned())).ok_or(InvalidPin)
    }
}

impl fmt::Debug for PinCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("")]
    #[case("123")]
    #[case("12345")]
    #[case("12a4")]
    #[case(" 123")]
    #[case("+123")]
    #[case("១២៣៤")]
    #[case("១2")]
    fn only_four_digits_are_a_pin(#[case] text: &str) {
        assert_eq!(text.parse::<PinCode>(), Err(InvalidPin));
    }

    #[test]
    fn a_pin_keeps_its_zeros_and_is_not_shown() {
        let pin: PinCode = "0007".parse().unwrap();
        assert_eq!(format!("{pin:?}"), "PinCode(…)");
        assert_eq!(pin.into_string(), "0007");
    }
}
