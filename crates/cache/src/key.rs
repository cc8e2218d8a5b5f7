use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long a value is cached where its key says nothing else (rules §14).
pub const DEFAULT_TTL: Duration = Duration::from_mins(5);

/// The name of a cached value, and with it the value's type and how long it may be kept.
pub trait CacheKey {
    /// What is cached, as JSON.
    type Value: Serialize + DeserializeOwned;
    /// What keys of this type begin with, such as `user:profile`. No two types share one.
    const NAMESPACE: &'static str;
    /// How long a value may be kept.
    const TTL: Duration = DEFAULT_TTL;

    /// Which of the values this is, such as the user's id.
    fn id(&self) -> String;
}

/// Cached values that a change has made stale, whatever their type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StaleKey {
    pub(crate) name: String,
    pub(crate) reach: Reach,
    pub(crate) ttl: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    One,
    /// Every key that begins with the name.
    Beginning,
}

impl StaleKey {
    /// The value of one key.
    #[must_use]
    pub fn of<K: CacheKey>(key: &K) -> Self {
        Self {
            name: name_of(key),
            reach: Reach::One,
            ttl: K::TTL,
        }
    }

    /// All values of a type whose ids begin with `id`; all of them when it is empty. Redis looks through all its keys
    /// for them, so prefer [`StaleKey::of`] where the ids are known.
    #[must_use]
    pub fn beginning<K: CacheKey>(id: &str) -> Self {
        Self {
            name: format!("{}:{id}", K::NAMESPACE),
            reach: Reach::Beginning,
            ttl: K::TTL,
        }
    }
}

impl fmt::Display for StaleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.reach {
            Reach::One => "",
            Reach::Beginning => "*",
        };
        write!(f, "{}{end}", self.name)
    }
}

pub(crate) fn name_of<K: CacheKey>(key: &K) -> String {
    format!("{}:{}", K::NAMESPACE, key.id())
}

/// A pattern for `SCAN` that matches whatever begins with `text`, taken literally.
pub(crate) fn beginning_with(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('*');
    pattern
}
