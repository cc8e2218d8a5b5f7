//! Connections: who may see a patient's data, and how they came to it (rules §3).

mod access;
mod answers;
mod doctor;
mod nudges;
mod offer_requests;
mod offers;
mod picture;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use das_tern_application::{Application, Code, ConnectionTarget, ConnectionView, Created, Page, version_of_connection};
use das_tern_domain::{ConnectionId, UserId};

pub(crate) use access::{approve_access, ask_access, deny_access, list_access_requests};
pub(crate) use doctor::{accept as accept_as_doctor, pending as pending_for_doctor, reject as reject_as_doctor};
pub(crate) use nudges::{answer_nudge, nudge};
pub(crate) use offers::{accept_invitation, check_code, invitations, invite, make_code, use_code, withdraw_invitation};

use crate::conditions;
use crate::created::created_version;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, ApiQuery, Authenticated, Creation, CreationParams};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages::{self, PageParams};
use answers::ConnectionBody;
use requests::{
    AcceptConnectionRequest, AlertsRequest, ConnectionHistoryParams, ConnectionParams, DeclineRequest,
    NewConnectionRequest, PermissionRequest,
};

/// Why a connection cannot be changed.
const CHANGE: &[Code] = &[Code::Forbidden, Code::NotFound, Code::InvalidState, Code::StaleVersion];
/// Why people cannot be connected.
const CONNECT: &[Code] = &[
    Code::SelfConnection,
    Code::Forbidden,
    Code::DuplicateConnection,
    Code::IdempotencyMismatch,
];

failures!(ConnectionListFailures: ALWAYS, STORED, SIGNED_IN, FIELDS);
failures!(RoleListFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, &[Code::Forbidden]);
failures!(ShowConnectionFailures: ALWAYS, STORED, SIGNED_IN, &[Code::NotFound]);
failures!(RequestConnectionFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, CONNECT, &[Code::NotFound]);
failures!(AcceptFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, CHANGE, &[Code::LimitReached]);
failures!(ChangeConnectionFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, CHANGE);
failures!(StepFailures: ALWAYS, STORED, SIGNED_IN, CHANGE);

/// My connections.
///
/// Those that were asked for last first, from whichever end.
#[utoipa::path(
    operation_id = "connections",
    tag = "connections",
    security(("accessToken" = [])),
    params(ConnectionParams),
    responses(
        (status = 200, description = "A page", body = [ConnectionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ConnectionListFailures,
    ),
)]
#[get("/connections")]
pub(crate) async fn list(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<ConnectionParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.connections(&caller.actor, query.0.parse()?).await?;
    Ok(listed(&request, &page, &caller, ConnectionBody::new))
}

/// My past and present connections.
///
/// Those that were asked for last first, ended ones too.
#[utoipa::path(
    operation_id = "connectionHistory",
    tag = "connections",
    security(("accessToken" = [])),
    params(ConnectionHistoryParams),
    responses(
        (status = 200, description = "A page", body = [ConnectionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ConnectionListFailures,
    ),
)]
#[get("/connections/history")]
pub(crate) async fn history(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<ConnectionHistoryParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.connections(&caller.actor, query.0.parse()?).await?;
    Ok(listed(&request, &page, &caller, ConnectionBody::new))
}

/// Who cares for me.
///
/// The patient's family: whoever is accepted and no doctor. Each as `initiator`, and the patient as `recipient`, whoever
/// asked.
#[utoipa::path(
    operation_id = "caregivers",
    tag = "connections",
    security(("accessToken" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "A page", body = [ConnectionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        RoleListFailures,
    ),
)]
#[get("/connections/caregivers")]
pub(crate) async fn caregivers(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<PageParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.caregivers(&caller.actor, query.0.parse()?).await?;
    Ok(listed(&request, &page, &caller, ConnectionBody::by_care))
}

/// The patients whom I care for.
///
/// Accepted connections. Each patient as `recipient`, and the caller as `initiator`, whoever asked.
#[utoipa::path(
    operation_id = "patientsInCare",
    tag = "connections",
    security(("accessToken" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "A page", body = [ConnectionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ConnectionListFailures,
    ),
)]
#[get("/connections/patients")]
pub(crate) async fn patients(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<PageParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.patients_in_care(&caller.actor, query.0.parse()?).await?;
    Ok(listed(&request, &page, &caller, ConnectionBody::by_care))
}

/// Ask for a connection.
///
/// With a patient, or as a patient with anybody. The other end accepts or declines. Between two patients the one who asks
/// wants to care for the other one.
#[utoipa::path(
    operation_id = "requestConnection",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = NewConnectionRequest,
    responses((status = 201, description = "The request", body = ConnectionBody<'static>, headers(("ETag" = String, description = "Its version"))), RequestConnectionFailures),
)]
#[post("/connections")]
pub(crate) async fn ask(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<NewConnectionRequest>,
) -> Result<HttpResponse, Failure> {
    let wanted = creation.body.parse()?;
    let made = app
        .request_connection(&caller.actor, &wanted, creation.once.as_ref())
        .await?;
    Ok(begun(&made, &caller))
}

