use das_tern_cache::Rotation;
use das_tern_domain::{Event, Recipient, RefreshTokenReused};
use das_tern_persistence::users::{self, Account};

use super::authenticate::opened_by;
use super::{RefreshToken, SignedIn};
use crate::effects::By;
use crate::limits::MINUTE;
use crate::{Application, Code, Error};

impl Application {
    /// Goes on with a session: a new access token, and the refresh token that follows.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a token that is not ours, `TOKEN_REVOKED` when its session has ended, or ends now because
    /// the token was used before and its time for that is over; `RATE_LIMITED`; `UNAVAILABLE` while sessions cannot be read.
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, Error> {
        let token = self.refresh_tokens().read(refresh_token)?;
        // The account comes first: should the database be away, the token has not been spent.
        let account = self.account_of(&token).await?;
        // Of its session, so that a token of one that has ended uses up nothing of another's.
        let limit = self.settings().limits.general_per_minute;
        self.limit_one("refresh", token.session, limit, MINUTE).await?;
        let successor = self.refresh_tokens().successor(&token);
        match self.rotate_session(&token, &successor).await? {
            Rotation::Rotated => self.signed_in(account, &successor),
            Rotation::Replayed { successors } => {
                let latest = (1..successors).fold(successor, |token, _| self.refresh_tokens().successor(&token));
                self.signed_in(account, &latest)
            }
            Rotation::Unknown => Err(Error::new(Code::TokenRevoked)),
            Rotation::Reused => {
                self.report_reuse(&account, &token).await?;
                Err(Error::new(Code::TokenRevoked))
            }
        }
    }

    async fn account_of(&self, token: &RefreshToken) -> Result<Account, Error> {
        opened_by(
            token.epoch,
            users::account(self.database().connection(), token.user).await?,
        )
    }

    /// The owner of a stolen session is told, and only then is it forgotten.
    async fn report_reuse(&self, account: &Account, token: &RefreshToken) -> Result<(), Error> {
        let owner = Recipient {
            user: account.id,
            language: account.language,
        };
        let session = token.session;
        self.write(By::SYSTEM, async |work| {
            let (role, reused) = (account.role, Event::RefreshTokenReused);
            work.record(reused(RefreshTokenReused { owner, role, session })).await
        })
        .await?;
        self.end_session(session, account.id).await
    }
}
