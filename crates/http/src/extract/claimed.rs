use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::web::ThinData;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Application, Claimant, Error};

use crate::context::RequestContext;
use crate::error::Failure;

/// The caller whom the token names, for a use case that itself asks the database who they are.
pub(crate) struct Claimed {
    pub(crate) claimant: Claimant,
    context: Rc<RequestContext>,
    application: Application,
}

impl Claimed {
    /// What came of the request. Before a refusal is told it is found out whether the caller may know, and in which
    /// language.
    pub(crate) async fn told<T>(&self, outcome: Result<T, Error>) -> Result<T, Failure> {
        match outcome {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let actor = self.application.authenticate(self.claimant).await?;
                self.context.own_language.set(Some(actor.account.language));
                Err(error.into())
            }
        }
    }
}

impl FromRequest for Claimed {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let application = request.app_data::<ThinData<Application>>().cloned();
        let claimed = RequestContext::of(request).and_then(|context| {
            let ThinData(application) = application.ok_or_else(|| Error::internal("the application is not mounted"))?;
            Ok(Self {
                claimant: context.claimant()?,
                context,
                application,
            })
        });
        ready(claimed)
    }
}
