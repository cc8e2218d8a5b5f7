//! The list of attacks, and where each is tried. What a whole folder is about is tested there; what goes across all of the
//! product is tested here.
//!
//! | attack | tests |
//! | --- | --- |
//! | finding out who has an account, by answers, statuses and times | [`enumeration`] |
//! | guessing passwords, codes, PINs and keys | `auth::lock`, `accounts::confirm`, `accounts::reset`, `sessions::pin`, `administration::key`, [`guessing`] |
//! | locking somebody else out | `auth::lock` (live sessions go on), `accounts::confirm`, [`guessing`] |
//! | forged tokens: no algorithm, another one, key, audience, issuer, `kid`, kind | [`forged`], `auth::tokens` |
//! | expired, revoked and replayed tokens | `auth::tokens`, `auth::refresh`, `sessions::everywhere` |
//! | stolen tokens, and what a thief may do with one | `auth::refresh`, [`theft`] |
//! | taking over an account before its owner has it, or by a mistyped address | `sessions::takeover`, `users::email` |
//! | binding what a body must not bind | [`binding`] walks every operation |
//! | somebody else's things by their ids | `conventions::coverage` walks every operation |
//! | SQL, templates, markup, NUL and line breaks in every text | [`injection`] walks every operation |
//! | headers by way of names, addresses and file names | [`injection`] |
//! | texts of a mebibyte, nesting without end, forms without end, clients that do not finish | [`size`], `conventions::shapes` |
//! | addresses and numbers that look alike or are written in other letters | [`lookalikes`] |
//! | another client's address in a header of one's own | [`addresses`] |
//! | keeping the server busy with passwords | [`crowds`] |
//! | administration without the key | `administration::key` |
//! | secrets and names in the log | `crates/api/tests/cli/canaries.rs` drives the binary |

mod addresses;
mod binding;
mod crowds;
mod enumeration;
mod forged;
mod guessing;
mod injection;
mod lookalikes;
mod size;
mod theft;

use serde_json::{Value, json};

use crate::support::TestApp;

/// An app that lets a test ask more often than the limits would.
async fn unlimited() -> TestApp {
    TestApp::start_with(|config| {
        let limits = &mut config.application.limits;
        limits.auth_per_minute = 100_000;
        limits.auth_per_minute_per_ip = 100_000;
        limits.general_per_minute = 100_000;
    })
    .await
}

/// What a patient tells who registers, with another phone number each time.
fn registration(number: u32) -> Value {
    json!({
        "firstName": "សំណាង", "lastName": "សុខ", "gender": "MALE", "dateOfBirth": "1961-04-14",
        "phoneNumber": format!("+85596{number:07}"), "password": "correct horse",
    })
}
