use async_trait::async_trait;
use das_tern_domain::PhoneNumber;
use reqwest::{Client, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Sms, SmsSettings};
use crate::calls::{Calls, Effect, Failure};
use crate::http::{self, Answer, exchange, unsuccessful};
use crate::{Error, ProviderSettings, SetupError};

/// An answer tells about one message; more than this is none of Twilio's, in bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// Sends text messages through Twilio's REST API.
///
/// Twilio has no key by which it would recognise a repeated message. So what it may have accepted is never sent again: an
/// attempt is repeated when no connection came about, and when Twilio itself says that it has not taken the message (429
/// and 5xx, but not 502 and 504, which come from what stands in front of it). After a time-out the message counts as lost,
/// and whoever sends falls back on something else.
pub struct Twilio {
    client: Client,
    url: String,
    account: String,
    token: SecretString,
    /// Which field names the sender, and the sender.
    sender: (&'static str, String),
    calls: Calls,
}

/// A message that was accepted.
#[derive(Deserialize)]
struct Accepted {
    sid: String,
}

/// Why one was not, by number. The sentence beside it may repeat the phone number, and is not read.
#[derive(Deserialize)]
struct Refusal {
    code: u32,
}

impl Twilio {
    /// Over an account. Nobody is called yet.
    ///
    /// # Errors
    /// When the settings lack the account or the sender.
    pub fn new(settings: &SmsSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        let missing = |what: &str| SetupError(format!("Twilio needs {what}"));
        let account = settings.account_sid.clone().ok_or_else(|| missing("an account"))?;
        let by_service = settings.messaging_service_sid.clone();
        let sender = match by_service {
            Some(service) => ("MessagingServiceSid", service),
            None => ("From", settings.sender.clone().ok_or_else(|| missing("a sender"))?),
        };
        let base = settings.base_url.trim_end_matches('/');
        Ok(Self {
            client: http::client(settings.patience())?,
            url: format!("{base}/2010-04-01/Accounts/{account}/Messages.json"),
            account,
            token: settings.auth_token.clone().ok_or_else(|| missing("a token"))?,
            sender,
            calls: Calls::new("sms", providers),
        })
    }

    async fn post(&self, to: &PhoneNumber, text: &str) -> Result<(), Failure> {
        let (field, sender) = &self.sender;
        let form = [("To", to.as_str()), (field, sender), ("Body", text)];
        let request = self
            .client
            .post(&self.url)
            .basic_auth(&self.account, Some(self.token.expose_secret()))
            .form(&form);
        let answer = exchange(request, LARGEST_ANSWER).await?;
        if answer.status == StatusCode::CREATED {
            return check_receipt(&answer);
        }
        Err(refusal(&answer))
    }
}

/// An answer that does not name the message may be anybody's.
fn check_receipt(answer: &Answer) -> Result<(), Failure> {
    let accepted: Accepted =
        serde_json::from_slice(&answer.body).map_err(|_| Failure::unclear("the receipt cannot be read"))?;
    let is_message = accepted.sid.starts_with("SM") || accepted.sid.starts_with("MM");
    is_message
        .then_some(())
        .ok_or_else(|| Failure::unclear("the receipt names no message"))
}

fn refusal(answer: &Answer) -> Failure {
    let failure = unsuccessful(answer.status, &answer.headers);
    match serde_json::from_slice(&answer.body) {
        Ok(Refusal { code }) => failure.with_code(code),
        Err(_) => failure,
    }
}

#[async_trait]
impl Sms for Twilio {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Error> {
        self.calls.run(Effect::Once, || self.post(to, text)).await
    }
}

#[cfg(test)]
mod tests;
