use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use das_tern_application::Code;
use serde::de::DeserializeOwned;

use crate::error::Failure;

/// The parameters of the query. Unknown ones are ignored, one that comes twice is refused.
pub(crate) struct ApiQuery<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for ApiQuery<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = web::Query::<T>::from_query(request.query_string());
        ready(
            query
                .map(|query| Self(query.into_inner()))
                .map_err(|_| Code::MalformedRequest.into()),
        )
    }
}
