use std::iter;

use das_tern_cache::{CodeRequest, Issued, Verified};
use das_tern_domain::{CODES, Channel, CodePurpose, Identifier, OneTimeCode, UserId};
use rand::RngExt;

use crate::messages::{Addressee, Letter};
use crate::{Application, Code, Error};

/// A code on its way to the owner of an account. Nobody can foresee it, and it is of no use for another account: whoever
/// registers with somebody else's phone number does not profit from a code that was sent there before (rules §2).
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// Whose it is; nobody's, where an identifier leads to no account.
    account: Option<UserId>,
    purpose: CodePurpose,
    code: OneTimeCode,
    /// What it is known by.
    identifiers: Vec<Identifier>,
}

impl Ticket {
    pub(super) fn new(account: Option<UserId>, purpose: CodePurpose) -> Self {
        Self {
            account,
            purpose,
            code: draw(),
            identifiers: Vec::new(),
        }
    }

    /// What it is known by.
    pub(super) fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }
}

fn draw() -> OneTimeCode {
    OneTimeCode::of(rand::rng().random_range(0..CODES))
}

impl Application {
    /// Remembers a code that is about to be sent for an identifier, whether anybody has it or not, so that the answer is
    /// the same for both.
    pub(super) async fn issue_code(
        &self,
        ticket: &mut Ticket,
        identifier: Identifier,
        channel: Channel,
    ) -> Result<(), Error> {
        self.issue_codes(ticket, vec![identifier], 1, channel).await
    }

    /// The same for several, of which the first `required` must all be sent one for any to be.
    pub(super) async fn issue_codes(
        &self,
        ticket: &mut Ticket,
        identifiers: Vec<Identifier>,
        required: usize,
        channel: Channel,
    ) -> Result<(), Error> {
        let request =
            |identifier: &Identifier| self.code_request(identifier, ticket.purpose, ticket.account, ticket.code);
        let requests: Vec<_> = identifiers.iter().map(request).collect();
        let issued = self.codes().issue(&requests, required, channel).await;
        match issued.map_err(Error::unavailable)? {
            Issued::Sent { places } => {
                let places = places.into_iter();
                ticket.identifiers = places.filter_map(|place| identifiers.get(place).cloned()).collect();
                Ok(())
            }
            Issued::CoolingDown { retry_after_seconds } => Err(Error::wait(Code::OtpCooldown, retry_after_seconds)),
            Issued::TooMany { retry_after_seconds } => Err(Error::limited(retry_after_seconds)),
            Issued::Locked { retry_after_seconds } => Err(Error::wait(Code::OtpLocked, retry_after_seconds)),
        }
    }

    /// Uses a code of an account up, or says why it is of no use. What it shows is that its reader is reached by the
    /// channel, whichever identifier it was presented with.
    pub(super) async fn accept_code(
        &self,
        identifier: &Identifier,
        purpose: CodePurpose,
        account: Option<UserId>,
        code: OneTimeCode,
    ) -> Result<Channel, Error> {
        let request = self.code_request(identifier, purpose, account, code);
        match self.codes().verify(&request).await.map_err(Error::unavailable)? {
            Verified::Accepted { channel } => Ok(channel),
            Verified::Wrong { .. } => Err(Error::new(Code::OtpInvalid)),
            Verified::Expired => Err(Error::new(Code::OtpExpired)),
            Verified::Locked { retry_after_seconds } => Err(Error::wait(Code::OtpLocked, retry_after_seconds)),
        }
    }

    fn code_request(
        &self,
        identifier: &Identifier,
        purpose: CodePurpose,
        account: Option<UserId>,
        code: OneTimeCode,
    ) -> CodeRequest {
        let digest = self.identifier_digest(identifier);
        let (account, code) = (account.map(|account| account.0.into_bytes()), code.to_string());
        let account: &[u8] = account.as_ref().map_or(&[], |account| account.as_slice());
        CodeRequest {
            identifier: digest,
            purpose,
            code: self
                .code_key()
                .sign(&[&digest, purpose.name().as_bytes(), account, code.as_bytes()]),
            now: self.now(),
        }
    }

    /// Sends a code, by SMS where there is a phone number, and another one by e-mail when that fails: an SMS that comes late
    /// after all must show nothing about a mailbox. Whoever hears of a failure can only ask for another code, so nobody does.
    pub(super) async fn deliver(&self, to: &Addressee, mut ticket: Ticket) {
        let user = to.user;
        if to.contacts.phone.is_some() {
            match self.send_by(Channel::Sms, to, &ticket).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%user, %error, "a code could not be sent by SMS"),
            }
            let next = iter::repeat_with(draw).find(|next| *next != ticket.code);
            let next = next.unwrap_or(ticket.code);
            let account = ticket.account;
            if to.contacts.email.is_none() || !self.change(&mut ticket, account, next, Channel::Mail).await {
                return;
            }
        }
        if let Err(error) = self.send_by(Channel::Mail, to, &ticket).await {
            tracing::warn!(%user, %error, "a code could not be sent by e-mail");
        }
    }

    async fn send_by(
        &self,
        channel: Channel,
        to: &Addressee,
        ticket: &Ticket,
    ) -> Result<(), das_tern_integrations::Error> {
        let minutes = self.settings().codes.ttl_s.div_ceil(60).to_string();
        let digits = ticket.code.to_string();
        let letter = Letter {
            name: &format!("code-{}", ticket.purpose.name()),
            arguments: &[("code", &digits), ("minutes", &minutes)],
            code: Some(&digits),
        };
        match channel {
            Channel::Sms => self.text(to, &letter).await,
            Channel::Mail => self.mail(to, &letter).await,
        }
    }

    /// Gives a ticket to the account that its identifier has been found to lead to; whether it was still good.
    pub(super) async fn assign(&self, ticket: &mut Ticket, account: UserId, channel: Channel) -> bool {
        let code = ticket.code;
        self.change(ticket, Some(account), code, channel).await
    }

    async fn change(&self, ticket: &mut Ticket, account: Option<UserId>, code: OneTimeCode, channel: Channel) -> bool {
        let mut is_good = false;
        for identifier in &ticket.identifiers {
            let before = self.code_request(identifier, ticket.purpose, ticket.account, ticket.code);
            let after = self.code_request(identifier, ticket.purpose, account, code);
            match self.codes().redirect(&before, after.code, channel).await {
                Ok(was_good) => is_good |= was_good,
                Err(error) => tracing::warn!(%error, "a code could not be changed before it was sent"),
            }
        }
        (ticket.account, ticket.code) = (account, code);
        is_good
    }
}
