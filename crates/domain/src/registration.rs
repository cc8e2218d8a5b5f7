//! What people tell about themselves when they register (rules §2).

use std::fmt;
use std::str::FromStr;

use time::Date;

use crate::{Channel, EmailAddress, Identifier, PhoneNumber};

/// The longest given or family name, in characters.
pub const LONGEST_NAME: usize = 100;
/// The longest whole name.
pub const LONGEST_FULL_NAME: usize = 200;
/// The longest name of a hospital or clinic.
pub const LONGEST_CLINIC: usize = 255;
/// The longest number of an ID card.
pub const LONGEST_ID_CARD: usize = 50;
/// The longest number of a licence.
pub const LONGEST_LICENCE: usize = 100;

const LEAST_AGE: i32 = 13;
const GREATEST_AGE: i32 = 130;

/// Why a text cannot be a name or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// There is nothing in it.
    #[error("empty")]
    Empty,
    /// It is longer than what is kept.
    #[error("too long")]
    TooLong,
    /// It has a control character, or one that turns the direction of what follows.
    #[error("has a control character")]
    Control,
}

/// Whether there is nothing to be seen: spaces, joiners and marks that only say how others are written. Khmer is written
/// with a space of no width between words, so each of them may stand in a text, but no text is made of them alone.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}')
    })
}

/// Whether a character turns the direction of what follows, also beyond the text that it stands in.
fn is_turn(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name or a number as it is kept: without the spaces around it, of at most `longest` characters, on one line.
///
/// # Errors
/// Says why it cannot be kept.
pub fn one_line(text: &str, longest: usize) -> Result<String, InvalidText> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || is_turn(c)) {
        Err(InvalidText::Control)
    } else if is_blank(text) {
        Err(InvalidText::Empty)
    } else if text.chars().count() > longest {
        Err(InvalidText::TooLong)
    } else {
        Ok(text.to_owned())
    }
}

/// Why somebody born on a day cannot register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBirth {
    /// The day has not come yet.
    #[error("in the future")]
    InFuture,
    /// They are not 13 years old yet.
    #[error("too young")]
    TooYoung,
    /// Nobody is that old.
    #[error("too long ago")]
    TooLongAgo,
}

/// Whether somebody born on a day may register `today`.
///
/// # Errors
/// Says why they may not.
pub fn check_birth(born: Date, today: Date) -> Result<(), InvalidBirth> {
    match age(born, today) {
        _ if born > today => Err(InvalidBirth::InFuture),
        age if age < LEAST_AGE => Err(InvalidBirth::TooYoung),
        age if age > GREATEST_AGE => Err(InvalidBirth::TooLongAgo),
        _ => Ok(()),
    }
}

/// The age of somebody on a day in whole years; whoever was born on 29 February has their birthday on 1 March in other years.
#[must_use]
pub fn age(born: Date, today: Date) -> i32 {
    let had_birthday = (today.month() as u8, today.day()) >= (born.month() as u8, born.day());
    today.year() - born.year() - i32::from(!had_birthday)
}

/// A PIN: exactly four digits.
#[derive(Clone)]
pub struct Pin(String);

/// A text that is no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not four digits")]
pub struct InvalidPin;

impl Pin {
    /// The PIN, to be hashed.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

impl FromStr for Pin {
    type Err = InvalidPin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_pin = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_pin.then(|| Self(text.to_owned())).ok_or(InvalidPin)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// How a new account's owner is reached: by one of the two, or both.
#[derive(Debug, Clone)]
pub struct Contacts {
    /// Their phone number.
    pub phone: Option<PhoneNumber>,
    /// Their e-mail address.
    pub email: Option<EmailAddress>,
}

impl Contacts {
    /// The way that a message goes first: to the phone, where there is one.
    #[must_use]
    pub fn channel(&self) -> Channel {
        match self.phone {
            Some(_) => Channel::Sms,
            None => Channel::Mail,
        }
    }

