//! What people see and change of their own account.

mod doctors;
mod email;
mod export;
mod leaving;
mod profile;
mod settings;
