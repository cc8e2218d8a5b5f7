use std::net::IpAddr;

use das_tern_domain::{Identifier, LoginState, MAX_PASSWORD_BYTES, SessionId, UserId, check_confirmed, check_usable};
use das_tern_persistence::sign_in;
use das_tern_persistence::users::{self, Account, Credentials};
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
        let credentials = self.check_password(found, login.password.clone()).await?;
        self.strengthen(&credentials, login.password).await;
        let epoch = Some(credentials.token_epoch);
        self.open_session(credentials.id, epoch, login.device, Some(ip)).await
    }

    /// The credentials, when the password is theirs. A wrong one counts toward the account's lock, wherever it is asked
    /// for; nobody's takes as long.
    pub(crate) async fn check_password(
        &self,
        found: Option<Credentials>,
        password: SecretString,
    ) -> Result<Credentials, Error> {
        if let Some(credentials) = &found {
            LoginState::from(credentials.login.clone()).check_lock(self.now())?;
        }
        // A longer one is nobody's (rules §2).
        let fits = password.expose_secret().len() <= MAX_PASSWORD_BYTES;
        let hash = found.as_ref().map(|found| found.password_hash.clone());
        let is_right = self.passwords().verify(password, hash.filter(|_| fits)).await?;
        let credentials = found.ok_or_else(|| Error::new(Code::InvalidCredentials))?;
        self.settle_login(credentials.id, Some(credentials.token_epoch), is_right)
            .await?;
        if is_right {
            Ok(credentials)
        } else {
            Err(Error::new(Code::InvalidCredentials))
        }
    }

    /// Hashes a right password again when hashes have become dearer since. The login stands without it.
    async fn strengthen(&self, credentials: &Credentials, password: SecretString) {
        let before = &credentials.password_hash;
        if !self.passwords().is_outdated(before) {
            return;
        }
        let stored = async {
            let after = self.passwords().hash(password.expose_secret().to_owned()).await?;
            let db = self.database().connection();
            sign_in::strengthen_password(db, credentials.id, before, &after).await?;
            Ok::<_, Error>(())
        };
        if let Err(error) = stored.await {
            tracing::warn!(user = %credentials.id, ?error, "a password keeps its old hash until the next login");
        }
    }

    /// Counts a wrong password, or forgets the wrong ones before a right one. The row is locked for it, so that of many
    /// guesses at once no more count as one than the rule allows.
    ///
    /// Checking a password takes its time. Whoever showed one that was theirs at `epoch` is too late if every session was ended
    /// meanwhile, as a new password does.
    pub(super) async fn settle_login(&self, user: UserId, epoch: Option<i64>, is_right: bool) -> Result<(), Error> {
        let policy = self.lock_policy();
        let now = self.now();
        let checked = self
            .write(By::SYSTEM, async |work| {
                let login = work
                    .lock_login(user)
                    .await?
                    .ok_or_else(|| Error::new(Code::InvalidCredentials))?;
                let state = login.state;
                if let Err(refusal) = state.check_lock(now) {
                    return Ok::<_, Stop>(Err(refusal));
                }
                if is_right && epoch.is_some_and(|epoch| epoch != login.token_epoch) {
                    return Err(Error::new(Code::InvalidCredentials).into());
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

    /// Begins a session of somebody who has shown who they are, unless their account may not be used. One that was to be
    /// deleted stays. Nor does it begin where they showed it at a token epoch that is over.
    pub(crate) async fn open_session(
        &self,
        user: UserId,
        epoch: Option<i64>,
        device: Option<String>,
        ip: Option<IpAddr>,
    ) -> Result<SignedIn, Error> {
        let mut account = self.signing_in(user, epoch).await?;
        check_confirmed(account.contact_confirmed_at)?;
        check_usable(account.role, account.standing())?;
        if account.deletion_due_at.is_some() {
            self.keep_account(&account, ip).await?;
            // It may have been deleted this moment, and then nobody signs in.
            account = self.signing_in(user, epoch).await?;
        }
        let session = SessionId(self.ids().next_id());
        let token = RefreshToken::new(session, account.id, account.token_epoch, rand::random());
        self.remember_session(&token, device).await;
        self.signed_in(account, &token)
    }

    async fn signing_in(&self, user: UserId, epoch: Option<i64>) -> Result<Account, Error> {
        let account = users::account(self.database().connection(), user).await?;
        let is_in_time = |account: &Account| epoch.is_none_or(|epoch| epoch == account.token_epoch);
        account
            .filter(is_in_time)
            .ok_or_else(|| Error::new(Code::InvalidCredentials))
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
