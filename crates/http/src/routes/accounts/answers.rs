use das_tern_application::SignedIn;
use das_tern_domain::AccountStatus;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::auth::{MessageBody, SessionBody};

/// A registered patient or family member.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Registered)]
pub(crate) struct RegisteredBody {
    /// In the caller's language.
    pub(super) message: String,
    /// Whether a code has to be confirmed before the account can be used: always.
    #[serde(rename = "requiresOTP")]
    pub(super) requires_otp: bool,
}

/// A registered doctor.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RegisteredDoctor)]
pub(crate) struct RegisteredDoctorBody {
    /// In the caller's language.
    pub(super) message: String,
    /// Whether a code has to be confirmed: always.
    #[serde(rename = "requiresOTP")]
    pub(super) requires_otp: bool,
    pub(super) status: AccountStatus,
}

/// A code that may have been sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SentCode)]
pub(crate) struct SentCodeBody {
    /// In the caller's language.
    pub(super) message: String,
    /// How long the code is good, in seconds.
    #[schema(example = 300)]
    pub(super) expires_in: u64,
}

/// A doctor whose contact is confirmed, and who waits for an administrator.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingDoctor)]
pub(crate) struct WaitingDoctorBody {
    /// In the caller's language.
    pub(super) message: String,
    pub(super) status: AccountStatus,
}

/// A session; for a doctor who is not verified, only where the account stands; for another e-mail address, a sentence.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Confirmation)]
pub(crate) enum ConfirmationBody<'a> {
    Session(Box<SessionBody<'a>>),
    Waiting(WaitingDoctorBody),
    Changed(MessageBody),
}

impl<'a> From<&'a SignedIn> for ConfirmationBody<'a> {
    fn from(session: &'a SignedIn) -> Self {
        Self::Session(Box::new(session.into()))
    }
}
