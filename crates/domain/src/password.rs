//! Which passwords may be chosen (rules §2).

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use crate::registration::is_blank;

/// bcrypt reads no more than this of a password; a longer one is refused, not cut.
pub const MAX_PASSWORD_BYTES: usize = 72;
const MIN_PASSWORD_CHARACTERS: usize = 8;

/// The most frequent passwords of known leaks, in lower case, of those that are long enough; one a line.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Why a password may not be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It has fewer than 8 characters.
    #[error("too short")]
    TooShort,
    /// It has more than 72 bytes.
    #[error("too long")]
    TooLong,
    /// Many people have it, or it is what its owner signs in with.
    #[error("too common")]
    Common,
    /// It has a character that bcrypt cannot read.
    #[error("has a NUL character")]
    Unreadable,
}

/// A password that may be chosen.
#[derive(Clone)]
pub struct NewPassword(String);

impl NewPassword {
    /// Reads the password of somebody who signs in with one of `identifiers`, as they are written.
    ///
    /// # Errors
    /// Says why it may not be chosen.
    pub fn choose(text: &str, identifiers: &[&str]) -> Result<Self, WeakPassword> {
        if text.contains('\0') {
            return Err(WeakPassword::Unreadable);
        }
        if text.chars().count() < MIN_PASSWORD_CHARACTERS || is_blank(text) {
            return Err(WeakPassword::TooShort);
        }
        if text.len() > MAX_PASSWORD_BYTES {
            return Err(WeakPassword::TooLong);
        }
        let folded = text.to_lowercase();
        let is_identifier = identifiers.iter().any(|identifier| identifier.to_lowercase() == folded);
        if is_identifier || COMMON.contains(folded.as_str()) {
            return Err(WeakPassword::Common);
        }
        Ok(Self(text.to_owned()))
    }

    /// The password, to be hashed.
    #[must_use]
    pub fn into_text(self) -> String {
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
    #[case("correct horse")]
    #[case("លេខសម្ងាត់")]
    #[case(&"x".repeat(72))]
    fn a_password_of_its_own_may_be_chosen(#[case] text: &str) {
        assert_eq!(NewPassword::choose(text, &[]).unwrap().into_text(), text);
    }

    #[rstest]
    #[case("1234567", WeakPassword::TooShort)]
    #[case("ខ្មែរ១", WeakPassword::TooShort)]
    #[case("        ", WeakPassword::TooShort)]
    #[case(&"x".repeat(73), WeakPassword::TooLong)]
    #[case(&"ក".repeat(25), WeakPassword::TooLong)]
    #[case("password1", WeakPassword::Common)]
    #[case("PassWord123", WeakPassword::Common)]
    #[case("+85512345678", WeakPassword::Common)]
    #[case("correct\0horse", WeakPassword::Unreadable)]
    fn a_weak_one_says_why_it_may_not(#[case] text: &str, #[case] expected: WeakPassword) {
        assert_eq!(NewPassword::choose(text, &["+85512345678"]).unwrap_err(), expected);
    }

    #[test]
    fn a_password_does_not_show_itself() {
        let password = NewPassword::choose("correct horse", &[]).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
