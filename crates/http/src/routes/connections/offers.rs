//! How a patient offers a connection: codes and invitations.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use das_tern_application::{Application, Code};
use das_tern_domain::ConnectionOfferId;

use super::answers::{CodeCheckBody, ConnectionBody, InvitationBody, NewCodeBody};
use super::offer_requests::{AcceptInvitationRequest, NewCodeRequest, NewInvitationRequest, OfferCodeRequest};
use super::{CONNECT, begun};
use crate::created::created;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, ApiQuery, Authenticated, Creation, CreationParams};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages::{self, PageParams};
use crate::routes::auth::MessageBody;

/// Why a code or an invitation cannot be used.
const USE: &[Code] = &[Code::CodeInvalid, Code::CodeExpired, Code::CodeUsed, Code::LimitReached];

failures!(OfferFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::Forbidden, Code::IdempotencyMismatch]);
failures!(InviteFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::Forbidden, Code::IdempotencyMismatch, Code::LimitReached]);
failures!(CheckFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY);
failures!(UseFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, USE, CONNECT);
failures!(InvitationFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, &[Code::Forbidden]);
failures!(WithdrawFailures: ALWAYS, STORED, SIGNED_IN, &[Code::Forbidden, Code::NotFound]);

/// Make a connection code.
///
/// 8 characters, in any case, good once and for 24 hours. Whoever uses it is connected with the patient at once, at this
/// level. Five an hour.
#[utoipa::path(
    operation_id = "makeConnectionCode",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = NewCodeRequest,
    responses((status = 201, description = "The code", body = NewCodeBody), OfferFailures),
)]
#[post("/connections/tokens/generate")]
pub(crate) async fn make_code(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<NewCodeRequest>,
) -> Result<HttpResponse, Failure> {
    let level = creation.body.parse()?;
    let made = app.make_code(&caller.actor, level, creation.once.as_ref()).await?;
    Ok(created(NewCodeBody::from(made.value), made.is_replay))
}

/// Look at a connection code.
///
/// Whose it is and what it opens, before it is used. Why a code is not valid is not told.
#[utoipa::path(
    operation_id = "checkConnectionCode",
    tag = "connections",
    security(("accessToken" = [])),
    request_body = OfferCodeRequest,
    responses((status = 200, description = "Whether it can be used", body = CodeCheckBody), CheckFailures),
)]
#[post("/connections/tokens/validate")]
pub(crate) async fn check_code(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<OfferCodeRequest>,
) -> Result<HttpResponse, Failure> {
    let check = app.check_code(&caller.actor, &body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(CodeCheckBody::new(check, app.texts(), caller.language)))
}

/// Use a connection code.
///
/// Connects the caller with the patient who made it, once. Of doctors, only verified ones.
#[utoipa::path(
    operation_id = "useConnectionCode",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = OfferCodeRequest,
    responses((status = 201, description = "The connection", body = ConnectionBody<'static>, headers(("ETag" = String, description = "Its version"))), UseFailures),
)]
#[post("/connections/tokens/consume")]
pub(crate) async fn use_code(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<OfferCodeRequest>,
) -> Result<HttpResponse, Failure> {
    let token = creation.body.parse()?;
    let made = app.use_code(&caller.actor, &token, creation.once.as_ref()).await?;
    Ok(begun(&made, &caller))
}

/// Invite somebody.
///
/// By SMS, by e-mail, or with a picture to be scanned; good for 7 days. One that was sent can be accepted only by an account
/// that has confirmed that phone number or e-mail address; three an hour are sent to the same one. A picture is for anybody who
/// scans it, unless a contact is named with it, which only an account that has confirmed it can use.
#[utoipa::path(
    operation_id = "invite",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = NewInvitationRequest,
    responses((status = 201, description = "The invitation", body = InvitationBody), InviteFailures),
)]
#[post("/connections/invitations")]
pub(crate) async fn invite(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<NewInvitationRequest>,
) -> Result<HttpResponse, Failure> {
    let wanted = creation.body.parse(app.registration_rules())?;
    let made = app.invite(&caller.actor, &wanted, creation.once.as_ref()).await?;
    Ok(created(InvitationBody::new(made.value)?, made.is_replay))
}

/// My open invitations.
///
/// The newest first; at most 50 are open at once.
#[utoipa::path(
    operation_id = "invitations",
    tag = "connections",
    security(("accessToken" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "A page", body = [InvitationBody], headers(("Link" = String, description = "The next page, where there is one"))),
        InvitationFailures,
    ),
)]
#[get("/connections/invitations")]
pub(crate) async fn invitations(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<PageParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.invitations(&caller.actor, &query.0.parse()?).await?;
    let bodies: Result<Vec<_>, _> = page.items.into_iter().map(InvitationBody::new).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &bodies?))
}

/// Withdraw an invitation.
#[utoipa::path(
    operation_id = "withdrawInvitation",
    tag = "connections",
    security(("accessToken" = [])),
    params(("id" = ConnectionOfferId, Path, description = "The invitation")),
    responses((status = 200, description = "A sentence", body = MessageBody), WithdrawFailures),
)]
#[delete("/connections/invitations/{id}")]
pub(crate) async fn withdraw_invitation(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<ConnectionOfferId>,
) -> Result<HttpResponse, Failure> {
    app.withdraw_invitation(&caller.actor, id.0).await?;
    let message = app.texts().sentence(caller.language, "invitation-withdrawn", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Accept an invitation.
///
/// Connects the caller with the patient who made it, once.
#[utoipa::path(
    operation_id = "acceptInvitation",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = AcceptInvitationRequest,
    responses((status = 201, description = "The connection", body = ConnectionBody<'static>, headers(("ETag" = String, description = "Its version"))), UseFailures),
)]
#[post("/connections/invitations/accept")]
pub(crate) async fn accept_invitation(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<AcceptInvitationRequest>,
) -> Result<HttpResponse, Failure> {
    let token = creation.body.parse()?;
    let made = app.use_code(&caller.actor, &token, creation.once.as_ref()).await?;
    Ok(begun(&made, &caller))
}
