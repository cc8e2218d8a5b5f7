use das_tern_domain::PhoneNumber;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use validator::{Validate, ValidationErrors};

use crate::http::{Patience, is_safe_url};
use crate::settings::Faults;

/// The longest name that may stand for a sender's number, in characters.
const LONGEST_SENDER: usize = 11;

/// Who sends text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsProvider {
    /// Nobody: codes are logged.
    Log,
    /// Twilio.
    Twilio,
}

/// Text messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    /// Who sends them.
    pub provider: SmsProvider,
    /// Twilio's id of the account, `AC` and 32 digits.
    #[serde(default)]
    pub account_sid: Option<String>,
    /// The account's token.
    #[serde(default)]
    pub auth_token: Option<SecretString>,
    /// The phone number or the name that messages come from.
    #[serde(default)]
    pub sender: Option<String>,
    /// Twilio's id of a messaging service, `MG` and 32 digits, which chooses the sender.
    #[serde(default)]
    pub messaging_service_sid: Option<String>,
    /// Where Twilio is.
    pub base_url: String,
    /// How long connecting may take, in milliseconds.
    pub connect_timeout_ms: u32,
    /// How long one attempt may take altogether, in milliseconds.
    pub timeout_ms: u32,
}

impl SmsSettings {
    pub(super) fn patience(&self) -> Patience {
        Patience {
            connect_ms: self.connect_timeout_ms,
            whole_ms: self.timeout_ms,
        }
    }

    fn check_twilio(&self, faults: &mut Faults) {
        let token = self.auth_token.as_ref().map(ExposeSecret::expose_secret);
        faults.need(self.account_sid.is_some(), "account_sid", "twilio");
        faults.need(token.is_some_and(|token| !token.is_empty()), "auth_token", "twilio");
        let senders = [&self.sender, &self.messaging_service_sid]
            .into_iter()
            .flatten()
            .count();
        faults.need(senders > 0, "sender", "twilio (or sms.messaging_service_sid instead)");
        faults.refuse(
            senders > 1,
            "sender",
            "must not be set beside sms.messaging_service_sid",
        );
    }
}

impl Validate for SmsSettings {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = Faults::default();
        let refused =
            |value: &Option<String>, takes: fn(&str) -> bool| value.as_deref().is_some_and(|text| !takes(text));
        faults.refuse(
            refused(&self.account_sid, |sid| is_sid(sid, "AC")),
            "account_sid",
            "must be AC and 32 hexadecimal digits",
        );
        faults.refuse(
            refused(&self.messaging_service_sid, |sid| is_sid(sid, "MG")),
            "messaging_service_sid",
            "must be MG and 32 hexadecimal digits",
        );
        faults.refuse(
            refused(&self.sender, is_sender),
            "sender",
            "must be a phone number such as +85512345678, or a name of at most 11 letters and digits",
        );
        faults.refuse(
            !is_safe_url(&self.base_url),
            "base_url",
            "must be an https:// URL (http:// only on this machine) without a password",
        );
        faults.bound(self.connect_timeout_ms, "connect_timeout_ms", 10..=30_000);
        faults.bound(self.timeout_ms, "timeout_ms", 10..=60_000);
        if self.provider == SmsProvider::Twilio {
            self.check_twilio(&mut faults);
        }
        faults.outcome()
    }
}

/// Whether a text is an id of Twilio's. It becomes part of a URL.
fn is_sid(text: &str, prefix: &str) -> bool {
    let digits = text.strip_prefix(prefix);
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

fn is_sender(text: &str) -> bool {
    let is_name = text.len() <= LONGEST_SENDER
        && text.bytes().any(|letter| letter.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == b' ');
    is_name || (text.starts_with('+') && text.parse::<PhoneNumber>().is_ok_and(|number| number.as_str() == text))
}
