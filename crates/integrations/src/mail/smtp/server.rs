//! The mail server and the connections to it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use crate::mail::{Encryption, MailSettings};
use crate::{SetupError, calls::Failure};

/// Where mail is handed in.
pub(super) struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    /// How we greet it.
    name: ClientId,
    connect_timeout: Duration,
}

impl Server {
    /// `domain` is where our mail comes from.
    pub(super) fn new(settings: &MailSettings, host: String, domain: &str) -> Result<Self, SetupError> {
        let tls = match settings.encryption {
            Encryption::None => None,
            Encryption::Tls | Encryption::Starttls => {
                let parameters = TlsParameters::builder(host.clone()).build_rustls();
                Some(parameters.map_err(|error| SetupError(format!("TLS cannot be used: {error}")))?)
            }
        };
        let credentials = settings.username.clone().zip(settings.password.as_ref());
        Ok(Self {
            host,
            port: settings.port,
            encryption: settings.encryption,
            tls,
            credentials: credentials
                .map(|(name, password)| Credentials::new(name, password.expose_secret().to_owned())),
            name: ClientId::Domain(domain.to_owned()),
            connect_timeout: Duration::from_millis(settings.connect_timeout_ms.into()),
        })
    }

    /// A new connection, signed in.
    pub(super) async fn open(&self) -> Result<AsyncSmtpConnection, Failure> {
        let place = (self.host.as_str(), self.port);
        let tls_at_once = self.tls.clone().filter(|_| self.encryption == Encryption::Tls);
        let opening =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.connect_timeout), &self.name, tls_at_once, None);
        let mut connection = opening.await.map_err(|error| not_taken(&error))?;
        if let (Encryption::Starttls, Some(tls)) = (self.encryption, self.tls.clone()) {
            // A server that does not offer it is no server of ours: nothing is said to it in the clear.
            connection
                .starttls(tls, &self.name)
                .await
                .map_err(|error| not_taken(&error))?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection
                .auth(&mechanisms, credentials)
                .await
                .map_err(|error| not_taken(&error))?;
        }
        Ok(connection)
    }
}

/// What a failure means before any mail was handed over. The server's own words may name the recipient, and are not repeated.
fn not_taken(error: &SmtpError) -> Failure {
    match error.status() {
        Some(status) if error.is_permanent() => Failure::refused(format!("SMTP {status} at signing in")),
        Some(status) => Failure::undone(format!("SMTP {status} at signing in")),
        None if error.is_client() => Failure::refused("the server offers no encryption, or no way to sign in"),
        None if error.is_tls() => Failure::undone("no encrypted connection"),
        None => Failure::undone("no connection"),
    }
}

/// The server is about to hang up, whatever it was asked.
const CLOSING: u16 = 421;

/// What a failure means while a mail is handed over. A server that does not take this mail now speaks of the mail, such as of a
/// mailbox that is full, and not of itself: one recipient must not keep the others waiting.
pub(super) fn perhaps_taken(error: &SmtpError) -> Failure {
    match error.status() {
        Some(status) if error.is_permanent() => Failure::refused(format!("SMTP {status}")),
        Some(status) if u16::from(status) == CLOSING => Failure::undone(format!("SMTP {status}")),
        Some(status) => Failure::busy(format!("SMTP {status}")),
        None if error.is_client() => Failure::refused("the server does not take such a mail"),
        None => Failure::unclear("the connection broke"),
    }
}

/// Connections that nobody uses. One that fails, or that somebody stops waiting for, does not come back here: what it would
/// say next belongs to the mail before.
pub(super) struct Idle {
    connections: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
    longest: Duration,
}

impl Idle {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            connections: Mutex::default(),
            longest,
        }
    }

    /// The connection that was used last.
    pub(super) fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.retain(|(_, since)| since.elapsed() < self.longest);
        connections.pop().map(|(connection, _)| connection)
    }

    pub(super) fn park(&self, connection: AsyncSmtpConnection) {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.push((connection, Instant::now()));
    }
}
