//! The answer to a request that makes something.

use actix_web::HttpResponse;
use actix_web::http::header::HeaderName;
use serde::Serialize;

/// Says that an earlier request with the same idempotency key made it.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What was made, by this request or by an earlier one with the same key.
pub(crate) fn created(body: impl Serialize, is_replay: bool) -> HttpResponse {
    let mut answer = HttpResponse::Created();
    if is_replay {
        answer.insert_header((REPLAYED, "true"));
    }
    answer.json(body)
}
