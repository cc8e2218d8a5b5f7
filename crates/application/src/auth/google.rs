use std::net::IpAddr;

use das_tern_domain::{
    AccountRegistered, Event, Language, Linking, Recipient, RequestedRole, SignInChange, SignInChanged, UserId,
    one_line,
};
use das_tern_integrations::{Identity, IdentityError};
use das_tern_persistence::google::{self, Found, NewGoogleAccount};
use secrecy::{ExposeSecret, SecretString};

use super::SignedIn;
use crate::effects::By;
use crate::work::{Stop, Work};
use crate::{Application, Code, Error};

/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Somebody signs in with their Google account.
#[derive(Debug)]
pub struct GoogleSignIn {
    /// What Google says about them.
    pub id_token: SecretString,
    /// What a new account shall be.
    pub role: RequestedRole,
    /// On this device, as its User-Agent names it.
    pub device: Option<String>,
}

/// Who signs in, and from where.
struct Arrival {
    identity: Identity,
    role: RequestedRole,
    /// For an account that no password opens.
    password_hash: String,
    ip: IpAddr,
}

impl Application {
    /// Signs somebody in with Google. An unknown address gets an account, a known one is linked with it.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the token proves nothing; `DUPLICATE_EMAIL` when the account of the address is linked with
    /// another Google account; `ACCOUNT_LOCKED`; the account's refusal when it may not be used; `UNAVAILABLE` while Google
    /// cannot be asked, or is not set up.
    pub async fn sign_in_with_google(&self, sign_in: GoogleSignIn, ip: IpAddr) -> Result<SignedIn, Error> {
        let token = sign_in.id_token.expose_secret();
        let identity = self.integrations().identities.verify(token, self.now()).await?;
        let user = match self.linked_account(&identity).await? {
            Some(user) => user,
            None => self.let_in(identity, sign_in.role, ip).await?,
        };
        self.settle_login(user, None, true).await?;
        self.open_session(user, None, sign_in.device, Some(ip)).await
    }

    /// Most sign-ins are not the first one: nothing is written for them, and no secret is hashed.
    async fn linked_account(&self, identity: &Identity) -> Result<Option<UserId>, Error> {
        let found = google::find(self.database().connection(), &identity.subject, &identity.email).await?;
        let linked = found.filter(|found| found.known(&identity.subject).link() == Ok(Linking::Linked));
        Ok(linked.map(|found| found.id))
    }

    async fn let_in(&self, identity: Identity, role: RequestedRole, ip: IpAddr) -> Result<UserId, Error> {
        let arrival = Arrival {
            identity,
            role,
            password_hash: self.passwords().hash_of_nobody().await?,
            ip,
        };
        let new_user = UserId(self.ids().next_id());
        let subject = &arrival.identity.subject;
        // The account acts on itself from its first entry on.
        self.write(By::SYSTEM, async |work| {
            match google::find(&work.unit().connection(), subject, &arrival.identity.email).await? {
                Some(found) => self.link(work, &found, new_user, &arrival).await,
                None => self.open(work, new_user, &arrival).await,
            }
        })
        .await
    }

    async fn open(&self, work: &mut Work<'_>, user: UserId, arrival: &Arrival) -> Result<UserId, Stop> {
        let role = arrival.role.role();
        let subscription = self.ids().next_id().into();
        work.act_as(By::owner(user, role, arrival.ip));
        let account = NewGoogleAccount {
            id: user,
            subscription,
            subject: &arrival.identity.subject,
            email: &arrival.identity.email,
            first_name: name(arrival.identity.given_name.as_deref()),
            last_name: name(arrival.identity.family_name.as_deref()),
            role,
            status: arrival.role.first_status(self.settings().accounts.auto_verify_doctors),
            language: Language::English,
            password_hash: &arrival.password_hash,
            created_at: self.now(),
        };
        let registered = AccountRegistered {
            user,
            role,
            subscription,
        };
        work.open_with_google(account, Event::AccountRegistered(registered))
            .await?;
        Ok(user)
    }

    async fn link(
        &self,
        work: &mut Work<'_>,
        found: &Found,
        new_user: UserId,
        arrival: &Arrival,
    ) -> Result<UserId, Stop> {
        let subject = &arrival.identity.subject;
        let linking = found
            .known(subject)
            .link()
            .map_err(|_| Error::new(Code::DuplicateEmail))?;
        match linking {
            Linking::Linked => {}
            Linking::Link => {
                work.act_as(By::owner(found.id, found.role, arrival.ip));
                let owner = Recipient {
                    user: found.id,
                    language: found.language,
                };
                let linked = SignInChanged {
                    owner,
                    role: found.role,
                    change: SignInChange::GoogleLinked,
                };
                work.link_google(found, subject, Event::SignInChanged(linked)).await?;
            }
            Linking::Replace => {
                // A picture of it belongs to nobody then, and goes with the next sweep.
                work.make_room_for(&arrival.identity.email).await?;
                return self.open(work, new_user, arrival).await;
            }
        }
        Ok(found.id)
    }
}

/// A name as it is kept, on one line and not too long; nothing for one that would be refused of anybody else even so.
fn name(given: Option<&str>) -> Option<String> {
    let readable = given?.chars().filter(|character| !character.is_control());
    let name: String = readable.take(LONGEST_NAME).collect();
    one_line(&name, LONGEST_NAME).ok()
}

impl From<IdentityError> for Error {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Invalid(_) => Self::new(Code::Unauthenticated),
            IdentityError::Unavailable(_) | IdentityError::NotConfigured => Self::unavailable(error),
        }
    }
}
