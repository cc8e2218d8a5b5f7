use das_tern_cache::{CodeRequest, Issued, Verified};
use das_tern_domain::{CODES, CodePurpose, Identifier, OneTimeCode};
use rand::RngExt;

use crate::messages::{Addressee, Letter};
use crate::{Application, Code, Error};

/// A code that nobody can foresee.
pub(super) fn draw() -> OneTimeCode {
    OneTimeCode::of(rand::rng().random_range(0..CODES))
}

impl Application {
    /// Remembers a code that is about to be sent for an identifier, whether anybody has it or not, so that the answer is
    /// the same for both.
    pub(super) async fn issue_code(
        &self,
        identifier: &Identifier,
        purpose: CodePurpose,
        code: OneTimeCode,
    ) -> Result<(), Error> {
        let request = self.code_request(identifier, purpose, code);
        match self.codes().issue(&request).await.map_err(Error::unavailable)? {
            Issued::Sent => Ok(()),
            Issued::CoolingDown { retry_after_seconds } => Err(Error::wait(Code::OtpCooldown, retry_after_seconds)),
            Issued::TooMany { retry_after_seconds } => Err(Error::limited(retry_after_seconds)),
            Issued::Locked { retry_after_seconds } => Err(Error::wait(Code::OtpLocked, retry_after_seconds)),
        }
    }

    /// Uses a code up, or says why it is of no use.
    pub(super) async fn accept_code(
        &self,
        identifier: &Identifier,
        purpose: CodePurpose,
        code: OneTimeCode,
    ) -> Result<(), Error> {
        let request = self.code_request(identifier, purpose, code);
        match self.codes().verify(&request).await.map_err(Error::unavailable)? {
            Verified::Accepted => Ok(()),
            Verified::Wrong { .. } => Err(Error::new(Code::OtpInvalid)),
            Verified::Expired => Err(Error::new(Code::OtpExpired)),
            Verified::Locked { retry_after_seconds } => Err(Error::wait(Code::OtpLocked, retry_after_seconds)),
        }
    }

    fn code_request(&self, identifier: &Identifier, purpose: CodePurpose, code: OneTimeCode) -> CodeRequest {
        let digest = self.identifier_digest(identifier);
        let code = code.to_string();
        CodeRequest {
            identifier: digest,
            purpose,
            code: self
                .code_key()
                .sign(&[&digest, purpose.name().as_bytes(), code.as_bytes()]),
            now: self.now(),
        }
    }

    /// Sends a code. Whoever hears of a failure can only ask for another code, so nobody does.
    pub(super) async fn deliver(&self, to: &Addressee, purpose: CodePurpose, code: OneTimeCode) {
        let minutes = self.settings().codes.ttl_s.div_ceil(60).to_string();
        let digits = code.to_string();
        let letter = Letter {
            name: &format!("code-{}", purpose.name()),
            arguments: &[("code", &digits), ("minutes", &minutes)],
            code: Some(&digits),
        };
        self.write_to(to, &letter).await;
    }
}
