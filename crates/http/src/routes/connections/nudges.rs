//! Family asks whether a dose was taken, and the patient answers.

use actix_web::web::ThinData;
use actix_web::{HttpResponse, post};
use das_tern_application::{Application, Code};

use super::answers::NudgeBody;
use super::requests::{NewNudgeRequest, NudgeAnswerRequest};
use crate::created::created;
use crate::error::Failure;
use crate::extract::{ApiJson, Authenticated, Creation, CreationParams};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::routes::auth::MessageBody;

/// Why nobody can be asked.
const NUDGE: &[Code] = &[
    Code::DoseNotMissed,
    Code::Forbidden,
    Code::NotFound,
    Code::IdempotencyMismatch,
    Code::NudgeLimit,
];

failures!(NudgeFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, NUDGE);
failures!(NudgeAnswerFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::Forbidden, Code::NotFound]);

/// Ask whether a dose was taken.
///
/// Family does, at the level SELECTED or ALLOWED, about a dose that was missed or is overdue, twice for each.
#[utoipa::path(
    operation_id = "nudge",
    tag = "connections",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = NewNudgeRequest,
    responses((status = 201, description = "The patient was asked", body = NudgeBody), NudgeFailures),
)]
#[post("/connections/nudge")]
pub(crate) async fn nudge(
    app: ThinData<Application>,
    caller: Authenticated,
    creation: Creation<NewNudgeRequest>,
) -> Result<HttpResponse, Failure> {
    let wanted = creation.body.parse()?;
    let made = app.nudge(&caller.actor, wanted, creation.once.as_ref()).await?;
    let body = NudgeBody::new(made.value, app.texts(), caller.language);
    Ok(created(body, made.is_replay))
}

/// Answer who asked about a dose.
///
/// The patient does; those who asked and were not answered hear of it, and nobody else.
#[utoipa::path(
    operation_id = "answerNudge",
    tag = "connections",
    security(("accessToken" = [])),
    request_body = NudgeAnswerRequest,
    responses((status = 200, description = "A sentence", body = MessageBody), NudgeAnswerFailures),
)]
#[post("/connections/nudge/respond")]
pub(crate) async fn answer_nudge(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<NudgeAnswerRequest>,
) -> Result<HttpResponse, Failure> {
    let (dose, response) = body.0.parse()?;
    app.answer_nudge(&caller.actor, dose, &response).await?;
    let message = app.texts().sentence(caller.language, "nudge-answered", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}
