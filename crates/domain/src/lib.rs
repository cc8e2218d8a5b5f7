//! The types and rules of Das Tern: what a dose, a connection or an account may become, and when.
//!
//! Everything here is pure and synchronous. Time and ids come in as parameters; there is no database, no Redis,
//! no web framework, no clock and no randomness, so another service can use the rules as they are:
//!
//! ```
//! use das_tern_domain::DoseWindow;
//! use das_tern_domain::zone;
//!
//! let scheduled = zone::parse_instant("2026-03-06T07:00:00")?;
//! let window = DoseWindow::of(scheduled, scheduled + std::time::Duration::from_secs(30 * 60));
//! assert!(window.contains(zone::parse_instant("2026-03-06T07:20:00+07:00")?));
//! # Ok::<(), zone::InvalidTime>(())
//! ```
//!
//! To add a rule: write the decision as a method that takes the facts and returns the new state with an event, name
//! the section of `docs/rules.md` it comes from, and test every transition beside it. A new [`Event`] then asks, by
//! failing to compile, for its audit entry, its notifications and the cached values it makes stale.
//!
//! The features `sea-orm` and `openapi` derive what the persistence and the http crates need on ids and enums.

pub mod access;
mod account;
mod adherence;
mod connection;
mod contact;
mod device;
mod dosage;
mod dose;
mod enums;
mod event;
mod ids;
mod leaving;
mod one_time_code;
mod password;
mod preferences;
mod prescription;
mod profile;
mod registration;
mod sign_in;
mod specialty;
mod verification;
pub mod zone;

pub use account::*;
pub use adherence::*;
pub use connection::*;
pub use contact::*;
pub use device::*;
pub use dosage::*;
pub use dose::*;
pub use enums::*;
pub use event::*;
pub use ids::*;
pub use leaving::*;
pub use one_time_code::*;
pub use password::*;
pub use preferences::*;
pub use prescription::*;
pub use profile::*;
pub use registration::*;
pub use sign_in::*;
pub use specialty::*;
pub use verification::*;
pub use zone::ClockTime;
