//! The 11 tables of Das Tern as SeaORM entities, with the reads and writes that the use cases need.
//!
//! Depends on the domain for ids, enums and value types; knows neither HTTP nor Redis, and decides nothing. Another
//! service that shares the database starts here:
//!
//! ```no_run
//! # async fn example() -> Result<(), das_tern_persistence::Error> {
//! use das_tern_domain::SubscriptionTier;
//! use das_tern_persistence::entities::subscription;
//! use das_tern_persistence::{Database, Settings};
//! use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
//!
//! let settings = Settings::new("postgres://localhost/das_tern".into());
//! let database = Database::connect(&settings).await?;
//! let paying = subscription::Entity::find()
//!     .filter(subscription::Column::Tier.ne(SubscriptionTier::Freemium))
//!     .count(database.connection())
//!     .await?;
//! println!("{paying} paying subscriptions");
//! # Ok(())
//! # }
//! ```
//!
//! To add a query: put it in the module of its noun, as a function over `&impl ConnectionTrait` whose SQL selects just
//! what its caller shows, and name in its documentation which rows come in which order. To add a column: write a
//! migration, then the field of its entity; a test tells when the two differ. To add a constraint: name it in the
//! migration and in [`constraints`]; a violation then arrives as an [`Error`] with that name.

#[macro_use]
pub mod sights;

pub mod audit_logs;
mod connect;
mod connection;
pub mod connection_offers;
pub mod connections;
pub mod constraints;
pub mod doctors;
pub mod doses;
pub mod effects;
pub mod emails;
pub mod entities;
mod error;
pub mod export;
pub mod google;
pub mod leaving;
pub mod meal_times;
pub mod migrations;
pub mod nudges;
mod pool;
pub mod prescriptions;
pub mod profiles;
pub mod registrations;
mod settings;
pub mod sign_in;
mod sql;
mod unit;
pub mod users;
pub mod verification;

pub use connect::Database;
pub use connection::{Connection, Session, Transaction};
pub use error::{Cause, Error};
pub use pool::PoolStatus;
pub use settings::Settings;
pub use unit::Unit;
