use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::Settings;
use crate::context::RequestContext;

pub(super) static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static X_API_VERSION: HeaderName = HeaderName::from_static("x-api-version");
pub(crate) static X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
pub(crate) static X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
pub(crate) static X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// What stands in an answer that does not say otherwise itself.
static DEFAULTS: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];
static ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// `Strict-Transport-Security`, where the settings ask for it.
pub(super) fn hsts(settings: &Settings) -> Option<HeaderValue> {
    let seconds = settings.hsts_max_age_s;
    let value = HeaderValue::from_str(&format!("max-age={seconds}; includeSubDomains")).ok();
    value.filter(|_| seconds > 0)
}

/// The headers that every answer carries.
pub(super) fn dress(headers: &mut HeaderMap, context: &RequestContext, hsts: Option<&HeaderValue>) {
    headers.insert(X_REQUEST_ID.clone(), context.request_id.clone());
    headers.insert(X_API_VERSION.clone(), HeaderValue::from_static("1"));
    // A refusal by another limit has said so already.
    if !headers.contains_key(&X_RATELIMIT_LIMIT) {
        let admission = context.admission;
        headers.insert(X_RATELIMIT_LIMIT.clone(), admission.limit.into());
        headers.insert(X_RATELIMIT_REMAINING.clone(), admission.remaining.into());
        headers.insert(X_RATELIMIT_RESET.clone(), admission.reset_seconds.into());
    }
    for (name, value) in &ALWAYS {
        headers.insert(name.clone(), value.clone());
    }
    for (name, value) in &DEFAULTS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Some(hsts) = hsts {
        headers.insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    // The gate's mark on answers that are too small to compress.
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding == "identity")
    {
        headers.remove(CONTENT_ENCODING);
    }
}
