use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Host;
use validator::{Validate, ValidationErrors};

use crate::http::is_loopback;
use crate::settings::Faults;

/// Who sends e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailProvider {
    /// Nobody: codes are logged.
    Log,
    /// A mail server.
    Smtp,
}

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte on, usually at port 465.
    Tls,
    /// Before anything that matters, usually at port 587. A server that does not offer it is not talked to.
    Starttls,
    /// Not at all, which only a server on this machine may be.
    None,
}

/// E-mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Who sends it.
    pub provider: MailProvider,
    /// The name of the mail server.
    #[serde(default)]
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection to it is encrypted.
    pub encryption: Encryption,
    /// Who we are to it, where it asks.
    #[serde(default)]
    pub username: Option<String>,
    /// The password for that.
    #[serde(default)]
    pub password: Option<SecretString>,
    /// The mailbox that mail comes from, such as `Das Tern <no-reply@example.com>`.
    #[serde(default)]
    pub sender: Option<String>,
    /// How many connections are open at once.
    pub connections: u32,
    /// How long a connection stays open unused, in seconds.
    pub idle_timeout_s: u32,
    /// How long connecting and signing in may take, in milliseconds.
    pub connect_timeout_ms: u32,
    /// How long handing over one mail may take after that, in milliseconds.
    pub timeout_ms: u32,
}

impl MailSettings {
    fn check_smtp(&self, faults: &mut Faults) {
        faults.need(self.host.is_some(), "host", "smtp");
        faults.need(self.sender.is_some(), "sender", "smtp");
        let password = self
            .password
            .as_ref()
            .filter(|password| !password.expose_secret().is_empty());
        let is_half = |one: bool, other: bool| one && !other;
        faults.refuse(
            is_half(password.is_some(), self.username.is_some()),
            "username",
            "is missing; mail.password is set",
        );
        faults.refuse(
            is_half(self.username.is_some(), password.is_some()),
            "password",
            "is missing; mail.username is set",
        );
    }
}

impl Validate for MailSettings {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut faults = Faults::default();
        let host = self.host.as_deref().map(Host::parse);
        faults.refuse(
            matches!(host, Some(Err(_))),
            "host",
            "must be the name or the address of a server",
        );
        faults.refuse(self.port == 0, "port", "must be between 1 and 65535");
        faults.refuse(
            self.encryption == Encryption::None && !matches!(&host, Some(Ok(host)) if is_loopback(host)),
            "encryption",
            "must be tls or starttls, unless mail.host is this machine",
        );
        let is_mailbox = |text: &str| text.parse::<Mailbox>().is_ok() && !text.chars().any(char::is_control);
        faults.refuse(
            self.sender.as_deref().is_some_and(|sender| !is_mailbox(sender)),
            "sender",
            "must be a mailbox such as Das Tern <no-reply@example.com>",
        );
        faults.bound(self.connections, "connections", 1..=100);
        faults.bound(self.idle_timeout_s, "idle_timeout_s", 1..=3600);
        faults.bound(self.connect_timeout_ms, "connect_timeout_ms", 10..=60_000);
        faults.bound(self.timeout_ms, "timeout_ms", 10..=300_000);
        if self.provider == MailProvider::Smtp {
            self.check_smtp(&mut faults);
        }
        faults.outcome()
    }
}
