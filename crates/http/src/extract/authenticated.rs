use actix_web::dev::Payload;
use actix_web::web::ThinData;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Actor, Application, Error};
use das_tern_domain::Language;
use futures_util::future::LocalBoxFuture;

use crate::context::RequestContext;
use crate::error::Failure;

/// The signed-in caller, as the database knows them at this moment.
pub(crate) struct Authenticated {
    pub(crate) actor: Actor,
    /// The language of the answer.
    pub(crate) language: Language,
}

impl FromRequest for Authenticated {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = RequestContext::of(request);
        let application = request.app_data::<ThinData<Application>>().cloned();
        Box::pin(async move {
            let context = context?;
            let application = application.ok_or_else(|| Error::internal("the application is not mounted"))?;
            Ok(Self {
                actor: context.authenticate(&application).await?,
                language: context.language(),
            })
        })
    }
}