/// A connection.
///
/// `If-None-Match` with the `ETag` of an earlier answer answers 304 as long as nothing of it has changed.
#[utoipa::path(
    operation_id = "connection",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    responses(
        (status = 200, description = "The connection", body = ConnectionBody<'static>, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        ShowConnectionFailures,
    ),
)]
#[get("/connections/{id}")]
pub(crate) async fn show(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
) -> Result<HttpResponse, Failure> {
    let connection = app.connection(&caller.actor, id.0).await?;
    let body = ConnectionBody::new(&connection, caller.actor.account.id);
    Ok(conditions::shown(
        &request,
        &version_of_connection(&connection, caller.actor.account.id),
        body,
    ))
}

/// Accept a connection.
///
/// Whoever was asked does. The level counts when that is the patient; it can be set later, too.
#[utoipa::path(
    operation_id = "acceptConnection",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    request_body = AcceptConnectionRequest,
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), AcceptFailures),
)]
#[patch("/connections/{id}/accept")]
pub(crate) async fn accept(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    body: ApiJson<AcceptConnectionRequest>,
) -> Result<HttpResponse, Failure> {
    let choice = body.0.parse()?;
    let connection = app
        .accept_connection(&caller.actor, &target(&request, id.0), choice.as_ref())
        .await?;
    Ok(changed(&connection, &caller))
}

/// Decline a connection.
///
/// Whoever was asked does. It can be asked for again.
#[utoipa::path(
    operation_id = "declineConnection",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    request_body = DeclineRequest,
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), ChangeConnectionFailures),
)]
#[patch("/connections/{id}/decline")]
pub(crate) async fn decline(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    body: ApiJson<DeclineRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.parse()?;
    let connection = app
        .decline_connection(&caller.actor, &target(&request, id.0), reason)
        .await?;
    Ok(changed(&connection, &caller))
}

/// End a connection.
///
/// Either end does, at once; whoever asked takes the request back with it. What a doctor prescribed stays with the patient.
#[utoipa::path(
    operation_id = "revokeConnection",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), StepFailures),
)]
#[patch("/connections/{id}/revoke")]
pub(crate) async fn revoke(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
) -> Result<HttpResponse, Failure> {
    let connection = app.revoke_connection(&caller.actor, &target(&request, id.0)).await?;
    Ok(changed(&connection, &caller))
}

/// Set what a connection opens.
///
/// The patient does, at any time, from the next request on. A doctor at the level SELECTED sees what the scope selects:
/// these prescriptions, these days, or both at once.
#[utoipa::path(
    operation_id = "setConnectionPermission",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    request_body = PermissionRequest,
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), ChangeConnectionFailures),
)]
#[patch("/connections/{id}/permission")]
pub(crate) async fn set_permission(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    body: ApiJson<PermissionRequest>,
) -> Result<HttpResponse, Failure> {
    let choice = body.0.parse()?;
    let connection = app
        .set_permission(&caller.actor, &target(&request, id.0), &choice)
        .await?;
    Ok(changed(&connection, &caller))
}

/// Switch alerts to missed doses.
///
/// The patient or the family member does, for their connection.
#[utoipa::path(
    operation_id = "switchConnectionAlerts",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    request_body = AlertsRequest,
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), ChangeConnectionFailures),
)]
#[patch("/connections/{id}/alerts")]
pub(crate) async fn switch_alerts(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    body: ApiJson<AlertsRequest>,
) -> Result<HttpResponse, Failure> {
    let enabled = body.0.parse()?;
    let connection = app
        .switch_alerts(&caller.actor, &target(&request, id.0), enabled)
        .await?;
    Ok(changed(&connection, &caller))
}

/// The connection that a request wants to change, in the version that it may name.
fn target(request: &HttpRequest, id: ConnectionId) -> ConnectionTarget {
    ConnectionTarget {
        id,
        expected: conditions::expected(request),
    }
}

fn changed(connection: &ConnectionView, caller: &Authenticated) -> HttpResponse {
    let viewer = caller.actor.account.id;
    conditions::changed(
        &version_of_connection(connection, viewer),
        ConnectionBody::new(connection, viewer),
    )
}

/// A connection that was made, by this request or by an earlier one with the same key.
fn begun(made: &Created<ConnectionView>, caller: &Authenticated) -> HttpResponse {
    let viewer = caller.actor.account.id;
    let (connection, body) = (&made.value, ConnectionBody::new(&made.value, viewer));
    created_version(&version_of_connection(connection, viewer), body, made.is_replay)
}

fn listed<'a>(
    request: &HttpRequest,
    page: &'a Page<ConnectionView>,
    caller: &Authenticated,
    body: impl Fn(&'a ConnectionView, UserId) -> ConnectionBody<'a>,
) -> HttpResponse {
    let viewer = caller.actor.account.id;
    let connections: Vec<_> = page.items.iter().map(|connection| body(connection, viewer)).collect();
    pages::answer(request, page.next.as_deref(), &connections)
}
