//! The `das-tern` binary as its users see it. These tests stand here, and not with the others, because Cargo builds the
//! binary anew only for the tests of its own package.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod admin;
mod binary;
mod canaries;
mod configuration;
mod database;
mod healthcheck;
mod help;
mod killed;
mod serving;
