use std::net::IpAddr;

use das_tern_domain::{check_usable, standing_status};
use das_tern_persistence::users;

use super::AccessClaims;
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Reads an access token: its signature, issuer, audience and time. Nothing is looked up.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is not ours, `TOKEN_EXPIRED` when its time is over.
    pub fn read_access_token(&self, token: &str) -> Result<AccessClaims, Error> {
        self.access_tokens().read(token, self.now())
    }

    /// Finds the person whom the claims name, as the database knows them at this moment: what grants access is never
    /// taken from a cache.
    ///
    /// # Errors
    /// `TOKEN_REVOKED` when the account is gone or has moved to a later token epoch; the account's refusal when it may
    /// not be used any more.
    pub async fn authenticate(&self, claims: &AccessClaims, ip: Option<IpAddr>) -> Result<Actor, Error> {
        let account = users::account(self.database().connection(), claims.sub)
            .await?
            .filter(|account| account.token_epoch == claims.epoch)
            .ok_or_else(|| Error::new(Code::TokenRevoked))?;
        check_usable(
            account.role,
            standing_status(account.account_status, account.status_before_lock),
        )?;
        Ok(Actor {
            account,
            session: claims.session,
            ip,
        })
    }
}
