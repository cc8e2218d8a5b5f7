use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Error, Resource};
use das_tern_domain::{
    AccessRequestId, ConnectionId, ConnectionOfferId, DoctorName, DoseEventId, PrescriptionId, SessionId, UserId,
};
use uuid::Uuid;

use crate::app::Offer;
use crate::error::Failure;
use crate::fields::parse_id;
use crate::state::Shared;

/// The id in the path. What is no id names nothing, so it is answered like one that nobody has.
pub(crate) struct ApiPath<T>(pub(crate) T);

/// An id of a thing that has a path.
pub(crate) trait PathId: From<Uuid> {
    /// What is missing when there is no such thing.
    const RESOURCE: Resource;
    /// What the path calls it.
    const SEGMENT: &str = "id";
}

impl PathId for DoseEventId {
    const RESOURCE: Resource = Resource::DoseEvent;
}

impl PathId for UserId {
    const RESOURCE: Resource = Resource::Patient;
}

impl PathId for DoctorName {
    const RESOURCE: Resource = Resource::Doctor;
}

impl PathId for PrescriptionId {
    const RESOURCE: Resource = Resource::Prescription;
}

impl PathId for SessionId {
    const RESOURCE: Resource = Resource::Session;
}

impl PathId for ConnectionId {
    const RESOURCE: Resource = Resource::Connection;
}

impl PathId for ConnectionOfferId {
    const RESOURCE: Resource = Resource::Invitation;
}

impl PathId for AccessRequestId {
    const RESOURCE: Resource = Resource::AccessRequest;
    const SEGMENT: &str = "requestId";
}

impl<T: PathId> FromRequest for ApiPath<T> {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get(T::SEGMENT).and_then(parse_id);
        ready(id.map(|id| Self(id.into())).ok_or_else(|| {
            let state = request.app_data::<Shared>();
            let fixed = state.and_then(|state| state.verbs(Offer::Everything).refuse_fixed(request));
            fixed.unwrap_or_else(|| Error::missing(T::RESOURCE).into())
        }))
    }
}
