//! What tests start and ask with.

pub mod app;
pub mod client;
pub mod database;
pub mod google;
pub mod log;
pub mod outbox;
pub mod people;
pub mod redis;
pub mod wire;
mod world;

pub use app::TestApp;
