use std::net::IpAddr;

use das_tern_domain::{
    Identifier, LoginState, MAX_PASSWORD_BYTES, SessionId, UserId, check_confirmed, check_usable, standing_status,
};
use das_tern_persistence::users::{self, Account};
use secrecy::{ExposeSecret, SecretString};

use super::{RefreshToken, SignedIn};
use crate::effects::By;
use crate::work::Stop;
use crate::{Application, Code, Error};

/// Somebody signs in.
#[derive(Debug)]
pub struct Login {
    /// With this phone number or e-mail address.
    pub identifier: Identifier,
    /// And this password.
    pub password: SecretString,
    /// On this device, as its User-Agent names it.
    pub device: Option<String>,
}

impl Application {
    /// Signs somebody in.
    ///
    /// # Errors
    /// `INVALID_CREDENTIALS` for an unknown identifier and for a wrong password, after the same time; `ACCOUNT_LOCKED`
    /// after too many of them; the account's refusal when it may not be used; `RATE_LIMITED`.
    pub async fn log_in(&self, login: Login, ip: IpAddr) -> Result<SignedIn, Error> {
        self.limit_login(&login.identifier, ip).await?;
        let found = users::credentials(self.database().connection(), &login.identifier).await?;
        if let Some(credentials) = &found {
            LoginState::from(credentials.login.clone()).check_lock(self.now())?;
        }
        let (user, hash) = found.map(|found| (found.id, found.password_hash)).unzip();
        // A longer one is nobody's (rules §2).
        let fits = login.password.expose_secret().len() <= MAX_PASSWORD_BYTES;
        let is_right = self.passwords().verify(login.password, hash.filter(|_| fits)).await?;
        let user = user.ok_or_else(|| Error::new(Code::InvalidCredentials))?;
        self.settle_login(user, is_right).await?;
        if !is_right {
            return Err(Error::new(Code::InvalidCredentials));
        }
        self.open_session(user, login.device).await
    }

    /// Counts a wrong password, or forgets the wrong ones before a right one. The row is locked for it, so that of many
    /// guesses at once no more count as one than the rule allows.
    async fn settle_login(&self, user: UserId, is_right: bool) -> Result<(), Error> {
        let policy = self.lock_policy();
        let now = self.now();
        let checked = self
            .write(By::SYSTEM, async |work| {
                let state = work
                    .lock_login_state(user)
                    .await?
                    .ok_or_else(|| Error::new(Code::InvalidCredentials))?;
                if let Err(refusal) = state.check_lock(now) {
                    return Ok::<_, Stop>(Err(refusal));
                }
                let after = if is_right {
                    state.unlocked()
                } else {
                    state.after_wrong_password(policy, now)
                };
                if after != state {
                    work.save_login_state(user, &after).await?;
                }
                Ok(Ok(()))
            })
            .await?;
        Ok(checked?)
    }

    pub(crate) async fn open_session(&self, user: UserId, device: Option<String>) -> Result<SignedIn, Error> {
        let account = users::account(self.database().connection(), user)
            .await?
            .ok_or_else(|| Error::new(Code::InvalidCredentials))?;
        check_confirmed(account.contact_confirmed_at)?;
        check_usable(
            account.role,
            standing_status(account.account_status, account.status_before_lock),
        )?;
        let session = SessionId(self.ids().next_id());
        let token = RefreshToken::new(session, account.id, account.token_epoch, rand::random());
        self.remember_session(&token, device).await;
        self.signed_in(account, &token)
    }

    /// Both tokens of a session, for the client.
    pub(super) fn signed_in(&self, account: Account, token: &RefreshToken) -> Result<SignedIn, Error> {
        Ok(SignedIn {
            access_token: self.access_tokens().issue(&account, token.session, self.now())?,
            refresh_token: self.refresh_tokens().write(token),
            expires_in_seconds: self.settings().auth.access_ttl_s.into(),
            account,
        })
    }
}
