//! What becomes of sessions, with Redis and without.

use std::time::Duration;

use das_tern_cache::{NewSession, Rotation};
use das_tern_domain::{SessionId, UserId};
use das_tern_persistence::users;

use crate::auth::RefreshToken;
use crate::{Application, Error};

impl Application {
    /// Remembers a new session. Without Redis the login still stands; its refresh token will then not be found, and the
    /// user signs in again once the access token is over.
    pub(crate) async fn remember_session(&self, token: &RefreshToken, device: Option<String>) {
        let session = NewSession {
            id: token.session,
            user: token.user,
            epoch: token.epoch,
            token_hash: token.hash(),
            device,
            created_at: self.now(),
        };
        if let Err(error) = self.sessions().create(&session, self.session_lifetime()).await {
            tracing::warn!(session = %token.session, %error, "the session could not be remembered");
        }
    }

    /// Replaces a session's refresh token by its successor.
    pub(crate) async fn rotate_session(
        &self,
        token: &RefreshToken,
        successor: &RefreshToken,
    ) -> Result<Rotation, Error> {
        let window = Duration::from_secs(self.settings().auth.refresh_reuse_window_s.into());
        let rotation = das_tern_cache::RotationRequest {
            session: token.session,
            user: token.user,
            presented: token.hash(),
            next: successor.hash(),
            now: self.now(),
            reuse_window: window,
            lifetime: self.session_lifetime(),
            access_lifetime: self.access_lifetime(),
        };
        self.sessions().rotate(&rotation).await.map_err(Error::unavailable)
    }

    /// Ends a session. Without Redis there is no single session to end, so all of the user's end: a new login on another
    /// device is better than a session that goes on.
    pub(crate) async fn end_session(&self, session: SessionId, user: UserId) -> Result<(), Error> {
        if let Err(error) = self.sessions().revoke(session, user, self.access_lifetime()).await {
            tracing::warn!(%session, %error, "ending all sessions of the user instead of one");
            users::advance_token_epoch(self.database().connection(), user).await?;
        }
        Ok(())
    }

    /// Forgets the sessions of a user whose token epoch has ended them already. Without Redis nothing is lost by leaving it.
    pub(crate) async fn forget_sessions(&self, user: UserId) {
        if let Err(error) = self.sessions().revoke_all(user, self.access_lifetime()).await {
            tracing::warn!(%user, %error, "sessions that have ended are still remembered");
        }
    }

    fn session_lifetime(&self) -> Duration {
        Duration::from_secs(u64::from(self.settings().auth.refresh_ttl_days) * 24 * 60 * 60)
    }

    fn access_lifetime(&self) -> Duration {
        Duration::from_secs(self.settings().auth.access_ttl_s.into())
    }
}
