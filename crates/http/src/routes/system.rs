use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse, get};
use das_tern_application::{Code, Error, Resource};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use crate::error::Failure;
use crate::middleware::bearer_token;
use crate::openapi::failures::{ALWAYS, failures};
use crate::state::Shared;

failures!(DocumentFailures: ALWAYS, &[Code::NotFound]);
failures!(MetricsFailures: ALWAYS, &[Code::Unauthenticated, Code::NotFound]);

/// This document.
///
/// The OpenAPI 3.1 description of the API.
#[utoipa::path(
    operation_id = "openApiDocument",
    tag = "system",
    responses((status = 200, description = "The document", content_type = "application/json", body = Object), DocumentFailures),
)]
#[get("/openapi.json")]
pub(crate) async fn document(state: Shared) -> Result<HttpResponse, Failure> {
    if !state.settings().docs {
        return Err(Error::missing(Resource::Route).into());
    }
    let mut answer = HttpResponse::Ok();
    Ok(answer
        .content_type(ContentType::json())
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(state.document()))
}

/// Metrics.
///
/// In Prometheus' text format. Only there when a token for them is configured.
#[utoipa::path(
    operation_id = "metrics",
    tag = "system",
    security(("metricsToken" = [])),
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String), MetricsFailures),
)]
#[get("/metrics")]
pub(crate) async fn metrics(request: HttpRequest, state: Shared) -> Result<HttpResponse, Failure> {
    let token = state
        .settings()
        .metrics_token
        .as_ref()
        .ok_or_else(|| Error::missing(Resource::Route))?;
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|header| header.to_str().ok())
        .and_then(bearer_token);
    let is_right = given.is_some_and(|given| given.as_bytes().ct_eq(token.expose_secret().as_bytes()).into());
    if !is_right {
        return Err(Code::Unauthenticated.into());
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(state.metrics()))
}
