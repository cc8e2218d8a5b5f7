//! Conditional requests: `ETag`, `If-None-Match` and `If-Match`.

use actix_web::http::header::{ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// A thing with its version; 304 without a body when the client has that version.
pub(crate) fn shown(request: &HttpRequest, version: &str, body: impl Serialize) -> HttpResponse {
    let is_known = versions(request, &IF_NONE_MATCH).is_some_and(|known| known.iter().any(|known| known == version));
    if is_known {
        return HttpResponse::NotModified()
            .insert_header((ETAG, etag(version)))
            .finish();
    }
    changed(version, body)
}

/// A thing as it is now, with its version, whatever the client has.
pub(crate) fn changed(version: &str, body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, etag(version))).json(body)
}

/// The versions that a change may be made to; `None` is any.
pub(crate) fn expected(request: &HttpRequest) -> Option<Vec<String>> {
    versions(request, &IF_MATCH)
}

/// A version as it stands in `ETag`.
pub(crate) fn etag(version: &str) -> String {
    format!("\"{version}\"")
}

/// The versions that a condition names; `None` without one, and for `*`, which any version fulfils.
fn versions(request: &HttpRequest, header: &HeaderName) -> Option<Vec<String>> {
    let text = request.headers().get(header)?.to_str().unwrap_or_default();
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    (text.trim() != "*").then(|| text.split(',').map(plain).collect())
}
