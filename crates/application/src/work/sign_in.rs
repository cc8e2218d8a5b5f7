//! Saving what changes about signing in.

use das_tern_domain::{Event, UserId};
use das_tern_persistence::google::{self, Found, NewGoogleAccount};
use das_tern_persistence::{constraints, sign_in};

use super::{Stop, Work};
use crate::Error;

impl Work<'_> {
    /// Saves a new password and ends every session: the token epoch that begins, if the password was still the one with the
    /// hash `before`.
    pub(crate) async fn save_password(
        &mut self,
        user: UserId,
        before: &str,
        after: &str,
        event: Event,
    ) -> Result<Option<i64>, Stop> {
        let rows = self.note(&[event]);
        Ok(sign_in::change_password(&self.unit.connection(), user, before, after, &rows).await?)
    }

    /// Saves the hash of a PIN.
    pub(crate) async fn save_pin(&mut self, user: UserId, hash: &str, event: Event) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        Ok(sign_in::set_pin(&self.unit.connection(), user, hash, &rows).await?)
    }

    /// Ends every session of a user by their token epoch.
    pub(crate) async fn end_sessions(&mut self, user: UserId, event: Event) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        Ok(sign_in::end_sessions(&self.unit.connection(), user, &rows).await?)
    }

    /// Links an account with a Google account.
    pub(crate) async fn link_google(&mut self, found: &Found, subject: &str, event: Event) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        let linked = google::link(&self.unit.connection(), found, subject, &rows).await;
        Stop::outdated_unless(linked.map_err(faster)?)
    }

    /// Opens an account for a Google account.
    pub(crate) async fn open_with_google(&mut self, account: NewGoogleAccount<'_>, event: Event) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        google::open(&self.unit.connection(), account, &rows)
            .await
            .map_err(faster)
    }
}

/// Two phones that sign in for the first time at once: the slower one looks again, and finds the account.
fn faster(error: das_tern_persistence::Error) -> Stop {
    let keys = [constraints::USERS_EMAIL_KEY, constraints::USERS_GOOGLE_ACCOUNT_ID_KEY];
    if keys.iter().any(|key| error.violates(key)) {
        Stop::Outdated
    } else {
        Stop::Failed(Error::from(error))
    }
}
