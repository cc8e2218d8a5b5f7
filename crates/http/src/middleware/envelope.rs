use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::future::LocalBoxFuture;

use super::{arrival, headers, record::record};
use crate::context::RequestContext;
use crate::{State, error};

/// The outermost layer. One layer for what concerns every request, because each layer costs an allocation.
pub(crate) struct Envelope {
    outside: Rc<Outside>,
}

/// What the envelope of one worker knows.
struct Outside {
    state: State,
    hsts: Option<HeaderValue>,
}

impl Envelope {
    pub(crate) fn new(state: State) -> Self {
        let hsts = headers::hsts(state.settings());
        Self {
            outside: Rc::new(Outside { state, hsts }),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Envelope
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Enveloped<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Enveloped {
            service: Rc::new(service),
            outside: Rc::clone(&self.outside),
        }))
    }
}

/// A service in its envelope.
pub(crate) struct Enveloped<S> {
    service: Rc<S>,
    outside: Rc<Outside>,
}

impl<S, B> Service<ServiceRequest> for Enveloped<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let outside = Rc::clone(&self.outside);
        Box::pin(async move {
            let started = Instant::now();
            let context = Rc::new(arrival::receive(&outside.state, &mut request).await);
            let method = request.method().clone();
            request.extensions_mut().insert(Rc::clone(&context));
            match service.call(request).await {
                Ok(answer) => Ok(outside.send(answer, &context, &method, started)),
                Err(error) => Err(outside.send_error(error, &context, &method, started)),
            }
        })
    }
}

impl Outside {
    fn send<B>(
        &self,
        answer: ServiceResponse<B>,
        context: &RequestContext,
        method: &Method,
        started: Instant,
    ) -> ServiceResponse<EitherBody<B>> {
        let body = answer.response().error().map(|error| self.body(error, context));
        let mut answer = match body {
            None => answer.map_into_left_body(),
            Some(body) => {
                let (request, response) = answer.into_parts();
                ServiceResponse::new(request, with_json(response, body).map_into_right_body())
            }
        };
        headers::dress(answer.headers_mut(), context, self.hsts.as_ref());
        record(
            context,
            method,
            answer.request().match_pattern(),
            answer.status(),
            started,
        );
        answer
    }

    /// An error that has lost its request, as a panic's has: the answer is made later, from what is known now.
    fn send_error(&self, mut error: Error, context: &Rc<RequestContext>, method: &Method, started: Instant) -> Error {
        let body = self.body(&error, context);
        record(context, method, None, error.as_response_error().status_code(), started);
        let (context, hsts) = (Rc::clone(context), self.hsts.clone());
        error.add_response_mapper(move |response| {
            let mut response = with_json(response, body.clone());
            headers::dress(response.headers_mut(), &context, hsts.as_ref());
            response
        });
        error
    }

    fn body(&self, error: &Error, context: &RequestContext) -> String {
        error::body(
            error,
            context,
            self.state.application().texts(),
            self.state.settings().show_causes,
        )
    }
}

fn with_json<B>(response: HttpResponse<B>, body: String) -> HttpResponse {
    let mut response = response.set_body(BoxBody::new(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
