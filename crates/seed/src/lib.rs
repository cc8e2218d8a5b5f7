//! Realistic demonstration data for Das Tern, in Khmer and English, and large databases for benchmarks.
//!
//! Depends on the domain, which places the doses, and on the entities of the persistence crate. Every account has the
//! password that is written here, so nothing but a development or test database may be seeded; the binary refuses others.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use das_tern_persistence::{Database, Settings};
//! use time::macros::datetime;
//!
//! let database = Database::connect(&Settings::new("postgres://localhost/das_tern".into())).await?;
//! if das_tern_seed::is_empty(&database).await? {
//!     println!("{}", das_tern_seed::demo(&database, datetime!(2026-03-06 09:00 +7)).await?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The demonstration is a small play. To add a person, a connection or a prescription, add an entry to `demo/cast.rs`,
//! `demo/links.rs` or `demo/treatments.rs`; the doses, notifications and audit entries that follow from it are made for
//! it. Keys are never reused: the ids are derived from them, which is what makes seeding twice add nothing.

mod demo;
mod error;
mod insert;
mod large;
mod summary;

use bcrypt::BcryptError;
use das_tern_persistence::Database;
use das_tern_persistence::entities::user;
use sea_orm::{EntityTrait, QuerySelect};

pub use demo::{LOGINS, Login, demo};
pub use error::Error;
pub use large::{large, large_doctor_phone, large_patient_phone};
pub use summary::Summary;

/// The password of every seeded account.
pub const PASSWORD: &str = "password123";

/// The lowest cost that the rules allow (rules §2).
const BCRYPT_COST: u32 = 10;

/// Whether nobody has an account yet.
///
/// # Errors
/// When the database fails.
pub async fn is_empty(database: &Database) -> Result<bool, Error> {
    let anybody = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .into_tuple::<das_tern_domain::UserId>()
        .one(database.connection())
        .await?;
    Ok(anybody.is_none())
}

/// Hashed once for everybody, as a hash takes a good part of a tenth of a second.
fn password_hash() -> Result<String, BcryptError> {
    bcrypt::hash(PASSWORD, BCRYPT_COST)
}
