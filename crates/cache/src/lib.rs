//! Redis for Das Tern, which may be slow, empty, full or away at any moment.
//!
//! This crate depends on `das-tern-domain` and knows neither SQL nor HTTP. It offers:
//!
//! - [`Cache`]: typed keys, cache-aside with one loader at a time, and drops that are made up for after an outage;
//! - [`Limiter`]: exact sliding windows in one round trip, with an in-process stand-in;
//! - [`Guesses`]: wrong PINs and the like in a row, with a stand-in too;
//! - [`SessionStore`]: refresh sessions whose tokens are rotated;
//! - [`CodeStore`]: one-time codes, and how often they may be sent and guessed.
//!
//! All of them share one [`Redis`], a connection that is opened by the first command and comes back by itself. The cache,
//! the limiter and the guesses never fail; sessions and codes answer [`Error`] while Redis is away.
//!
//! # One more key
//!
//! A key is a type: implement [`CacheKey`] where its value's type lives, choose a namespace that nobody has, and list
//! [`StaleKey::of`] it wherever a change makes it stale.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use das_tern_cache::{Cache, CacheKey, Redis, Settings, StaleKey};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Clinic {
//!     name: String,
//! }
//!
//! struct ClinicKey(u64);
//!
//! impl CacheKey for ClinicKey {
//!     type Value = Clinic;
//!     const NAMESPACE: &'static str = "clinic";
//!     const TTL: Duration = Duration::from_secs(600);
//!
//!     fn id(&self) -> String {
//!         self.0.to_string()
//!     }
//! }
//!
//! # async fn read_the_database() -> Result<Clinic, std::io::Error> { Ok(Clinic { name: String::new() }) }
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let redis = Redis::new(&Settings::new("redis://localhost".into()))?;
//! let cache = Cache::new(redis);
//! let clinic = cache.get_or_load(&ClinicKey(7), read_the_database).await?;
//! println!("{}", clinic.name);
//! cache.forget(&[StaleKey::of(&ClinicKey(7))]).await;
//! # Ok(())
//! # }
//! ```

mod cache;
mod client;
mod codes;
mod counts;
mod debts;
mod error;
mod flights;
mod guesses;
mod key;
mod limiter;
mod link;
mod load;
mod sessions;
mod settings;

pub use cache::Cache;
pub use client::Redis;
pub use codes::{CodeRequest, CodeStore, Issued, Verified};
pub use counts::CacheCounts;
pub use error::Error;
pub use guesses::{GuessPolicy, Guesses};
pub use key::{CacheKey, DEFAULT_TTL, StaleKey};
pub use limiter::{Admission, Limiter, Rule};
pub use sessions::{NewSession, Rotation, RotationRequest, Session, SessionStore};
pub use settings::Settings;
