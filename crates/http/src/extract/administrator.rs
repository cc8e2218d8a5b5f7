use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Error, Resource};

use crate::context::RequestContext;
use crate::error::Failure;

/// Whoever has the administrator's key. To anybody else the path does not exist.
pub(crate) struct Administrator;

impl FromRequest for Administrator {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = RequestContext::of(request);
        ready(context.and_then(|context| {
            if context.is_administrator {
                Ok(Self)
            } else {
                Err(Error::missing(Resource::Route).into())
            }
        }))
    }
}
