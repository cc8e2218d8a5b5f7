use std::time::Instant;

use actix_web::http::{Method, StatusCode};

use crate::context::RequestContext;

/// Writes a request into the log and the metrics. Labels are bounded: a path that is no route has none of its own.
pub(super) fn record(
    context: &RequestContext,
    method: &Method,
    route: Option<String>,
    status: StatusCode,
    started: Instant,
) {
    let duration = started.elapsed();
    let method = label(method);
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    tracing::info!(
        method,
        route,
        status = status.as_u16(),
        duration_us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX),
        request_id = context.request_id(),
        user_id = context.user().map(tracing::field::display),
        "request"
    );
    let seconds = duration.as_secs_f64();
    metrics::histogram!("http_request_duration_seconds", "method" => method, "route" => route.clone()).record(seconds);
    let status = status.as_str().to_owned();
    metrics::counter!("http_requests_total", "method" => method, "route" => route, "status" => status).increment(1);
}

fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
