//! The cache crate as its users see it, over a real Redis that is well, slow, empty, full or away.

mod drops;
mod limits;
mod loading;
mod outages;
mod patterns;
mod sessions;
mod values;

use std::future::{Ready, ready};
use std::time::Duration;

use das_tern_cache::CacheKey;

/// A key with the usual lifetime.
#[derive(Clone, Copy)]
pub struct Profile(pub u32);

impl CacheKey for Profile {
    type Value = String;
    const NAMESPACE: &'static str = "user:profile";

    fn id(&self) -> String {
        self.0.to_string()
    }
}

/// A key whose value is soon gone.
#[derive(Clone, Copy)]
pub struct Brief;

impl CacheKey for Brief {
    type Value = i64;
    const NAMESPACE: &'static str = "brief";
    const TTL: Duration = Duration::from_millis(200);

    fn id(&self) -> String {
        "only".to_owned()
    }
}

/// A key of which there are many for one owner.
pub struct Day {
    pub owner: String,
    pub day: u32,
}

impl CacheKey for Day {
    type Value = u64;
    const NAMESPACE: &'static str = "doses:day";

    fn id(&self) -> String {
        format!("{}:{}", self.owner, self.day)
    }
}

/// What a loader brings.
pub fn loaded(value: &str) -> Ready<Result<String, ()>> {
    ready(Ok(value.to_owned()))
}
