//! The product as its clients see it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::unnecessary_wraps,
    clippy::unchecked_time_subtraction,
    unreachable_pub,
    reason = "everything here is a test: it stops where an expectation fails, and it is nobody's library"
)]

mod accounts;
mod administration;
mod audit;
mod auth;
mod cache;
mod connections;
mod conventions;
mod docker;
mod doses;
mod layers;
mod prescriptions;
mod resilience;
mod schema;
mod security;
mod seed;
mod sessions;
mod support;
mod users;
