use std::net::IpAddr;

use das_tern_domain::{SessionId, UserId, check_usable};
use das_tern_persistence::users::{self, Account};

use super::{AccessClaims, UnusableToken};
use crate::{Actor, Application, Code, Error};

/// Whom a verified token names. Whether they still are who it says is for the database to tell: a use case that must be
/// quick asks it in the statement that reads what the request is about.
#[derive(Debug, Clone, Copy)]
pub struct Claimant {
    /// Who.
    pub user: UserId,
    /// The account's token epoch when the token was issued.
    pub epoch: i64,
    /// The signed-in device.
    pub session: SessionId,
    /// Where the request came from.
    pub ip: Option<IpAddr>,
}

impl Claimant {
    /// Whom these claims name.
    #[must_use]
    pub fn new(claims: &AccessClaims, ip: IpAddr) -> Self {
        Self {
            user: claims.sub,
            epoch: claims.epoch,
            session: claims.session,
            ip: Some(ip),
        }
    }

    /// The claimant as their account shows them at this moment.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account is gone or has moved to a later token epoch; the account's refusal when it may not
    /// be used any more.
    pub(crate) fn recognised_in(self, account: Option<Account>) -> Result<Actor, Error> {
        Ok(Actor {
            account: opened_by(self.epoch, account)?,
            session: self.session,
            ip: self.ip,
        })
    }
}

/// The account of a token that was issued at this epoch, if that still opens it.
pub(super) fn opened_by(epoch: i64, account: Option<Account>) -> Result<Account, Error> {
    let account = account
        .filter(|account| account.token_epoch == epoch)
        .ok_or_else(|| Error::new(Code::TokenRevoked))?;
    check_usable(account.role, account.standing())?;
    Ok(account)
}

impl From<&Actor> for Claimant {
    fn from(actor: &Actor) -> Self {
        Self {
            user: actor.account.id,
            epoch: actor.account.token_epoch,
            session: actor.session,
            ip: actor.ip,
        }
    }
}

impl Application {
    /// Reads an access token: its signature, issuer, audience and time. Nothing is looked up.
    ///
    /// # Errors
    /// When it is not ours, or its time is over.
    pub fn read_access_token(&self, token: &str) -> Result<AccessClaims, UnusableToken> {
        self.access_tokens().read(token, self.now())
    }

    /// Finds the person whom a token names, as the database knows them at this moment: what grants access is never taken
    /// from a cache.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account is gone or has moved to a later token epoch; the account's refusal when it may
    /// not be used any more.
    pub async fn authenticate(&self, claimant: Claimant) -> Result<Actor, Error> {
        claimant.recognised_in(users::account(self.database().connection(), claimant.user).await?)
    }
}
