use std::cmp::Reverse;

use das_tern_domain::{Device, SessionId, SignInChange};
use time::OffsetDateTime;

use super::change_password::sign_in_changed;
use crate::effects::By;
use crate::{Actor, Application, Error, Resource};

/// A signed-in device, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// What the device is.
    pub device: Device,
    /// When it signed in.
    pub created_at: OffsetDateTime,
    /// When it last asked for a new access token.
    pub last_seen_at: OffsetDateTime,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl Application {
    /// The caller's signed-in devices, the one that signed in last first.
    ///
    /// # Errors
    /// `UNAVAILABLE` while sessions cannot be read.
    pub async fn own_sessions(&self, actor: &Actor) -> Result<Vec<OwnSession>, Error> {
        let stored = self.sessions().list(actor.id()).await.map_err(Error::unavailable)?;
        let mut sessions: Vec<_> = stored
            .into_iter()
            .filter(|session| session.epoch == actor.account.token_epoch)
            .map(|session| OwnSession {
                id: session.id,
                device: Device::of(session.device.as_deref()),
                created_at: session.created_at,
                last_seen_at: session.refreshed_at,
                is_current: session.id == actor.session,
            })
            .collect();
        sessions.sort_by_key(|session| Reverse((session.created_at, session.id.0)));
        Ok(sessions)
    }

    /// Ends one of the caller's sessions, the current one included, with its access tokens.
    ///
    /// # Errors
    /// `NOT_FOUND` for a session that is not theirs, or has ended; `UNAVAILABLE` while sessions cannot be read.
    pub async fn end_own_session(&self, actor: &Actor, session: SessionId) -> Result<(), Error> {
        // The current one needs no proof, so that it can be ended without Redis too, as by logging out.
        let is_own = session == actor.session || self.own_sessions(actor).await?.iter().any(|own| own.id == session);
        if !is_own {
            return Err(Error::missing(Resource::Session));
        }
        let event = || sign_in_changed(&actor.account, SignInChange::SessionEnded { session });
        self.write(By::from(actor), async |work| work.record(event()).await)
            .await?;
        self.end_session(session, actor.id()).await
    }

    /// Ends all sessions of the caller, with their access tokens.
    ///
    /// # Errors
    /// `UNAVAILABLE` while the database is away.
    pub async fn log_out_everywhere(&self, actor: &Actor) -> Result<(), Error> {
        let event = || sign_in_changed(&actor.account, SignInChange::AllSessionsEnded);
        self.write(By::from(actor), async |work| {
            work.end_sessions(actor.id(), event()).await
        })
        .await?;
        self.forget_sessions(actor.id()).await;
        Ok(())
    }
}
