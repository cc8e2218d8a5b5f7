//! What people see and change of their own account.

mod doctors;
mod profile;
mod settings;
