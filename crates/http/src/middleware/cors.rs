use actix_cors::Cors;
use actix_web::http::Method;

use crate::Settings;

/// What pages of other origins may read of an answer, beside its body.
const EXPOSED: [&str; 10] = [
    "Allow",
    "ETag",
    "Idempotency-Replayed",
    "Link",
    "Retry-After",
    "X-API-Version",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
];
/// How long a browser may remember that it may call, in seconds.
const MAX_AGE: usize = 3600;

/// Lets the pages of the allowed origins call the API. Tokens travel in a header, so there are no credentials that a
/// browser would add by itself.
pub(crate) fn cors(settings: &Settings) -> Cors {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    let cors = Cors::default()
        .allowed_methods(methods)
        .allow_any_header()
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE);
    if settings.allows_every_origin() {
        return cors.allow_any_origin().send_wildcard();
    }
    settings
        .cors_origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin))
}
