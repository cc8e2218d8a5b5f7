use actix_web::dev::Payload;
use actix_web::web::ThinData;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Actor, Application, Code, Error, UnusableToken};
use futures_util::future::LocalBoxFuture;

use crate::context::{Bearer, RequestContext};
use crate::error::Failure;

/// Whoever is signed in, where somebody need not be. A token of ours whose time is over is refused, so that the app
/// refreshes it and asks again; any other that opens nothing counts as none.
pub(crate) struct Caller(pub(crate) Option<Actor>);

impl FromRequest for Caller {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = RequestContext::of(request);
        let application = request.app_data::<ThinData<Application>>().cloned();
        Box::pin(async move {
            let context = context?;
            if let Bearer::Unusable(why @ UnusableToken::Expired(_)) = context.bearer {
                return Err(why.code().into());
            }
            let Ok(claimant) = context.claimant() else {
                return Ok(Self(None));
            };
            let application = application.ok_or_else(|| Error::internal("the application is not mounted"))?;
            match application.authenticate(claimant).await {
                Ok(actor) => {
                    context.relies_on_token.set(true);
                    Ok(Self(Some(actor)))
                }
                Err(error) if error.code() == Code::Unavailable => Err(error.into()),
                Err(_) => Ok(Self(None)),
            }
        })
    }
}
