use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Application, Claimant, Code, Error};

use crate::context::RequestContext;
use crate::error::Failure;

/// The caller whom the token names, for a use case that itself asks the database who they are.
pub(crate) struct Claimed {
    pub(crate) claimant: Claimant,
    context: Rc<RequestContext>,
}

impl Claimed {
    /// What comes of the request. Before a refusal is told it is found out whether the caller may know, and in which
    /// language.
    pub(crate) async fn told<T>(
        &self,
        application: &Application,
        outcome: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        match outcome.await {
            Ok(answer) => Ok(answer),
            Err(error) if error.code() == Code::Unavailable => Err(error.into()),
            Err(error) => {
                self.context.authenticate(application).await?;
                Err(error.into())
            }
        }
    }
}

impl FromRequest for Claimed {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let claimed = RequestContext::of(request).and_then(|context| {
            let claimant = context.claimant()?;
            context.relies_on_token.set(true);
            Ok(Self { claimant, context })
        });
        ready(claimed)
    }
}
