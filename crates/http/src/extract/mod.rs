//! What handlers take from a request.

mod authenticated;
mod json;
mod path;
mod query;

pub(crate) use authenticated::Authenticated;
pub(crate) use json::ApiJson;
pub(crate) use path::ApiPath;
pub(crate) use query::ApiQuery;
