//! The failures of an operation, documented: one response for each status, with an example for each code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use das_tern_application::{Code, Error, FieldCode, FieldError, Texts};
use das_tern_domain::Language;
use serde_json::Value;
use utoipa::openapi::example::Example;
use utoipa::openapi::{Content, Header, Ref, RefOr, Response};

use crate::error::{Audience, FailureBody, retry_after, status};

/// What every request may come to.
pub(crate) const ALWAYS: &[Code] = &[Code::RateLimited, Code::Internal];
/// What a request that needs the database may come to.
pub(crate) const STORED: &[Code] = &[Code::Unavailable];
/// What a request of somebody who has to be signed in may come to.
pub(crate) const SIGNED_IN: &[Code] = &[
    Code::Unauthenticated,
    Code::TokenExpired,
    Code::TokenRevoked,
    Code::AccountUnconfirmed,
    Code::AccountPendingVerification,
    Code::AccountRejected,
];
/// What a request with fields, in its body or its query, may come to.
pub(crate) const FIELDS: &[Code] = &[Code::MalformedRequest, Code::ValidationError];
/// What a request with a body may come to, beside that.
pub(crate) const BODY: &[Code] = &[Code::PayloadTooLarge, Code::UnsupportedMediaType];

/// Names the failures of an operation, for the `responses` of its documentation.
macro_rules! failures {
    ($name:ident: $($codes:expr),+ $(,)?) => {
        pub(crate) struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                $crate::openapi::failures::documented(&[$($codes),+])
            }
        }
    };
}
pub(crate) use failures;

static TEXTS: LazyLock<Option<Texts>> = LazyLock::new(|| Texts::load().ok());

/// The responses for these codes, those of one status together.
pub(crate) fn documented(groups: &[&[Code]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in groups.iter().copied().flatten() {
        by_status.entry(status(code.kind()).as_u16()).or_default().push(*code);
    }
    by_status
        .into_iter()
        .map(|(status, codes)| (status.to_string(), response(&codes).into()))
        .collect()
}

fn response(codes: &[Code]) -> Response {
    let names: Vec<_> = codes.iter().map(|code| format!("`{}`", code.label())).collect();
    let examples = codes.iter().filter_map(|code| Some((code.label(), example(*code)?)));
    let content = Content::builder()
        .schema(Some(Ref::from_schema_name("Failure")))
        .examples_from_iter(examples);
    let response = Response::builder()
        .description(names.join(", "))
        .content("application/json", content.build());
    if codes.iter().any(|code| retry_after(&Error::new(*code)).is_some()) {
        return response
            .header("Retry-After", Header::new(utoipa::schema!(u64)))
            .build();
    }
    response.build()
}

fn example(code: Code) -> Option<Example> {
    let audience = Audience {
        texts: TEXTS.as_ref()?,
        language: Language::English,
        request_id: "0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e60",
        shows_causes: false,
    };
    let body = serde_json::to_value(FailureBody::new(&failure(code), audience)).ok()?;
    Some(
        Example::builder()
            .summary(code.label())
            .value(Some::<Value>(body))
            .build(),
    )
}

/// A failure with details as they may be.
fn failure(code: Code) -> Error {
    match code {
        Code::ValidationError => Error::invalid(vec![FieldError::new("identifier", FieldCode::Required)]),
        Code::RateLimited => Error::limited(12),
        Code::OtpCooldown => Error::new(code).with("retryAfter", 42),
        Code::OtpLocked => Error::new(code).with("retryAfter", 900),
        Code::AccountLocked => Error::new(code).with("lockedUntil", "2026-03-06T07:20:12.123+07:00"),
        Code::DoseWindowClosed => Error::new(code)
            .with("opensAt", "2026-03-06T00:00:00.000+07:00")
            .with("onTimeUntil", "2026-03-06T07:30:00.000+07:00")
            .with("closesAt", "2026-03-07T07:00:00.000+07:00"),
        Code::LimitReached => Error::new(code)
            .with("tier", "FREEMIUM")
            .with("limit", 1)
            .with("used", 1),
        Code::NudgeLimit => Error::new(code).with("retryAfter", 3600),
        Code::QuotaExceeded => Error::new(code)
            .with("used", 5_368_709_120_i64)
            .with("quota", 5_368_709_120_i64),
        Code::InvalidState => Error::new(code)
            .with("from", "INACTIVE")
            .with("allowed", ["ACTIVE", "PAUSED"]),
        Code::NotFound => Error::new(code).with("resource", "DoseEvent"),
        _ => Error::new(code),
    }
}
