//! The write path: a change and all that it leaves behind are one unit.
//!
//! A use case runs inside [`Application::write`]. It loads, asks the policy, lets the domain decide, and saves the
//! decision *together with its event*: no method saves one without the other, so nobody can forget the audit entry.
//! Each `save_…` is one guarded statement that writes nothing when the thing changed since it was loaded; the
//! closure then runs again on the new state. A use case that must hold several rows still begins a transaction first.

mod sign_in;

use std::cell::Cell;

use das_tern_cache::{Cache, StaleKey};
use das_tern_domain::{AuditActionType, DoctorStanding, Dose, EmailAddress, Event, Identifier, LoginState, UserId};
use das_tern_persistence::doses::DoseView;
use das_tern_persistence::registrations::{NewAccount, ProvenOwner, Reachable};
use das_tern_persistence::users::LockedLogin;
use das_tern_persistence::{Unit, audit_logs, doses, effects, emails, registrations, users, verification};
use time::OffsetDateTime;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::effects::{By, Scribe, stale_after};
use crate::once::Mark;
use crate::{Application, Error};

/// How often a use case runs again on a thing that others keep changing, before it gives up.
const ATTEMPTS: usize = 8;

/// Why a use case stops.
pub(crate) enum Stop {
    /// It cannot do what was asked.
    Failed(Error),
    /// What it decided on has changed meanwhile.
    Outdated,
}

impl Stop {
    /// Goes on only where a guarded statement found the thing as it was decided on.
    pub(crate) fn outdated_unless(is_saved: bool) -> Result<(), Self> {
        if is_saved { Ok(()) } else { Err(Self::Outdated) }
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Things changed faster than a use case could decide.
#[derive(Debug, thiserror::Error)]
#[error("gave up after {ATTEMPTS} attempts: the data kept changing")]
struct Contended;

/// What a use case writes through.
pub(crate) struct Work<'a> {
    app: &'a Application,
    by: By,
    unit: Unit,
    stale: Stale,
    /// What the first audit entry is called, where a client may ask twice.
    mark: Cell<Option<Mark>>,
}

/// Cached values to be dropped. They are noted before the statement that makes them stale and dropped after it, also
/// when nobody waits for the answer any more: a client that hangs up must not leave an old day behind.
struct Stale {
    cache: Cache,
    keys: Vec<StaleKey>,
}

impl Stale {
    fn note(&mut self, events: &[Event]) {
        self.keys.extend(events.iter().flat_map(stale_after));
    }

    async fn forget(mut self) {
        // Once begun, the cache sees it through.
        let keys = std::mem::take(&mut self.keys);
        self.cache.forget(&keys).await;
    }
}

impl Drop for Stale {
    fn drop(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        if let (false, Ok(runtime)) = (keys.is_empty(), Handle::try_current()) {
            let cache = self.cache.clone();
            runtime.spawn(async move { cache.forget(&keys).await });
        }
    }
}

impl Application {
    /// Runs a use case that writes. When it succeeds, everything it saved is committed and the cached values that its
    /// events made stale are dropped; when it fails, a transaction that it began is rolled back.
    pub(crate) async fn write<T>(
        &self,
        by: By,
        use_case: impl AsyncFn(&mut Work<'_>) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        self.write_marked(by, None, use_case).await
    }

    /// The same, for a request that has one effect however often it arrives.
    pub(crate) async fn write_marked<T>(
        &self,
        by: By,
        mark: Option<&Mark>,
        use_case: impl AsyncFn(&mut Work<'_>) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        for _ in 0..ATTEMPTS {
            let mut work = Work {
                app: self,
                by,
                unit: Unit::new(self.database().clone()),
                stale: Stale {
                    cache: self.cache().clone(),
                    keys: Vec::new(),
                },
                mark: Cell::new(mark.cloned()),
            };
            match use_case(&mut work).await {
                Ok(answer) => {
                    work.unit.commit().await?;
                    work.stale.forget().await;
                    return Ok(answer);
                }
                Err(stop) => {
                    work.undo().await;
                    if let Stop::Failed(error) = stop {
                        return Err(error);
                    }
                }
            }
        }
        Err(Error::unavailable(Contended))
    }
}

impl Work<'_> {
    /// Where reads run: inside the transaction, once one is begun.
    pub(crate) fn unit(&self) -> &Unit {
        &self.unit
    }

    /// Begins a transaction, unless one is open.
    pub(crate) async fn begin(&mut self) -> Result<(), Stop> {
        Ok(self.unit.begin().await?)
    }

    /// Saves what was decided on a dose, with its events, in one statement.
    pub(crate) async fn save_dose(
        &mut self,
        before: &DoseView,
        after: Dose,
        events: &[Event],
    ) -> Result<DoseView, Stop> {
        let rows = self.note(events);
        let saved = doses::save(&self.unit.connection(), before, &after, &rows).await?;
        let updated_at = saved.ok_or(Stop::Outdated)?;
        Ok(before.clone().with(after, updated_at))
    }

    /// Records an event that changes no row, such as a look.
    pub(crate) async fn record(&mut self, event: Event) -> Result<(), Stop> {
        self.record_all(&[event]).await
    }

