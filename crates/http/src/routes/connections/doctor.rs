//! What a doctor is asked for by patients.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, post};
use das_tern_application::Application;
use das_tern_domain::ConnectionId;

use super::answers::ConnectionBody;
use super::requests::DeclineRequest;
use super::{ChangeConnectionFailures, RoleListFailures, StepFailures, changed, listed, target};
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, ApiQuery, Authenticated};
use crate::pages::PageParams;

/// Requests that wait for me.
///
/// Of patients who want to be connected with this doctor, the newest first.
#[utoipa::path(
    operation_id = "pendingConnections",
    tag = "connections",
    security(("accessToken" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "A page", body = [ConnectionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        RoleListFailures,
    ),
)]
#[get("/doctor/connections/pending")]
pub(crate) async fn pending(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<PageParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.requests_for_doctor(&caller.actor, query.0.parse()?).await?;
    Ok(listed(&request, &page, &caller, ConnectionBody::new))
}

/// Accept a patient.
///
/// As `PATCH /connections/{id}/accept`, for doctors.
#[utoipa::path(
    operation_id = "acceptPatient",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), StepFailures),
)]
#[post("/doctor/connections/{id}/accept")]
pub(crate) async fn accept(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
) -> Result<HttpResponse, Failure> {
    let connection = app.accept_as_doctor(&caller.actor, &target(&request, id.0)).await?;
    Ok(changed(&connection, &caller))
}

/// Decline a patient.
///
/// As `PATCH /connections/{id}/decline`, for doctors.
#[utoipa::path(
    operation_id = "rejectPatient",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionId, Path, description = "The connection")),
    request_body = DeclineRequest,
    responses((status = 200, description = "The connection now", body = ConnectionBody<'static>), ChangeConnectionFailures),
)]
#[post("/doctor/connections/{id}/reject")]
pub(crate) async fn reject(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<ConnectionId>,
    body: ApiJson<DeclineRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.parse()?;
    let connection = app
        .reject_as_doctor(&caller.actor, &target(&request, id.0), reason)
        .await?;
    Ok(changed(&connection, &caller))
}
