//! Signing in, staying signed in, signing out (rules §2).

mod access_token;
mod authenticate;
mod change_password;
mod google;
mod log_in;
mod log_out;
mod own_sessions;
mod passwords;
mod pin;
mod refresh;
mod refresh_token;

use das_tern_domain::AccountRefusal;
use das_tern_domain::zone;
use das_tern_persistence::users::Account;
use secrecy::SecretString;

pub(crate) use access_token::AccessTokens;
pub use access_token::{AccessClaims, UnusableToken};
pub use authenticate::Claimant;
pub use change_password::PasswordChange;
pub(crate) use change_password::sign_in_changed;
pub use google::GoogleSignIn;
pub use log_in::Login;
pub use own_sessions::OwnSession;
pub(crate) use passwords::Passwords;
pub(crate) use refresh_token::{RefreshToken, RefreshTokens};

use crate::{Code, Error};

/// A person who has just signed in, or refreshed.
pub struct SignedIn {
    /// The token for requests.
    pub access_token: SecretString,
    /// The token for the next refresh.
    pub refresh_token: SecretString,
    /// How long the access token lives.
    pub expires_in_seconds: u64,
    /// Who signed in.
    pub account: Account,
}

impl From<AccountRefusal> for Error {
    fn from(refusal: AccountRefusal) -> Self {
        match refusal {
            AccountRefusal::Locked { until } => {
                Self::new(Code::AccountLocked).with("lockedUntil", zone::format_instant(until))
            }
            AccountRefusal::Unconfirmed => Self::new(Code::AccountUnconfirmed),
            AccountRefusal::PendingVerification => Self::new(Code::AccountPendingVerification),
            AccountRefusal::Rejected => Self::new(Code::AccountRejected),
        }
    }
}