    /// Records several events that change no row, in one statement.
    pub(crate) async fn record_all(&mut self, events: &[Event]) -> Result<(), Stop> {
        let rows = self.note(events);
        effects::write(&self.unit.connection(), &rows).await?;
        Ok(())
    }

    /// Begins a transaction and locks the login state of an account.
    pub(crate) async fn lock_login(&mut self, user: UserId) -> Result<Option<LockedLogin>, Stop> {
        self.unit.begin().await?;
        Ok(users::lock_login(&self.unit.connection(), user).await?)
    }

    /// Saves the login state of an account. Counting wrong passwords is no change to anybody's data and has no event.
    pub(crate) async fn save_login_state(&mut self, user: UserId, state: &LoginState) -> Result<(), Stop> {
        Ok(users::save_login_state(&self.unit.connection(), user, state).await?)
    }

    /// Says who acts, where that is only known once the account was found.
    pub(crate) fn act_as(&mut self, by: By) {
        self.by = by;
    }

    /// Begins a transaction and makes an account in it, in place of the unconfirmed ones that stand in its way; of each
    /// of those the key of its picture.
    pub(crate) async fn register(
        &mut self,
        account: &NewAccount,
        events: &[Event],
    ) -> Result<Vec<Option<String>>, Stop> {
        self.unit.begin().await?;
        let rows = self.note(events);
        registrations::lock_identities(&self.unit.connection(), account).await?;
        let replaced = registrations::remove_unconfirmed(&self.unit.connection(), account).await?;
        registrations::insert(&self.unit.connection(), account, &rows)
            .await
            .map_err(crate::accounts::taken)?;
        Ok(replaced)
    }

    /// Begins a transaction in which nobody else registers with this e-mail address, and removes the account that nobody
    /// confirmed and that has it; the keys of its pictures.
    pub(crate) async fn make_room_for(&mut self, email: &EmailAddress) -> Result<Vec<String>, Stop> {
        self.unit.begin().await?;
        let contact = Identifier::Email(email.clone());
        registrations::lock_contact(&self.unit.connection(), &contact).await?;
        Ok(emails::remove_unconfirmed(&self.unit.connection(), email).await?)
    }

    /// Begins a transaction and locks the account with this phone number or e-mail address.
    pub(crate) async fn lock_reachable(&mut self, identifier: &Identifier) -> Result<Option<Reachable>, Stop> {
        self.unit.begin().await?;
        Ok(registrations::lock_reachable(&self.unit.connection(), identifier).await?)
    }

    /// Saves what a code that was sent to its owner changes about an account.
    pub(crate) async fn save_proven_owner(&mut self, after: &ProvenOwner, events: &[Event]) -> Result<(), Stop> {
        let rows = self.note(events);
        Ok(registrations::save_proven_owner(&self.unit.connection(), after, &rows).await?)
    }

    /// Saves a verdict on a doctor.
    pub(crate) async fn save_verdict(
        &mut self,
        before: &DoctorStanding,
        after: &DoctorStanding,
        event: Event,
    ) -> Result<(), Stop> {
        let rows = self.note(&[event]);
        Stop::outdated_unless(verification::save(&self.unit.connection(), before, after, &rows).await?)
    }

    /// Undoes what was written, and is no reason to fail differently when that fails: the server undoes it too.
    async fn undo(self) {
        if let Err(error) = self.unit.roll_back().await {
            tracing::debug!(%error, "a transaction ended with its connection");
        }
    }

    /// The rows of these events, whose cached values are dropped later. What writes the rows must write the change, too.
    pub(crate) fn note(&mut self, events: &[Event]) -> effects::Effects {
        self.stale.note(events);
        self.rows(events)
    }

    /// An id for a row that this use case adds.
    pub(crate) fn new_id(&self) -> Uuid {
        self.app.ids().next_id()
    }

    /// Now.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.app.now()
    }

    /// How many days ahead doses are made, today included.
    pub(crate) fn horizon_days(&self) -> u16 {
        self.app.settings().schedule.horizon_days
    }

    fn rows(&self, events: &[Event]) -> effects::Effects {
        let scribe = Scribe {
            texts: self.app.texts(),
            ids: self.app.ids(),
            now: self.app.now(),
            by: self.by,
        };
        let mut rows = scribe.rows(events);
        if let Some(mark) = self.mark.take() {
            self.mark.set(marked(&mut rows, mark));
        }
        rows
    }
}

/// Gives the first entry of what the caller did the id and the fingerprint of their request; the mark again, where there
/// is no such entry. A look on the way to a change is not what was asked for.
fn marked(rows: &mut effects::Effects, mark: Mark) -> Option<Mark> {
    let is_deed = |entry: &&mut effects::NewAuditLog| {
        !matches!(
            entry.action_type,
            AuditActionType::DataAccess | AuditActionType::NotificationSent
        )
    };
    let Some(entry) = rows.audit_logs.iter_mut().find(is_deed) else {
        return Some(mark);
    };
    entry.id = mark.id;
    if let Some(details) = entry.details.as_object_mut() {
        details.insert(audit_logs::FINGERPRINT.to_owned(), mark.fingerprint.into());
    }
    None
}
