//! Whether the process is alive, and whether requests should be sent to it.

mod answers;

use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpRequest, HttpResponse, get};
use das_tern_application::{Code, Error, Health};

use crate::context::RequestContext;
use crate::error::{Audience, Failure, FailureBody, retry_after, status};
use crate::openapi::failures::{ALWAYS, failures};
use crate::state::Shared;
use answers::{HealthBody, LiveBody, NotReadyBody};

failures!(LiveFailures: ALWAYS);

/// How the product is doing.
///
/// For people: what it needs, whether that answers, and how fast. Status 503 when requests should not be sent to it.
#[utoipa::path(
    operation_id = "health",
    tag = "system",
    responses(
        (status = 200, description = "Ready", body = HealthBody<'static>),
        (status = 503, description = "Not ready", body = NotReadyBody<'static>, headers(("Retry-After" = u64))),
        LiveFailures,
    ),
)]
#[get("/health")]
pub(crate) async fn health(request: HttpRequest, state: Shared) -> Result<HttpResponse, Failure> {
    answer(&request, &state, &state.application().health().await)
}

/// Whether the process is alive.
#[utoipa::path(
    operation_id = "live",
    tag = "system",
    responses((status = 200, description = "Alive", body = LiveBody), LiveFailures),
)]
#[get("/health/live")]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(LiveBody::default())
}

/// Whether requests should be sent to it.
///
/// Not when the database is away, its schema is behind, the worker of this process hangs, or the process is shutting down.
/// Without Redis the product is slower, but ready.
#[utoipa::path(
    operation_id = "ready",
    tag = "system",
    responses(
        (status = 200, description = "Ready", body = HealthBody<'static>),
        (status = 503, description = "Not ready", body = NotReadyBody<'static>, headers(("Retry-After" = u64))),
        LiveFailures,
    ),
)]
#[get("/health/ready")]
pub(crate) async fn ready(request: HttpRequest, state: Shared) -> Result<HttpResponse, Failure> {
    answer(&request, &state, &state.application().health().await)
}

/// Not being ready is a failure like every other, with the health beside it.
fn answer(request: &HttpRequest, state: &Shared, found: &Health) -> Result<HttpResponse, Failure> {
    let body = HealthBody::from(found);
    if found.ready {
        return Ok(HttpResponse::Ok().json(body));
    }
    let context = RequestContext::of(request)?;
    let error = Error::new(Code::Unavailable);
    let audience = Audience {
        texts: state.application().texts(),
        language: context.language(),
        request_id: context.request_id(),
        shows_causes: false,
    };
    let mut answer = HttpResponse::build(status(error.code().kind()));
    if let Some(seconds) = retry_after(&error) {
        answer.insert_header((RETRY_AFTER, seconds));
    }
    Ok(answer.json(NotReadyBody::new(FailureBody::new(&error, audience), body)))
}
