//! One-time codes, which show that somebody is reached by a phone number or an e-mail address (rules §2).

use std::fmt;
use std::str::FromStr;

use time::Duration;

/// How many different codes there are.
pub const CODES: u16 = 10_000;

/// What a code is good for. One that was sent for the one is worth nothing for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// To confirm the phone number or e-mail address of a new account.
    ConfirmContact,
    /// To set a new password.
    ResetPassword,
    /// To show that another e-mail address reaches the owner of an account.
    ChangeEmail,
}

impl CodePurpose {
    /// A short name that stays as it is.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmContact => "confirm",
            Self::ResetPassword => "reset",
            Self::ChangeEmail => "email",
        }
    }
}

/// The way that a code went: it shows that its reader is reached there, and nowhere else (rules §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// To the phone number.
    Sms,
    /// To the e-mail address.
    Mail,
}

impl Channel {
    /// A short name that stays as it is.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mail => "mail",
        }
    }
}

/// How long codes are good, how often they are sent and how often they may be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodePolicy {
    /// How long a code is good.
    pub validity: Duration,
    /// How long after a code the next one may be sent.
    pub cool_down: Duration,
    /// How many are sent within an hour.
    pub sends_per_hour: u32,
    /// How many wrong ones in a row lock the identifier's codes.
    pub max_tries: u32,
    /// How long such a lock lasts.
    pub lock: Duration,
}

/// Four digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OneTimeCode(u16);

/// A text that is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not four digits")]
pub struct InvalidCode;

impl OneTimeCode {
    /// The code of a random number below [`CODES`].
    #[must_use]
    pub fn of(number: u16) -> Self {
        Self(number % CODES)
    }
}

impl fmt::Display for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

impl FromStr for OneTimeCode {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() != 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidCode);
        }
        text.parse().map(Self).map_err(|_| InvalidCode)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_code_keeps_its_leading_zeros_and_does_not_show_itself() {
        let code = OneTimeCode::of(42);
        assert_eq!(code.to_string(), "0042");
        assert_eq!("0042".parse::<OneTimeCode>(), Ok(code));
        assert!(!format!("{code:?}").contains("42"));
    }

    #[rstest]
    #[case("")]
    #[case("123")]
    #[case("12345")]
    #[case("12a4")]
    #[case("+123")]
    #[case("១២៣៤")]
    fn what_is_not_four_digits_is_no_code(#[case] text: &str) {
        assert_eq!(text.parse::<OneTimeCode>(), Err(InvalidCode));
    }
}
