//! The cache, but for storing values, which is in `load.rs`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use redis::{RedisResult, Script};
use serde::de::DeserializeOwned;

use crate::counts::{Counters, Outcome};
use crate::debts::Debts;
use crate::flights::Flights;
use crate::key::{Reach, beginning_with, name_of};
use crate::link::Link;
use crate::{CacheCounts, CacheKey, Error, Redis, StaleKey};

static INCR: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/incr.lua")));
static EXPIRE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/expire.lua")));

/// How long a loader may take until what it brings is no longer stored.
pub(crate) const LEASE: Duration = Duration::from_secs(10);

/// How many keys one step of a drop by pattern looks at, or drops; between two steps Redis serves others.
const BATCH: usize = 500;

/// How long to wait before another attempt to pay what is owed, when nobody reads meanwhile.
const PAYMENT_PAUSE: Duration = Duration::from_secs(1);

/// Cached values (rules §14). Cheap to clone; clones share their counts, loaders and debts.
///
/// A cache that cannot be reached has nothing in it: no call fails. What could not be dropped, because Redis was away,
/// is dropped before this process believes any cached value again. Another process, which may have reached Redis all the
/// time, can read the old value until its lifetime is over; so can this one's successor, if it ends before.
#[derive(Clone)]
pub struct Cache(pub(crate) Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) redis: Redis,
    pub(crate) flights: Flights,
    counters: Counters,
    debts: Debts,
    is_paying: tokio::sync::Mutex<()>,
    pays_later: AtomicBool,
}

impl Cache {
    /// A cache in `redis`. A process has one.
    #[must_use]
    pub fn new(redis: Redis) -> Self {
        Self(Arc::new(Parts {
            redis,
            flights: Flights::default(),
            counters: Counters::default(),
            debts: Debts::new(LEASE),
            is_paying: tokio::sync::Mutex::new(()),
            pays_later: AtomicBool::new(false),
        }))
    }

    /// The cached value.
    pub async fn get<K: CacheKey>(&self, key: &K) -> Option<K::Value> {
        let name = &self.name(key);
        let found = self.believed(|link| async move {
            let stored: Option<Vec<u8>> = redis::cmd("GET").arg(name).query_async(&mut link.connection()).await?;
            let decoded = stored.as_deref().and_then(|stored| decode(&link, stored));
            Ok(decoded.map(|(value, _): (K::Value, _)| value))
        });
        let found = found.await;
        self.count::<K>(match &found {
            Ok(Some(_)) => Outcome::Hit,
            Ok(None) => Outcome::Miss,
            Err(_) => Outcome::Error,
        });
        found.ok().flatten()
    }

    /// Caches a value that the caller knows to be current, for the lifetime of its key. Prefer
    /// [`Cache::get_or_load`], which also knows when the value has changed meanwhile.
    pub async fn set<K: CacheKey>(&self, key: &K, value: &K::Value) {
        let stale = [StaleKey::of(key)];
        let promise = Promise::new(self, &stale);
        promise.settle(&self.replace(key, value).await);
    }

    /// Drops a value.
    pub async fn del<K: CacheKey>(&self, key: &K) {
        self.forget(&[StaleKey::of(key)]).await;
    }

    /// Drops all values of a type whose ids begin with `id`. Redis serves others meanwhile, however many there are.
    pub async fn del_pattern<K: CacheKey>(&self, id: &str) {
        self.forget(&[StaleKey::beginning::<K>(id)]).await;
    }

    /// Drops what a change has made stale; call it after the commit. A value that somebody loaded before the change and
    /// has not stored yet will not be stored.
    pub async fn forget(&self, keys: &[StaleKey]) {
        if keys.is_empty() {
            return;
        }
        let promise = Promise::new(self, keys);
        promise.settle(&self.drop_now(keys).await);
    }

    /// Whether a value is cached.
    pub async fn exists<K: CacheKey>(&self, key: &K) -> bool {
        self.ttl(key).await.is_some()
    }

    /// How long a cached value will live on.
    pub async fn ttl<K: CacheKey>(&self, key: &K) -> Option<Duration> {
        let name = &self.name(key);
        let left = self.believed(|link| async move {
            let tag = tag(&link);
            let mut commands = redis::pipe();
            commands
                .cmd("GETRANGE")
                .arg(name)
                .arg(0)
                .arg(tag.len() - 1)
                .cmd("PTTL")
                .arg(name);
            let (start, left): (Vec<u8>, i64) = commands.query_async(&mut link.connection()).await?;
            Ok(u64::try_from(left).ok().filter(|_| start == tag.as_bytes()))
        });
        left.await.ok().flatten().map(Duration::from_millis)
    }

    /// Gives a cached value a new lifetime, at most that of its key; whether there was one.
    pub async fn expire<K: CacheKey>(&self, key: &K, lifetime: Duration) -> bool {
        let name = &self.name(key);
        let lifetime = milliseconds(lifetime.min(K::TTL));
        let expired = self.believed(|link| async move {
            EXPIRE
                .key(name)
                .arg(tag(&link))
                .arg(lifetime)
                .invoke_async(&mut link.connection())
                .await
        });
        expired.await.unwrap_or(false)
    }

