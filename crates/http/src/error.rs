//! Failures as HTTP: the only statuses, and the one shape of the body.

use std::error::Error as StdError;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use das_tern_application::{Code, Error, FieldCode, Kind, Texts};
use das_tern_domain::Language;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, ObjectBuilder};

use crate::context::RequestContext;
use crate::middleware::headers::{X_RATELIMIT_LIMIT, X_RATELIMIT_REMAINING, X_RATELIMIT_RESET};
use crate::openapi::Instant;
use crate::routes::DoseBody;

/// How long a client waits for something that is away, in seconds.
const UNAVAILABLE_RETRY_AFTER: u64 = 2;

/// The status of each kind of failure.
pub(crate) fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::Missing => StatusCode::NOT_FOUND,
        Kind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stale => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Limited => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The code of a refusal that did not come from us, by its status.
fn foreign_code(status: StatusCode) -> Code {
    if status.is_client_error() {
        Code::MalformedRequest
    } else {
        Code::Internal
    }
}

/// A failed request. Its body is written where the request's id and language are known, in the outermost middleware.
pub(crate) struct Failure {
    error: Error,
    allow: Option<HeaderValue>,
}

impl Failure {
    /// A path that is called with a verb that it does not have.
    pub(crate) fn wrong_method(allow: HeaderValue) -> Self {
        Self {
            error: Error::new(Code::MethodNotAllowed),
            allow: Some(allow),
        }
    }

    /// A handler that panicked.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let literal = payload.downcast_ref::<&str>().copied();
        let message = literal.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Error::internal(format!("panicked: {}", message.unwrap_or("without a message"))).into()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, allow: None }
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Error::new(code).into()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(self.error.code().kind())
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::new(self.status_code());
        let headers = answer.headers_mut();
        if let Some(allow) = &self.allow {
            headers.insert(ALLOW, allow.clone());
        }
        if let Some(seconds) = retry_after(&self.error) {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        let figure = |name| self.error.details().get(name).and_then(Value::as_u64);
        if let (Kind::Limited, Some(limit), Some(reset)) =
            (self.error.code().kind(), figure("limit"), figure("resetAfter"))
        {
            headers.insert(X_RATELIMIT_LIMIT.clone(), limit.into());
            headers.insert(X_RATELIMIT_REMAINING.clone(), HeaderValue::from_static("0"));
            headers.insert(X_RATELIMIT_RESET.clone(), reset.into());
        }
        if self.error.code().kind() == Kind::Unauthenticated {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

/// How long to wait before asking again, in seconds, where asking again may help.
pub(crate) fn retry_after(error: &Error) -> Option<u64> {
    match error.code().kind() {
        Kind::Limited => Some(error.details().get("retryAfter").and_then(Value::as_u64).unwrap_or(1)),
        Kind::Unavailable => Some(UNAVAILABLE_RETRY_AFTER),
        _ => None,
    }
}

/// Why a request failed, for people and for programs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Failure)]
pub(crate) struct FailureBody<'a> {
    /// A sentence in the caller's language.
    message: String,
    error: FailureDetails<'a>,
}

/// The failure, for programs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FailureDetails<'a> {
    /// The stable code.
    #[schema(schema_with = codes)]
    code: &'static str,
    /// The sentence again.
    message: String,
    messages: Messages,
    #[schema(value_type = FailureExtrasShape)]
    details: FailureExtras<'a>,
    /// The id to name when reporting the failure; also in the header `X-Request-Id`.
    request_id: &'a str,
}

/// More about a failure, by its code, as [`FailureExtrasShape`] tells.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailureExtras<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<InvalidField<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_state: Option<DoseBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

