//! The devices on which somebody is signed in.

use actix_web::web::ThinData;
use actix_web::{HttpResponse, delete, get, post};
use das_tern_application::{Application, Code, OwnSession, Texts};
use das_tern_domain::{Device, Language, SessionId};
use serde::Serialize;
use utoipa::ToSchema;

use super::LogoutFailures;
use super::answers::MessageBody;
use super::requests::LogoutRequest;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, Authenticated};
use crate::openapi::Instant;
use crate::openapi::failures::{ALWAYS, SIGNED_IN, STORED, failures};

failures!(SessionsFailures: ALWAYS, STORED, SIGNED_IN);
failures!(EndSessionFailures: ALWAYS, STORED, SIGNED_IN, &[Code::NotFound]);

/// A signed-in device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedInDevice)]
pub(crate) struct DeviceBody {
    id: SessionId,
    /// What the device is, in the caller's language.
    #[schema(example = "Das Tern on Android", min_length = 1)]
    device: String,
    created_at: Instant,
    /// When it last refreshed its tokens.
    last_seen_at: Instant,
    /// Whether it is this one.
    current: bool,
}

impl DeviceBody {
    fn new(session: OwnSession, texts: &Texts, language: Language) -> Self {
        Self {
            id: session.id,
            device: name(session.device, texts, language),
            created_at: Instant(session.created_at),
            last_seen_at: Instant(session.last_seen_at),
            current: session.is_current,
        }
    }
}

fn name(device: Device, texts: &Texts, language: Language) -> String {
    match device {
        Device::AppOn { app, system } => texts.sentence(language, "device-on", &[("app", app), ("system", system)]),
        Device::App(app) => app.to_owned(),
        Device::Other(name) => name,
        Device::Unknown => texts.sentence(language, "device-unknown", &[]),
    }
}

/// List one's sessions.
///
/// One for each signed-in device, the latest login first.
#[utoipa::path(
    operation_id = "listSessions",
    tag = "auth",
    security(("accessToken" = [])),
    responses((status = 200, description = "The signed-in devices", body = Vec<DeviceBody>), SessionsFailures),
)]
#[get("/auth/sessions")]
pub(crate) async fn list_sessions(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let sessions = app.own_sessions(&caller.actor).await?;
    let body = |session| DeviceBody::new(session, app.texts(), caller.language);
    Ok(HttpResponse::Ok().json(sessions.into_iter().map(body).collect::<Vec<_>>()))
}

/// End one of one's sessions.
///
/// The device is signed out at once. The current session may be ended too.
#[utoipa::path(
    operation_id = "endSession",
    tag = "auth",
    security(("accessToken" = [])),
    params(("id" = SessionId, Path, description = "The session")),
    responses((status = 200, description = "Ended", body = MessageBody), EndSessionFailures),
)]
#[delete("/auth/sessions/{id}")]
pub(crate) async fn end_session(
    app: ThinData<Application>,
    caller: Authenticated,
    session: ApiPath<SessionId>,
) -> Result<HttpResponse, Failure> {
    app.end_own_session(&caller.actor, session.0).await?;
    let message = app.texts().sentence(caller.language, "session-ended", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Sign out on all devices.
///
/// Ends every session of the caller at once, this one too. The body is read as for signing out, and needed for nothing.
#[utoipa::path(
    operation_id = "logOutEverywhere",
    tag = "auth",
    security(("accessToken" = [])),
    request_body = LogoutRequest,
    responses((status = 200, description = "Signed out everywhere", body = MessageBody), LogoutFailures),
)]
#[post("/auth/logout-all")]
pub(crate) async fn log_out_everywhere(
    app: ThinData<Application>,
    caller: Authenticated,
    _body: ApiJson<LogoutRequest>,
) -> Result<HttpResponse, Failure> {
    app.log_out_everywhere(&caller.actor).await?;
    let message = app.texts().sentence(caller.language, "signed-out-everywhere", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}
