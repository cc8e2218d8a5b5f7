//! Signing in, staying signed in, signing out (rules §2).

mod answers;
mod google;
mod password;
mod pin;
mod requests;
mod sessions;

use actix_web::http::header::USER_AGENT;
use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, post};
use das_tern_application::{Application, Code};

use crate::context::RequestContext;
use crate::error::Failure;
use crate::extract::{ApiJson, Authenticated};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
pub(super) use answers::{MessageBody, SessionBody, UserBody};
use requests::{LoginRequest, LogoutRequest, RefreshRequest};

pub(crate) use google::sign_in_with_google;
pub(crate) use password::change_password;
pub(crate) use pin::{set_pin, verify_pin};
pub(crate) use sessions::{end_session, list_sessions, log_out_everywhere};

/// As much of a User-Agent as is kept to tell one's devices apart, in bytes.
const LONGEST_DEVICE: usize = 200;

/// Why an account cannot be used although it was named rightly.
const ACCOUNT: &[Code] = &[
    Code::AccountUnconfirmed,
    Code::AccountPendingVerification,
    Code::AccountRejected,
];

failures!(LoginFailures: ALWAYS, STORED, FIELDS, BODY, ACCOUNT, &[Code::InvalidCredentials, Code::AccountLocked]);
failures!(RefreshFailures: ALWAYS, STORED, FIELDS, BODY, ACCOUNT, &[Code::Unauthenticated, Code::TokenRevoked]);
failures!(LogoutFailures: ALWAYS, STORED, SIGNED_IN, BODY, &[Code::MalformedRequest]);
failures!(MeFailures: ALWAYS, STORED, SIGNED_IN);

/// Sign in.
///
/// With a phone number or an e-mail address, and the password. Five wrong passwords in a row lock the account for 15 minutes.
#[utoipa::path(
    operation_id = "logIn",
    tag = "auth",
    request_body = LoginRequest,
    responses((status = 200, description = "Signed in", body = SessionBody<'static>), LoginFailures),
)]
#[post("/auth/login")]
pub(crate) async fn log_in(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<LoginRequest>,
) -> Result<HttpResponse, Failure> {
    let ip = RequestContext::of(&request)?.ip;
    let session = app.log_in(body.0.parse(device(&request))?, ip).await?;
    Ok(HttpResponse::Ok().json(SessionBody::from(&session)))
}

/// Stay signed in.
///
/// A refresh token is good for one use; the answer has the next one. One that was rotated less than 30 seconds ago may
/// be used once more, by an app that refreshes twice at once. Later reuse ends the session.
#[utoipa::path(
    operation_id = "refresh",
    tag = "auth",
    request_body = RefreshRequest,
    responses((status = 200, description = "Signed in for longer", body = SessionBody<'static>), RefreshFailures),
)]
#[post("/auth/refresh")]
pub(crate) async fn refresh(
    app: ThinData<Application>,
    body: ApiJson<RefreshRequest>,
) -> Result<HttpResponse, Failure> {
    let session = app.refresh(&body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(SessionBody::from(&session)))
}

/// Sign out.
///
/// Ends this session, and the one of the refresh token where that is another of one's own.
#[utoipa::path(
    operation_id = "logOut",
    tag = "auth",
    security(("accessToken" = [])),
    request_body = LogoutRequest,
    responses((status = 200, description = "Signed out", body = MessageBody), LogoutFailures),
)]
#[post("/auth/logout")]
pub(crate) async fn log_out(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<LogoutRequest>,
) -> Result<HttpResponse, Failure> {
    app.log_out(&caller.actor, body.0.refresh_token()).await?;
    let message = app.texts().sentence(caller.language, "signed-out", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Who is signed in.
#[utoipa::path(
    operation_id = "me",
    tag = "auth",
    security(("accessToken" = [])),
    responses((status = 200, description = "The caller", body = UserBody<'static>), MeFailures),
)]
#[get("/auth/me")]
pub(crate) async fn me(caller: Authenticated) -> HttpResponse {
    HttpResponse::Ok().json(UserBody::from(&caller.actor.account))
}

/// What the client calls itself.
pub(super) fn device(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(USER_AGENT)?.to_str().ok()?;
    agent.get(..agent.len().min(LONGEST_DEVICE)).map(str::to_owned)
}