    /// Adds to a counter, which starts at zero and lives from its first count on; the new count, or nothing without
    /// Redis. Should the connection break at this moment, one step may be counted twice.
    pub async fn incr<K: CacheKey<Value = i64>>(&self, key: &K, step: i64) -> Option<i64> {
        let name = &self.name(key);
        let lifetime = milliseconds(K::TTL);
        let count = self.believed(|link| async move {
            INCR.key(name)
                .arg(tag(&link))
                .arg(step)
                .arg(lifetime)
                .invoke_async(&mut link.connection())
                .await
        });
        count.await.ok()
    }

    /// How the reads of this process went so far.
    #[must_use]
    pub fn counts(&self) -> CacheCounts {
        self.0.counters.read()
    }

    pub(crate) fn count<K: CacheKey>(&self, outcome: Outcome) {
        self.0.counters.count(K::NAMESPACE, outcome);
    }

    pub(crate) fn name<K: CacheKey>(&self, key: &K) -> String {
        self.0.redis.key(&name_of(key))
    }

    /// Asks Redis something whose answer may be believed: nothing is owed to it.
    pub(crate) async fn believed<T, F>(&self, request: impl Fn(Arc<Link>) -> F) -> Result<T, Error>
    where
        F: Future<Output = RedisResult<T>>,
    {
        if self.0.debts.exist() && !self.pay().await {
            return Err(Error::Away);
        }
        self.0.redis.exchange(request).await
    }

    async fn drop_now(&self, keys: &[StaleKey]) -> Result<(), Error> {
        let redis = &self.0.redis;
        let mut names = Vec::new();
        let mut patterns = Vec::new();
        for key in keys {
            match key.reach {
                Reach::One => names.push(redis.key(&key.name)),
                Reach::Beginning => patterns.push(beginning_with(&redis.key(&key.name))),
            }
        }
        for names in names.chunks(BATCH) {
            let _: u64 = redis.query(redis::cmd("UNLINK").arg(names)).await?;
        }
        for pattern in &patterns {
            redis
                .exchange(|link| async move { unlink_matching(&link, pattern).await })
                .await?;
        }
        Ok(())
    }

    /// Carries out the drops that are owed; whether nothing is owed any more. One caller at a time does, and the others
    /// do without the cache.
    async fn pay(&self) -> bool {
        let Ok(_turn) = self.0.is_paying.try_lock() else {
            return false;
        };
        let due = self.0.debts.due(Instant::now());
        let keys: Vec<StaleKey> = due.iter().map(|(key, _)| key.clone()).collect();
        if self.drop_now(&keys).await.is_ok() {
            self.0.debts.paid(&due);
        }
        !self.0.debts.exist()
    }

    fn owe(&self, keys: &[StaleKey]) {
        self.0.debts.owe(keys, Instant::now());
        if let Ok(runtime) = tokio::runtime::Handle::try_current()
            && !self.0.pays_later.swap(true, Ordering::AcqRel)
        {
            runtime.spawn(pay_later(self.clone()));
        }
    }
}

/// Pays what is owed as soon as Redis is back, for the sake of the other processes that read there.
async fn pay_later(cache: Cache) {
    loop {
        if !cache.pay().await {
            tokio::time::sleep(PAYMENT_PAUSE).await;
            continue;
        }
        cache.0.pays_later.store(false, Ordering::Release);
        let is_needed = cache.0.debts.exist() && !cache.0.pays_later.swap(true, Ordering::AcqRel);
        if !is_needed {
            return;
        }
    }
}

/// Keys that are being dropped. Unless that succeeds they are owed, also when the caller stops waiting.
struct Promise<'a> {
    cache: &'a Cache,
    keys: &'a [StaleKey],
    is_kept: bool,
}

impl<'a> Promise<'a> {
    fn new(cache: &'a Cache, keys: &'a [StaleKey]) -> Self {
        Self {
            cache,
            keys,
            is_kept: false,
        }
    }

    fn settle(mut self, result: &Result<(), Error>) {
        self.is_kept = result.is_ok();
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.cache.owe(self.keys);
        }
    }
}

async fn unlink_matching(link: &Link, pattern: &str) -> RedisResult<()> {
    let mut connection = link.connection();
    let mut cursor = 0_u64;
    loop {
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(BATCH);
        let (next, names): (u64, Vec<Vec<u8>>) = scan.query_async(&mut connection).await?;
        if !names.is_empty() {
            let _: u64 = redis::cmd("UNLINK").arg(names).query_async(&mut connection).await?;
        }
        if next == 0 {
            return Ok(());
        }
        cursor = next;
    }
}

/// What the values of this life of the server begin with.
pub(crate) fn tag(link: &Link) -> String {
    format!("{}:", link.life)
}

/// A stored value and its JSON, if it is to be believed.
pub(crate) fn decode<'a, V: DeserializeOwned>(link: &Link, stored: &'a [u8]) -> Option<(V, &'a str)> {
    let json = stored.strip_prefix(link.life.as_bytes())?.strip_prefix(b":")?;
    let json = std::str::from_utf8(json).ok()?;
    Some((serde_json::from_str(json).ok()?, json))
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