    /// What the owner may sign in with, the phone number first.
    #[must_use]
    pub fn identifiers(&self) -> Vec<Identifier> {
        let phone = self.phone.clone().map(Identifier::Phone);
        phone
            .into_iter()
            .chain(self.email.clone().map(Identifier::Email))
            .collect()
    }
}

/// Of two of a kind the last.
impl FromIterator<Identifier> for Contacts {
    fn from_iter<I: IntoIterator<Item = Identifier>>(identifiers: I) -> Self {
        let mut contacts = Self {
            phone: None,
            email: None,
        };
        for identifier in identifiers {
            match identifier {
                Identifier::Phone(phone) => contacts.phone = Some(phone),
                Identifier::Email(email) => contacts.email = Some(email),
            }
        }
        contacts
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 03 - 06);

    #[test]
    fn a_name_is_kept_as_it_was_written() {
        let name = "ស\u{17d2}រ\u{17b8}ព\u{17c5}\u{200b}វ";
        assert_eq!(one_line(&format!("  {name}\n"), 100), Ok(name.to_owned()));
        assert_eq!(one_line(&"ក".repeat(100), 100), Ok("ក".repeat(100)));
        let khmer = "សុខ\u{200b}សំណាង";
        assert_eq!(one_line(khmer, 100), Ok(khmer.to_owned()));
    }

    #[rstest]
    #[case("", InvalidText::Empty)]
    #[case(" \u{a0} ", InvalidText::Empty)]
    #[case("a\0b", InvalidText::Control)]
    #[case("a\nb", InvalidText::Control)]
    #[case("\u{200b}", InvalidText::Empty)]
    #[case("\u{feff} \u{17b4}", InvalidText::Empty)]
    #[case("\u{202e}txet", InvalidText::Control)]
    #[case(&"ក".repeat(101), InvalidText::TooLong)]
    fn what_is_no_name_says_why(#[case] text: &str, #[case] expected: InvalidText) {
        assert_eq!(one_line(text, 100), Err(expected));
    }

    #[rstest]
    #[case(date!(2013 - 03 - 06), Ok(()))]
    #[case(date!(2013 - 03 - 07), Err(InvalidBirth::TooYoung))]
    #[case(TODAY, Err(InvalidBirth::TooYoung))]
    #[case(date!(2026 - 03 - 07), Err(InvalidBirth::InFuture))]
    #[case(date!(1895 - 03 - 07), Ok(()))]
    #[case(date!(1895 - 03 - 06), Err(InvalidBirth::TooLongAgo))]
    fn one_registers_from_the_thirteenth_birthday_on(#[case] born: Date, #[case] expected: Result<(), InvalidBirth>) {
        assert_eq!(check_birth(born, TODAY), expected);
    }

    #[test]
    fn whoever_was_born_on_a_leap_day_has_their_birthday_in_march() {
        let born = date!(2008 - 02 - 29);
        assert_eq!(check_birth(born, date!(2021 - 02 - 28)), Err(InvalidBirth::TooYoung));
        assert_eq!(check_birth(born, date!(2021 - 03 - 01)), Ok(()));
    }

    #[rstest]
    #[case("1234", true)]
    #[case("123", false)]
    #[case("12345", false)]
    #[case("12 4", false)]
    #[case("១២៣៤", false)]
    fn a_pin_has_exactly_four_digits(#[case] text: &str, #[case] is_pin: bool) {
        assert_eq!(text.parse::<Pin>().is_ok(), is_pin);
    }

    #[test]
    fn the_phone_number_comes_first() {
        let contacts = Contacts {
            phone: "012345678".parse().ok(),
            email: "a@example.com".parse().ok(),
        };
        let folded: Vec<_> = contacts.identifiers().iter().map(Identifier::folded).collect();
        assert_eq!(folded, ["+85512345678", "a@example.com"]);
    }
}
