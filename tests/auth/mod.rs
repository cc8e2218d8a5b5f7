//! Signing in, staying signed in, signing out (rules §2).

mod lock;
mod login;
mod refresh;
mod tokens;
