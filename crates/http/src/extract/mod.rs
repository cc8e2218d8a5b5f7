//! What handlers take from a request.

mod administrator;
mod authenticated;
mod creation;
mod json;
mod path;
mod query;

pub(crate) use administrator::Administrator;
pub(crate) use authenticated::Authenticated;
pub(crate) use creation::{Creation, CreationParams};
pub(crate) use json::ApiJson;
pub(crate) use path::ApiPath;
pub(crate) use query::ApiQuery;
