//! What somebody who is signed in does about signing in, and signing in with Google (rules §2).

mod everywhere;
mod google;
mod list;
mod password;
mod pin;
mod takeover;
