use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use das_tern_cache::{Cache, CodeStore, GuessPolicy, Guesses, Limiter, Redis, SessionStore};
use das_tern_domain::{AdherencePolicy, LockPolicy, zone};
use das_tern_integrations::Integrations;
use das_tern_persistence::Database;
use time::{Date, Duration, OffsetDateTime};
use tokio::sync::{Mutex, Semaphore};

use crate::auth::{AccessTokens, Passwords, RefreshTokens};
use crate::background::Background;
use crate::connections::OfferKeys;
use crate::jobs::{Heartbeat, Job, Worker};
use crate::keys::Key;
use crate::pages::Cursors;
use crate::pictures::Pictures;
use crate::users;
use crate::world::IdSource;
use crate::{InvalidCatalogue, Settings, Texts, World};

/// The product: everything that it can be asked to do is a method. Cheap to clone.
#[derive(Clone)]
pub struct Application(Arc<Parts>);

struct Parts {
    settings: Settings,
    world: World,
    texts: Texts,
    database: Database,
    redis: Redis,
    cache: Cache,
    sessions: SessionStore,
    limiter: Limiter,
    guesses: Guesses,
    access_tokens: AccessTokens,
    refresh_tokens: RefreshTokens,
    passwords: Passwords,
    pictures: Pictures,
    cursors: Cursors,
    identifier_key: Key,
    codes: CodeStore,
    code_key: Key,
    exports: Arc<Semaphore>,
    offer_keys: OfferKeys,
    receipt_keys: Vec<Key>,
    migrations: Vec<String>,
    background: Background,
    is_closing: AtomicBool,
    jobs: Vec<Job>,
    lone_jobs: Mutex<()>,
    heartbeat: Heartbeat,
}

impl Application {
    /// Puts the product together, within the Tokio runtime that its letters are sent in. Nothing is asked of the database or
    /// of Redis yet. `migrations` names those that the schema must have.
    ///
    /// # Errors
    /// When a catalogue of texts cannot be read.
    pub fn new(
        settings: Settings,
        database: Database,
        redis: Redis,
        migrations: Vec<String>,
        world: World,
    ) -> Result<Self, InvalidCatalogue> {
        let auth = &settings.auth;
        let parts = Parts {
            texts: Texts::load()?,
            cache: Cache::new(redis.clone()),
            sessions: SessionStore::new(redis.clone()),
            limiter: Limiter::new(redis.clone()),
            guesses: Guesses::new(redis.clone()),
            access_tokens: AccessTokens::new(auth),
            refresh_tokens: RefreshTokens::new(auth),
            passwords: Passwords::new(auth),
            pictures: Pictures::new(&settings.pictures),
            cursors: Cursors::new(Key::derive(&auth.token_key, "cursor")),
            identifier_key: Key::derive(&auth.token_key, "identifier"),
            codes: CodeStore::new(redis.clone(), settings.codes.policy()),
            code_key: Key::derive(&auth.token_key, "one-time code"),
            exports: Arc::new(Semaphore::new(users::EXPORTS_AT_ONCE)),
            offer_keys: OfferKeys::derive(&auth.token_key),
            receipt_keys: iter::once(&auth.token_key)
                .chain(&auth.token_key_previous)
                .map(|secret| Key::derive(secret, "idempotency"))
                .collect(),
            migrations,
            background: Background::new(),
            is_closing: AtomicBool::new(false),
            jobs: Self::all_jobs(&settings.jobs),
            lone_jobs: Mutex::new(()),
            heartbeat: Heartbeat::default(),
            settings,
            world,
            database,
            redis,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// The catalogue of sentences.
    #[must_use]
    pub fn texts(&self) -> &Texts {
        &self.0.texts
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        self.0.world.clock.now()
    }

    /// Today in Phnom Penh.
    #[must_use]
    pub fn today(&self) -> Date {
        zone::day_of(self.now())
    }

    /// From here on the product says that it is not ready, so that no new requests are sent to it.
    pub fn begin_shutdown(&self) {
        self.0.is_closing.store(true, Ordering::Relaxed);
    }

    /// Waits for letters on their way and closes the connections, once the last request is answered.
    pub async fn close(&self) {
        self.0.background.done().await;
        self.0.database.close().await;
    }

    /// Runs the jobs in this process from now on.
    ///
    /// # Errors
    /// When the machine has no thread to spare.
    pub fn start_worker(&self) -> std::io::Result<Worker> {
        Worker::start(self.clone(), self.0.jobs.clone())
    }

    pub(crate) fn background(&self) -> &Background {
        &self.0.background
    }

    pub(crate) fn jobs(&self) -> &[Job] {
        &self.0.jobs
    }

    /// Held by the job of this process that runs alone, if one does.
    pub(crate) fn lone_jobs(&self) -> &Mutex<()> {
        &self.0.lone_jobs
    }

    pub(crate) fn heartbeat(&self) -> &Heartbeat {
        &self.0.heartbeat
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.0.is_closing.load(Ordering::Relaxed)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn ids(&self) -> &dyn IdSource {
        self.0.world.ids.as_ref()
    }

    pub(crate) fn integrations(&self) -> &Integrations {
        &self.0.world.integrations
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(crate) fn redis(&self) -> &Redis {
        &self.0.redis
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.0.cache
    }

    pub(crate) fn sessions(&self) -> &SessionStore {
        &self.0.sessions
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    pub(crate) fn guesses(&self) -> &Guesses {
        &self.0.guesses
    }

    pub(crate) fn access_tokens(&self) -> &AccessTokens {
        &self.0.access_tokens
    }

    pub(crate) fn refresh_tokens(&self) -> &RefreshTokens {
        &self.0.refresh_tokens
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn pictures(&self) -> &Pictures {
        &self.0.pictures
    }

    pub(crate) fn cursors(&self) -> &Cursors {
        &self.0.cursors
    }

    pub(crate) fn identifier_key(&self) -> &Key {
        &self.0.identifier_key
    }

    pub(crate) fn codes(&self) -> &CodeStore {
        &self.0.codes
    }

    pub(crate) fn code_key(&self) -> &Key {
        &self.0.code_key
    }

    /// The turns to export, each of which holds a connection for as long as somebody reads.
    pub(crate) fn exports(&self) -> &Arc<Semaphore> {
        &self.0.exports
    }

    pub(crate) fn offer_keys(&self) -> &OfferKeys {
        &self.0.offer_keys
    }

    /// The keys that receipts are named with: the present one, and the one before it.
    pub(crate) fn receipt_keys(&self) -> &[Key] {
        &self.0.receipt_keys
    }

    pub(crate) fn migrations(&self) -> &[String] {
        &self.0.migrations
    }

    pub(crate) fn lock_policy(&self) -> LockPolicy {
        let auth = &self.settings().auth;
        LockPolicy {
            max_failures: i32::try_from(auth.max_login_failures).unwrap_or(i32::MAX),
            duration: Duration::minutes(auth.lock_minutes.into()),
        }
    }

    pub(crate) fn adherence_policy(&self) -> AdherencePolicy {
        self.settings().adherence.policy()
    }

    pub(crate) fn pin_policy(&self) -> GuessPolicy {
        let auth = &self.settings().auth;
        GuessPolicy {
            max_failures: auth.max_pin_failures,
            lock: std::time::Duration::from_secs(u64::from(auth.pin_lock_minutes) * 60),
        }
    }
}
