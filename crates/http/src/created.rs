//! The answer to a request that makes something.

use actix_web::http::header::{ETAG, HeaderName};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use crate::conditions;

/// Says that an earlier request with the same idempotency key made it.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What was made, by this request or by an earlier one with the same key.
pub(crate) fn created(body: impl Serialize, is_replay: bool) -> HttpResponse {
    answer(is_replay, None).json(body)
}

/// The same of something that is changed in versions, with the one that it has.
pub(crate) fn created_version(version: &str, body: impl Serialize, is_replay: bool) -> HttpResponse {
    answer(is_replay, Some(version)).json(body)
}

fn answer(is_replay: bool, version: Option<&str>) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Created();
    if is_replay {
        answer.insert_header((REPLAYED, "true"));
    }
    if let Some(version) = version {
        answer.insert_header((ETAG, conditions::etag(version)));
    }
    answer
}
