use std::sync::{Arc, LazyLock};

use redis::{Cmd, Script};

use crate::cache::{LEASE, decode, milliseconds, tag};
use crate::counts::Outcome;
use crate::flights::{Flight, Landing, Part};
use crate::link::Link;
use crate::{Cache, CacheKey, Error};

static FILL: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/fill.lua")));

/// What a read found.
enum Read<V> {
    Hit { value: V, json: Arc<str> },
    Leased(Lease),
}

/// The right to store a value under a key, until the key is dropped or somebody else takes the right.
///
/// It stands in the value's place. Whoever has it knows that Redis took it before they loaded, and so before any change
/// that they did not see; a request that was merely sent may arrive much later.
struct Lease {
    mark: String,
    /// What the value will begin with. Should another server take over meanwhile, one that may have missed a drop, the
    /// value will not be believed there.
    tag: String,
}

impl Lease {
    fn next(link: &Link) -> Self {
        Self {
            mark: format!("lease:{}", link.next_name()),
            tag: tag(link),
        }
    }

    fn take(&self, name: &str) -> Cmd {
        let mut command = redis::cmd("SET");
        command.arg(name).arg(&self.mark).arg("PX").arg(milliseconds(LEASE));
        command
    }
}

impl Cache {
    /// The cached value, or else what `load` brings, which is then cached.
    ///
    /// Within this process one caller loads and the others wait for the value. A value is stored only if its key was not
    /// dropped since before it was loaded, and it is shared only with callers for whom it is recent enough: a caller
    /// never gets what a change, finished before the call, has made stale.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn get_or_load<K: CacheKey, E>(
        &self,
        key: &K,
        load: impl AsyncFnOnce() -> Result<K::Value, E>,
    ) -> Result<K::Value, E> {
        let name = self.name(key);
        // Who has waited for one flight asked before the next began, so anything that one brings is recent enough.
        let mut has_waited = false;
        loop {
            let waiting = match self.0.flights.join(&name) {
                Part::Lead(flight) => return self.lead::<K, E>(&name, flight, load).await,
                Part::Wait(waiting) => waiting,
            };
            let is_early = !waiting.is_late;
            match waiting.landing().await {
                Some(Landing::Value { json, is_current }) if has_waited || (is_current && is_early) => {
                    self.count::<K>(Outcome::Miss);
                    return match serde_json::from_str(&json) {
                        Ok(value) => Ok(value),
                        Err(_) => load().await,
                    };
                }
                // Waiting in line for a loader that fails would make the last in line wait for all of them.
                Some(Landing::Failed) => {
                    self.count::<K>(Outcome::Miss);
                    return load().await;
                }
                Some(Landing::Value { .. }) | None => has_waited = true,
            }
        }
    }

    async fn lead<K: CacheKey, E>(
        &self,
        name: &str,
        flight: Flight,
        load: impl AsyncFnOnce() -> Result<K::Value, E>,
    ) -> Result<K::Value, E> {
        let lease = match self.read::<K>(name).await {
            Ok(Read::Hit { value, json }) => {
                self.count::<K>(Outcome::Hit);
                flight.land(Landing::Value {
                    json,
                    is_current: false,
                });
                return Ok(value);
            }
            Ok(Read::Leased(lease)) => {
                self.count::<K>(Outcome::Miss);
                Some(lease)
            }
            Err(_) => {
                self.count::<K>(Outcome::Error);
                None
            }
        };
        let loaded = load().await;
        let Some(json) = loaded.as_ref().ok().and_then(|value| serde_json::to_string(value).ok()) else {
            flight.land(Landing::Failed);
            return loaded;
        };
        let mut is_current = false;
        if let Some(lease) = lease {
            flight.seal();
            is_current = self.fill::<K>(name, &lease, &json).await.unwrap_or(false);
        }
        flight.land(Landing::Value {
            json: json.into(),
            is_current,
        });
        loaded
    }

    /// Reads a value or leases its place, in one round trip. A place that is leased to another process, or that holds
    /// what cannot be believed, takes one more.
    async fn read<K: CacheKey>(&self, name: &str) -> Result<Read<K::Value>, Error> {
        self.believed(|link| async move {
            let mut connection = link.connection();
            let lease = Lease::next(&link);
            let mut read = lease.take(name);
            let stored: Option<Vec<u8>> = read.arg("NX").arg("GET").query_async(&mut connection).await?;
            let Some(stored) = stored else {
                return Ok(Read::Leased(lease));
            };
            if let Some((value, json)) = decode(&link, &stored) {
                return Ok(Read::Hit {
                    value,
                    json: json.into(),
                });
            }
            let () = lease.take(name).query_async(&mut connection).await?;
            Ok(Read::Leased(lease))
        })
        .await
    }

    /// Stores a value in the place of whatever is there.
    pub(crate) async fn replace<K: CacheKey>(&self, key: &K, value: &K::Value) -> Result<(), Error> {
        let name = self.name(key);
        let name = name.as_str();
        let taken = self.0.redis.exchange(|link| async move {
            let lease = Lease::next(&link);
            let () = lease.take(name).query_async(&mut link.connection()).await?;
            Ok(lease)
        });
        let lease = taken.await?;
        if let Ok(json) = serde_json::to_string(value) {
            self.fill::<K>(name, &lease, &json).await?;
        }
        Ok(())
    }

    async fn fill<K: CacheKey>(&self, name: &str, lease: &Lease, json: &str) -> Result<bool, Error> {
        let mut script = FILL.key(name);
        script
            .arg(&lease.mark)
            .arg(format!("{}{json}", lease.tag))
            .arg(milliseconds(K::TTL));
        self.0.redis.run(&script).await
    }
}
