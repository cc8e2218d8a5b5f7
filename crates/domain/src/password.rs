//! What may become a password (rules §2).

use std::fmt;

/// The fewest characters a password has.
const FEWEST_CHARACTERS: usize = 8;
/// bcrypt reads no more than this of a password; a longer one is refused, not cut.
pub const MAX_PASSWORD_BYTES: usize = 72;

/// Passwords that many people have, one a line, in lower case.
const COMMON: &str = include_str!("password/common.txt");

/// Why a text may not become a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// It has too few characters.
    #[error("too short")]
    TooShort,
    /// It has more bytes than bcrypt reads.
    #[error("too long")]
    TooLong,
    /// It is among the first that anybody would try.
    #[error("too common")]
    Common,
    /// It has a NUL in it, where some readers of bcrypt stop.
    #[error("not a text")]
    NotText,
}

/// A password that somebody chose and that the rules accept. It shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

impl NewPassword {
    /// Accepts a password, or says why not.
    ///
    /// # Errors
    /// When it is too short, too long or too common, in this order.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        if text.contains('\0') {
            return Err(InvalidPassword::NotText);
        }
        if text.chars().count() < FEWEST_CHARACTERS {
            return Err(InvalidPassword::TooShort);
        }
        if text.len() > MAX_PASSWORD_BYTES {
            return Err(InvalidPassword::TooLong);
        }
        let folded = text.to_lowercase();
        if COMMON.lines().any(|common| common == folded) {
            return Err(InvalidPassword::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// The password itself, to be hashed.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", InvalidPassword::TooShort)]
    #[case("s3cret!", InvalidPassword::TooShort)]
    #[case("កខគឃងចឆ", InvalidPassword::TooShort)]
    #[case("password", InvalidPassword::Common)]
    #[case("PassWord123", InvalidPassword::Common)]
    #[case("12345678", InvalidPassword::Common)]
    #[case("a\0bcdefghi", InvalidPassword::NotText)]
    fn a_bad_password_is_refused(#[case] text: &str, #[case] why: InvalidPassword) {
        assert_eq!(NewPassword::parse(text), Err(why));
    }

    #[test]
    fn what_bcrypt_would_cut_is_refused_and_counted_in_bytes() {
        assert!(NewPassword::parse(&"xy".repeat(36)).is_ok());
        assert_eq!(
            NewPassword::parse(&format!("{}z", "xy".repeat(36))),
            Err(InvalidPassword::TooLong)
        );
        assert!(NewPassword::parse(&"ក".repeat(24)).is_ok());
        assert_eq!(NewPassword::parse(&"ក".repeat(25)), Err(InvalidPassword::TooLong));
    }

    #[test]
    fn a_password_of_eight_characters_is_accepted_as_it_is() {
        assert_eq!(NewPassword::parse(" Tr4ktor").unwrap().into_string(), " Tr4ktor");
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(
            format!("{:?}", NewPassword::parse("Tr4ktor rot").unwrap()),
            "NewPassword(…)"
        );
    }

    #[test]
    fn the_list_has_only_what_would_pass_otherwise() {
        let lines: Vec<_> = COMMON.lines().collect();
        assert!(lines.len() > 1_000);
        assert!(lines.is_sorted());
        for line in lines {
            assert!((8..=72).contains(&line.len()) && line.to_lowercase() == line, "{line}");
        }
    }
}
