//! What administrators do: over HTTP with a key, and on the command line (rules §2). They are no role of the product, so
//! the trail names the system as the actor.

mod doctors;
mod key;

pub use doctors::DoctorsQuery;
pub use key::AdministratorKey;
