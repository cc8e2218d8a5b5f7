//! The keys that an identity provider signs with, as it publishes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use jsonwebtoken::DecodingKey;
use reqwest::header::{AGE, CACHE_CONTROL, HeaderMap};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex as TurnMutex;

use super::{GoogleSettings, IdentityError};
use crate::calls::{Calls, Effect, Failure};
use crate::http::{self, Answer, exchange, unsuccessful};
use crate::{ProviderSettings, SetupError};

/// A set of keys is a few kilobytes; more than this is none, in bytes.
const LARGEST_SET: usize = 256 << 10;

/// A set as it is published (RFC 7517). What we cannot use in it is passed over.
#[derive(Deserialize)]
struct Published {
    keys: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl PublishedKey {
    /// The key under its name, when it checks RS256.
    fn read(self) -> Option<(String, DecodingKey)> {
        let is_for = |value: &Option<String>, wanted: &str| value.as_ref().is_none_or(|value| value == wanted);
        let is_usable = self.kty == "RSA" && is_for(&self.purpose, "sig") && is_for(&self.alg, "RS256");
        let key = DecodingKey::from_rsa_components(&self.n?, &self.e?).ok()?;
        is_usable.then_some((self.kid?, key))
    }
}

/// What was fetched last.
struct Fetched {
    keys: HashMap<String, Arc<DecodingKey>>,
    /// Until when it may be used.
    fresh_until: OffsetDateTime,
}

/// What is known of the keys.
#[derive(Default)]
struct Known {
    fetched: Option<Fetched>,
    /// When an unknown key was looked for last.
    looked: Option<OffsetDateTime>,
    /// How many times they were fetched, or not, so far.
    attempts: u64,
    /// Why the last attempt failed.
    failure: Option<String>,
}

/// The keys of a provider, fetched when they are needed and kept as long as it says.
pub(super) struct Keys {
    client: Client,
    settings: GoogleSettings,
    known: Mutex<Known>,
    /// Whoever holds it fetches; the others wait for what comes of it.
    turn: TurnMutex<()>,
    calls: Calls,
}

impl Keys {
    pub(super) fn new(settings: &GoogleSettings, providers: &ProviderSettings) -> Result<Self, SetupError> {
        Ok(Self {
            client: http::client(settings.patience())?,
            settings: settings.clone(),
            known: Mutex::default(),
            turn: TurnMutex::default(),
            calls: Calls::new("google", providers),
        })
    }

    /// The key of this name at `now`. One that is not known may be new: it is looked for, but not with every token that
    /// somebody makes up.
    pub(super) async fn find(&self, name: &str, now: OffsetDateTime) -> Result<Arc<DecodingKey>, IdentityError> {
        let unknown = || IdentityError::Invalid("signed with an unknown key".to_owned());
        let (attempts, is_for_unknown) = match self.look(name, now) {
            Look::Found(key) => return Ok(key),
            Look::Unknown => return Err(unknown()),
            Look::Stale { attempts } => (attempts, false),
            Look::PerhapsNew { attempts } => (attempts, true),
        };
        self.fetch_once(attempts, is_for_unknown, now).await?;
        let known = self.known();
        let fetched = known.fetched.as_ref();
        fetched
            .and_then(|fetched| fetched.keys.get(name))
            .cloned()
            .ok_or_else(unknown)
    }

    fn look(&self, name: &str, now: OffsetDateTime) -> Look {
        let known = self.known();
        let attempts = known.attempts;
        let Some(fetched) = known.fetched.as_ref().filter(|fetched| now < fetched.fresh_until) else {
            return Look::Stale { attempts };
        };
        if let Some(key) = fetched.keys.get(name) {
            return Look::Found(key.clone());
        }
        let pause = Duration::seconds(self.settings.unknown_key_pause_s.into());
        if known.looked.is_some_and(|looked| now < looked + pause) {
            return Look::Unknown;
        }
        Look::PerhapsNew { attempts }
    }

    /// Fetches the keys, unless somebody else has tried to since the caller knew of `attempts`.
    async fn fetch_once(&self, attempts: u64, is_for_unknown: bool, now: OffsetDateTime) -> Result<(), IdentityError> {
        let _turn = self.turn.lock().await;
        let is_done = self.known().attempts != attempts;
        if !is_done {
            let fetched = self.calls.run(Effect::Idempotent, || self.fetch(now)).await;
            let mut known = self.known();
            known.attempts += 1;
            if is_for_unknown {
                known.looked = Some(now);
            }
            known.failure = fetched.as_ref().err().map(ToString::to_string);
            if let Ok(fetched) = fetched {
                known.fetched = Some(fetched);
            }
        }
        let failure = self.known().failure.clone();
        failure.map_or(Ok(()), |why| Err(IdentityError::Unavailable(why)))
    }

    async fn fetch(&self, now: OffsetDateTime) -> Result<Fetched, Failure> {
        let answer = exchange(self.client.get(&self.settings.keys_url), LARGEST_SET).await?;
        if answer.status != StatusCode::OK {
            return Err(unsuccessful(answer.status, &answer.headers));
        }
        self.read(&answer, now)
    }

    fn read(&self, answer: &Answer, now: OffsetDateTime) -> Result<Fetched, Failure> {
        let published: Published =
            serde_json::from_slice(&answer.body).map_err(|_| Failure::unclear("what came is no set of keys"))?;
        let keys: HashMap<_, _> = published
            .keys
            .into_iter()
            .filter_map(PublishedKey::read)
            .map(|(name, key)| (name, Arc::new(key)))
            .collect();
        if keys.is_empty() {
            return Err(Failure::unclear("there is no key to use among those that came"));
        }
        let (least, most) = (self.settings.keys_min_s.into(), self.settings.keys_max_s.into());
        let age = max_age(&answer.headers)
            .unwrap_or_default()
            .as_secs()
            .clamp(least, most);
        Ok(Fetched {
            keys,
            fresh_until: now + StdDuration::from_secs(age),
        })
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look at the known keys says.
enum Look {
    Found(Arc<DecodingKey>),
    /// It is not among them, and was not a moment ago either.
    Unknown,
    /// The keys are too old, or were never fetched; so many attempts were made until now.
    Stale {
        attempts: u64,
    },
    /// It is not among them, but may have been published since.
    PerhapsNew {
        attempts: u64,
    },
}

/// How long an answer may be kept, as it says itself.
fn max_age(headers: &HeaderMap) -> Option<StdDuration> {
    let control = headers.get(CACHE_CONTROL)?.to_str().ok()?.to_lowercase();
    let seconds = control
        .split(',')
        .find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<u64>().ok())?;
    let age = headers.get(AGE).and_then(|age| age.to_str().ok()?.parse().ok());
    Some(StdDuration::from_secs(seconds.saturating_sub(age.unwrap_or(0))))
}
