use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue};
use das_tern_application::{Error, Verdict};
use futures_util::future::Either;
use futures_util::{FutureExt, TryFutureExt};

use crate::context::RequestContext;
use crate::error::Failure;

/// Below this many bytes, compression costs more than it saves.
const SMALLEST_COMPRESSED: u64 = 1024;

/// The innermost layer: sends back who asks too often, and turns a panic into a failure, so that the worker lives on.
pub(crate) fn gate<S>(
    request: ServiceRequest,
    service: &S,
) -> impl Future<Output = Result<ServiceResponse<BoxBody>, actix_web::Error>> + use<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    if let Some(seconds) = wait_of(&request) {
        let refused = request.error_response(Failure::from(Error::limited(seconds)));
        return Either::Left(ready(Ok(refused)));
    }
    let may_be_compressed = request.headers().contains_key(ACCEPT_ENCODING);
    let answer = AssertUnwindSafe(service.call(request)).catch_unwind();
    Either::Right(
        answer
            .unwrap_or_else(|payload| Err(Failure::panicked(payload.as_ref()).into()))
            .map_ok(move |answer| {
                if may_be_compressed {
                    marked_if_small(answer)
                } else {
                    answer
                }
            }),
    )
}

fn wait_of(request: &ServiceRequest) -> Option<u64> {
    let extensions = request.extensions();
    match extensions.get::<Rc<RequestContext>>()?.admission.verdict {
        Verdict::TooMany { retry_after_seconds } => Some(retry_after_seconds),
        Verdict::Admitted | Verdict::SessionEnded => None,
    }
}

/// Compression leaves alone what has an encoding; the envelope takes the mark off again.
fn marked_if_small(mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    if matches!(answer.response().body().size(), BodySize::Sized(size) if size < SMALLEST_COMPRESSED) {
        answer
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::net::Ipv4Addr;

    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};
    use das_tern_application::Admission;

    use super::*;
    use crate::context::Bearer;

    async fn panics() -> HttpResponse {
        panic!("a bug")
    }

    async fn answers(size: web::Path<usize>) -> String {
        "x".repeat(*size)
    }

    fn context(verdict: Verdict) -> Rc<RequestContext> {
        Rc::new(RequestContext {
            request_id: HeaderValue::from_static("test"),
            ip: Ipv4Addr::LOCALHOST.into(),
            bearer: Bearer::Absent,
            is_administrator: false,
            admission: Admission {
                limit: 1,
                remaining: 0,
                reset_seconds: 7,
                verdict,
            },
            asked_language: None,
            relies_on_token: Cell::new(false),
            own_language: Cell::new(None),
        })
    }

    async fn call(path: &str, verdict: Verdict) -> Result<ServiceResponse, actix_web::Error> {
        let app = App::new()
            .wrap_fn(gate)
            .route("/panic", web::get().to(panics))
            .route("/{size}", web::get().to(answers));
        let request = TestRequest::with_uri(path)
            .insert_header((ACCEPT_ENCODING, "br"))
            .to_request();
        request.extensions_mut().insert(context(verdict));
        try_call_service(&init_service(app).await, request).await
    }

    #[actix_web::test]
    async fn a_panic_is_a_failure_of_ours() {
        let error = call("/panic", Verdict::Admitted).await.unwrap_err();
        assert_eq!(error.error_response().status(), 500);
    }

    #[actix_web::test]
    async fn who_asks_too_often_does_not_get_through() {
        let refused = call("/1", Verdict::TooMany { retry_after_seconds: 7 }).await.unwrap();
        assert_eq!(
            (
                refused.status().as_u16(),
                refused.headers().get("retry-after").unwrap().as_bytes()
            ),
            (429, &b"7"[..])
        );
        assert_eq!(call("/1", Verdict::SessionEnded).await.unwrap().status(), 200);
    }

    #[actix_web::test]
    async fn only_small_answers_are_kept_from_compression() {
        assert!(
            call("/1023", Verdict::Admitted)
                .await
                .unwrap()
                .headers()
                .contains_key(CONTENT_ENCODING)
        );
        assert!(
            !call("/1024", Verdict::Admitted)
                .await
                .unwrap()
                .headers()
                .contains_key(CONTENT_ENCODING)
        );
    }
}
