//! How a person is reached and signs in: phone numbers and e-mail addresses (rules §2).

use std::fmt;
use std::str::FromStr;

/// A text that is neither a phone number nor an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContact {
    /// No E.164 phone number.
    #[error("not a phone number")]
    Phone,
    /// No e-mail address.
    #[error("not an e-mail address")]
    Email,
}

/// A phone number in E.164 form, such as `+85512345678`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The number as it is stored, `+` and 8 to 15 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a Cambodian number: `+855` and 8 or 9 digits.
    #[must_use]
    pub fn is_cambodian(&self) -> bool {
        self.0
            .strip_prefix("+855")
            .is_some_and(|rest| matches!(rest.len(), 8 | 9))
    }
}

impl FromStr for PhoneNumber {
    type Err = InvalidContact;

    /// Reads a number, with the spaces, dots and hyphens people put between its digits. A number that
    /// starts with the national trunk `0` is Cambodian; after `+855` that `0` is none of it, and who writes it has the same
    /// phone.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let compact: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        let national = compact.strip_prefix("+8550").or_else(|| compact.strip_prefix('0'));
        let number = national.map_or_else(|| compact.clone(), |national| format!("+855{national}"));
        let digits = number.strip_prefix('+').ok_or(InvalidContact::Phone)?;
        let plausible = (8..=15).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0')
            && !digits.starts_with("8550");
        plausible.then(|| Self(number.clone())).ok_or(InvalidContact::Phone)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// An e-mail address, kept as given and compared without regard to case.
#[derive(Clone)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for EmailAddress {}

impl FromStr for EmailAddress {
    type Err = InvalidContact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let (local, host) = text.rsplit_once('@').ok_or(InvalidContact::Email)?;
        // What needs no quotes: no second `@`, nothing that ends a header's address, no letters beyond ASCII.
        let is_plain = |atom: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
            !atom.is_empty() && atom.chars().all(plain)
        };
        let host_is_plausible = host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            });
        let plausible = local.len() <= 64 && text.len() <= 254 && local.split('.').all(is_plain) && host_is_plausible;
        plausible.then(|| Self(text.to_owned())).ok_or(InvalidContact::Email)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// What a person signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// Their phone number.
    Phone(PhoneNumber),
    /// Their e-mail address.
    Email(EmailAddress),
}

impl Identifier {
    /// One text for each identifier, however it was typed: what limits are counted by.
    #[must_use]
    pub fn folded(&self) -> String {
        match self {
            Self::Phone(phone) => phone.as_str().to_owned(),
            Self::Email(email) => email.folded(),
        }
    }
}

impl FromStr for Identifier {
    type Err = InvalidContact;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('@') {
            text.parse().map(Self::Email)
        } else {
            text.parse().map(Self::Phone)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("+85512345678", "+85512345678")]
    #[case("012 345 678", "+85512345678")]
    #[case("+855 12-345-678", "+85512345678")]
    #[case("+855 012 345 678", "+85512345678")]
    #[case("+855 (0)12 345 678", "+85512345678")]
    #[case("+33612345678", "+33612345678")]
    fn a_phone_number_is_read_as_people_write_it(#[case] text: &str, #[case] stored: &str) {
        assert_eq!(text.parse::<PhoneNumber>().unwrap().as_str(), stored);
    }

    #[rstest]
    #[case("")]
    #[case("85512345678")]
    #[case("+855")]
    #[case("+8550")]
    #[case("0012345678")]
    #[case("+8551234567x")]
    #[case("+០១២៣៤៥៦៧៨")]
    #[case("+1234567890123456")]
    fn what_is_no_phone_number_is_refused(#[case] text: &str) {
        assert!(text.parse::<PhoneNumber>().is_err());
    }

    #[test]
    fn only_numbers_of_the_country_are_cambodian() {
        assert!("+85512345678".parse::<PhoneNumber>().unwrap().is_cambodian());
        assert!(!"+855123456".parse::<PhoneNumber>().unwrap().is_cambodian());
        assert!(!"+33612345678".parse::<PhoneNumber>().unwrap().is_cambodian());
    }

    #[test]
    fn e_mail_addresses_differ_by_more_than_case() {
        assert_eq!(
            "Sok@Example.com".parse::<EmailAddress>().unwrap(),
            "sok@example.COM".parse().unwrap()
        );
        assert_ne!(
            "sok@example.com".parse::<EmailAddress>().unwrap(),
            "sao@example.com".parse().unwrap()
        );
    }

    #[rstest]
    #[case("sok@example")]
    #[case("@example.com")]
    #[case("a b@example.com")]
    #[case("sok@-example.com")]
    #[case("sok@exam\nple.com")]
    #[case("ѕok@example.com")]
    #[case("sok@example.com@example.org")]
    #[case("sok:x@example.com")]
    #[case("sok..x@example.com")]
    #[case(".sok@example.com")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert!(text.parse::<EmailAddress>().is_err());
    }

    #[test]
    fn debug_output_names_nobody() {
        let shown = format!("{:?}", "+85512345678".parse::<Identifier>().unwrap());
        assert!(!shown.contains("12345678"), "{shown}");
    }
}
