//! What is known of a request before it reaches its handler.

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;

use actix_web::http::header::HeaderValue;
use actix_web::{HttpMessage, HttpRequest};
use das_tern_application::{
    AccessClaims, Actor, Admission, Application, Claimant, Code, Error, UnusableToken, Verdict,
};
use das_tern_domain::{Language, UserId};

use crate::error::Failure;

/// The token that came with a request, verified once.
pub(crate) enum Bearer {
    /// There was none.
    Absent,
    /// It is ours, and its time is not over.
    Verified(AccessClaims),
    /// It is of no use, and this is why.
    Unusable(UnusableToken),
}

/// What is known of a request before it reaches its handler.
pub(crate) struct RequestContext {
    pub(crate) request_id: HeaderValue,
    pub(crate) ip: IpAddr,
    pub(crate) bearer: Bearer,
    /// Whether the administrator's key came with the request.
    pub(crate) is_administrator: bool,
    pub(crate) admission: Admission,
    /// What `Accept-Language` asks for.
    pub(crate) asked_language: Option<Language>,
    /// Whether what is done rests on the token.
    pub(crate) relies_on_token: Cell<bool>,
    /// What the caller's account says, once it was read.
    pub(crate) own_language: Cell<Option<Language>>,
}

impl RequestContext {
    /// The context of a request.
    pub(crate) fn of(request: &HttpRequest) -> Result<Rc<Self>, Failure> {
        let context = request.extensions().get::<Rc<Self>>().cloned();
        context.ok_or_else(|| Error::internal("the request has not passed the middleware").into())
    }

    /// The language of the answer (rules §1).
    pub(crate) fn language(&self) -> Language {
        let claimed = || match &self.bearer {
            Bearer::Verified(claims) => Some(claims.language),
            Bearer::Unusable(UnusableToken::Expired(language)) => Some(*language),
            Bearer::Unusable(UnusableToken::Foreign) | Bearer::Absent => None,
        };
        let own = || self.own_language.get().or_else(claimed);
        self.asked_language.or_else(own).unwrap_or(Language::Khmer)
    }

    /// Who asks, as far as their token says.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.claims().map(|claims| claims.sub)
    }

    /// The request's id as text.
    pub(crate) fn request_id(&self) -> &str {
        self.request_id.to_str().unwrap_or_default()
    }

    /// Whom the token names, if it is ours, its time is not over and its session goes on.
    pub(crate) fn claimant(&self) -> Result<Claimant, Failure> {
        let code = match &self.bearer {
            Bearer::Verified(_) if self.admission.verdict == Verdict::SessionEnded => Code::TokenRevoked,
            Bearer::Verified(claims) => return Ok(Claimant::new(claims, self.ip)),
            Bearer::Absent => Code::Unauthenticated,
            Bearer::Unusable(why) => why.code(),
        };
        Err(Error::new(code).into())
    }

    /// The caller, as the database knows them at this moment, in whose language the answer is from now on.
    pub(crate) async fn authenticate(&self, application: &Application) -> Result<Actor, Failure> {
        let actor = application.authenticate(self.claimant()?).await?;
        self.relies_on_token.set(true);
        self.own_language.set(Some(actor.account.language));
        Ok(actor)
    }

    /// Finds out once more whether whoever was recognised by their token still may be: their session goes on, and they are who
    /// they were.
    pub(crate) async fn confirm(&self, application: &Application) -> Result<(), Failure> {
        if !self.relies_on_token.get() {
            return Ok(());
        }
        let claimant = self.claimant()?;
        if application.has_ended(claimant.session).await {
            return Err(Code::TokenRevoked.into());
        }
        application.authenticate(claimant).await?;
        Ok(())
    }

    fn claims(&self) -> Option<&AccessClaims> {
        match &self.bearer {
            Bearer::Verified(claims) => Some(claims),
            Bearer::Absent | Bearer::Unusable(_) => None,
        }
    }
}
