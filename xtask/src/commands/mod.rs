//! The commands, one file each.

mod bench;
mod check;
mod compose;
mod contract;
mod dev;
mod down;
mod new_migration;
mod server;
mod test;
mod up;
mod with_services;

pub use bench::{BenchOptions, bench};
pub use check::check;
pub use contract::contract;
pub use down::{down, reset};
pub use new_migration::new_migration;
pub use test::test;
pub use up::{UpOptions, up};
pub use with_services::with_services;
