//! What handlers take from a request.

mod administrator;
mod authenticated;
mod body;
mod caller;
mod claimed;
mod creation;
mod json;
mod path;
mod query;

pub(crate) use administrator::Administrator;
pub(crate) use authenticated::Authenticated;
pub(crate) use body::{Held, Incoming, patience};
pub(crate) use caller::Caller;
pub(crate) use claimed::Claimed;
pub(crate) use creation::{Creation, CreationParams};
pub(crate) use json::ApiJson;
pub(crate) use path::ApiPath;
pub(crate) use query::ApiQuery;
