//! A doctor asks for a look, and the patient decides, at the level REQUEST.

use actix_web::web::ThinData;
use actix_web::{HttpResponse, get, post};
use das_tern_application::{Application, Code};
use das_tern_domain::{AccessRequestId, ConnectionId};

use super::answers::AccessRequestBody;
use super::requests::NewAccessRequest;
use crate::created::created;
use crate::error::Failure;
use crate::extract::{ApiPath, Authenticated, Creation, CreationParams};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};

/// Why there is nothing to ask for or to decide.
const DECIDE: &[Code] = &[Code::Forbidden, Code::NotFound, Code::InvalidState];

failures!(AskFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, DECIDE, &[Code::IdempotencyMismatch]);
failures!(AccessListFailures: ALWAYS, STORED, SIGNED_IN, &[Code::NotFound]);
failures!(DecideFailures: ALWAYS, STORED, SIGNED_IN, DECIDE);

/// Ask for a look.
///
/// A doctor does, at the level REQUEST, one request at a time. It waits for a week.
#[utoipa::path(
    operation_id = "askForAccess",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams, ("id" = ConnectionId, Path, description = "The connection")),
    request_body = NewAccessRequest,
    responses((status = 201, description = "The request", body = AccessRequestBody), AskFailures),
)]
#[post("/connections/{id}/access-requests")]
pub(crate) async fn ask_access(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    creation: Creation<NewAccessRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = creation.body.parse()?;
    let made = app
        .ask_access(&caller.actor, id.0, &reason, creation.once.as_ref())
        .await?;
    Ok(created(AccessRequestBody::new(made.value, app.now()), made.is_replay))
}

/// Requests for a look.
///
/// The newest first, at most the last 20.
#[utoipa::path(
    operation_id = "accessRequests",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    responses((status = 200, description = "All of them", body = [AccessRequestBody]), AccessListFailures),
)]
#[get("/connections/{id}/access-requests")]
pub(crate) async fn list_access_requests(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
) -> Result<HttpResponse, Failure> {
    let requests = app.access_requests(&caller.actor, id.0).await?;
    let now = app.now();
    let bodies: Vec<_> = requests
        .into_iter()
        .map(|request| AccessRequestBody::new(request, now))
        .collect();
    Ok(HttpResponse::Ok().json(bodies))
}

/// Approve a look.
///
/// The patient does; everything is open to the doctor for 24 hours.
#[utoipa::path(
    operation_id = "approveAccess",
    tag = "connections",
    security(("accessToken" = [])),
    params(
        ("id" = ConnectionId, Path, description = "The connection"),
        ("requestId" = AccessRequestId, Path, description = "The request"),
    ),
    responses((status = 200, description = "The request now", body = AccessRequestBody), DecideFailures),
)]
#[post("/connections/{id}/access-requests/{requestId}/approve")]
pub(crate) async fn approve_access(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    request: ApiPath<AccessRequestId>,
) -> Result<HttpResponse, Failure> {
    let decided = app.approve_access(&caller.actor, id.0, request.0).await?;
    Ok(HttpResponse::Ok().json(AccessRequestBody::new(decided, app.now())))
}

/// Deny a look.
///
/// The patient does. An approval ends with it before its time.
#[utoipa::path(
    operation_id = "denyAccess",
    tag = "connections",
    security(("accessToken" = [])),
    params(
        ("id" = ConnectionId, Path, description = "The connection"),
        ("requestId" = AccessRequestId, Path, description = "The request"),
    ),
    responses((status = 200, description = "The request now", body = AccessRequestBody), DecideFailures),
)]
#[post("/connections/{id}/access-requests/{requestId}/deny")]
pub(crate) async fn deny_access(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    request: ApiPath<AccessRequestId>,
) -> Result<HttpResponse, Failure> {
    let decided = app.deny_access(&caller.actor, id.0, request.0).await?;
    Ok(HttpResponse::Ok().json(AccessRequestBody::new(decided, app.now())))
}