/// More about a failure, by its code.
#[derive(ToSchema)]
#[schema(as = FailureExtras, rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "it only describes `FailureExtras` and what is flattened into it"
)]
struct FailureExtrasShape {
    /// All the invalid fields of a `VALIDATION_ERROR`.
    #[schema(required = false)]
    fields: Vec<InvalidField<'static>>,
    /// The dose as it is stored, of a `DOSE_ALREADY_RECORDED`.
    #[schema(value_type = DoseBody<'static>, required = false)]
    server_state: (),
    /// In how many seconds another attempt may succeed, of what comes too often or too early.
    #[schema(value_type = u64, required = false)]
    retry_after: (),
    /// Until when, of an `ACCOUNT_LOCKED`.
    #[schema(value_type = Instant, required = false)]
    locked_until: (),
    /// From when on the dose may be recorded, of a `DOSE_WINDOW_CLOSED`.
    #[schema(value_type = Instant, required = false)]
    opens_at: (),
    /// Until when that is on time.
    #[schema(value_type = Instant, required = false)]
    on_time_until: (),
    /// Until when it may be recorded at all.
    #[schema(value_type = Instant, required = false)]
    closes_at: (),
    /// Where the thing stands, of an `INVALID_STATE`.
    #[schema(value_type = String, required = false)]
    from: (),
    /// Where it would have to stand.
    #[schema(value_type = Vec<String>, required = false)]
    allowed: (),
    /// What is not there, of a `NOT_FOUND`.
    #[schema(value_type = String, required = false)]
    resource: (),
    /// How many there may be: requests in a window, connections, bytes of storage.
    #[schema(value_type = u64, required = false)]
    limit: (),
    /// In how many seconds the window is empty again, of a `RATE_LIMITED`.
    #[schema(value_type = u64, required = false)]
    reset_after: (),
    /// How much of a limit or a quota is used.
    #[schema(value_type = u64, required = false)]
    used: (),
    /// How many bytes may be stored, of a `QUOTA_EXCEEDED`.
    #[schema(value_type = u64, required = false)]
    quota: (),
    /// The subscription that the limit belongs to, of a `LIMIT_REACHED`.
    #[schema(value_type = String, required = false)]
    tier: (),
    /// The version that holds, of a `VERSION_CONFLICT`.
    #[schema(value_type = i32, required = false)]
    current_version: (),
    /// The version that is proposed, where there is one.
    #[schema(value_type = i32, required = false)]
    proposed_version: (),
    /// The line in which the body cannot be read, of a `MALFORMED_REQUEST`.
    #[schema(value_type = u64, required = false)]
    line: (),
    /// The column in it.
    #[schema(value_type = u64, required = false)]
    column: (),
    /// What went wrong, of an `INTERNAL`; in development only.
    #[schema(value_type = String, required = false)]
    cause: (),
}

/// The sentence in both languages.
#[derive(Serialize, ToSchema)]
struct Messages {
    /// Khmer.
    km: String,
    /// English.
    en: String,
}

/// One invalid field.
#[derive(Serialize, ToSchema)]
struct InvalidField<'a> {
    /// Its path in the request.
    field: &'a str,
    /// What is wrong with it.
    #[schema(schema_with = field_codes)]
    code: &'static str,
    /// What is wrong with it, in the caller's language.
    message: String,
}

fn codes() -> Object {
    labels("The stable code.", Code::ALL.iter().map(|code| code.label()))
}

fn field_codes() -> Object {
    labels("What is wrong with it.", FieldCode::ALL.iter().map(|code| code.label()))
}

fn labels(description: &str, labels: impl Iterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(labels))
        .build()
}

/// For whom a failure is put into words.
#[derive(Clone, Copy)]
pub(crate) struct Audience<'a> {
    pub(crate) texts: &'a Texts,
    pub(crate) language: Language,
    pub(crate) request_id: &'a str,
    pub(crate) shows_causes: bool,
}

impl<'a> FailureBody<'a> {
    /// Puts a failure into words.
    pub(crate) fn new(error: &'a Error, audience: Audience<'a>) -> Self {
        let texts = audience.texts;
        let km = texts.error(Language::Khmer, error);
        let en = texts.error(Language::English, error);
        let message = if audience.language == Language::Khmer {
            km.clone()
        } else {
            en.clone()
        };
        let error = FailureDetails {
            code: error.code().label(),
            message: message.clone(),
            messages: Messages { km, en },
            details: FailureExtras::new(error, audience),
            request_id: audience.request_id,
        };
        Self { message, error }
    }
}

impl<'a> FailureExtras<'a> {
    fn new(error: &'a Error, audience: Audience<'_>) -> Self {
        let fields = error.fields().iter().map(|invalid| InvalidField {
            field: &invalid.field,
            code: invalid.code.label(),
            message: audience.texts.field(audience.language, invalid.code),
        });
        let shows_cause = audience.shows_causes && error.code().kind() == Kind::Internal;
        Self {
            fields: fields.collect(),
            server_state: error.stored_dose().map(DoseBody::from),
            cause: shows_cause.then(|| causes(error)),
            more: error.details(),
        }
    }
}

/// The body of a failed request. What is our own fault is logged here, and only here.
pub(crate) fn body(error: &actix_web::Error, context: &RequestContext, texts: &Texts, shows_causes: bool) -> String {
    let foreign;
    let error = match error.as_error::<Failure>() {
        Some(failure) => &failure.error,
        None => {
            let code = foreign_code(error.as_response_error().status_code());
            foreign = Error::new(code);
            &foreign
        }
    };
    log(error, context);
    let request_id = context.request_id();
    let audience = Audience {
        texts,
        language: context.language(),
        request_id,
        shows_causes,
    };
    serde_json::to_string(&FailureBody::new(error, audience)).unwrap_or_default()
}

fn log(error: &Error, context: &RequestContext) {
    let request_id = context.request_id();
    match error.code().kind() {
        Kind::Internal => tracing::error!(request_id, cause = causes(error), "request failed"),
        Kind::Unavailable => tracing::warn!(request_id, cause = causes(error), "request not answered"),
        _ => {}
    }
}

/// An error's sources, outermost first.
fn causes(error: &Error) -> String {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
