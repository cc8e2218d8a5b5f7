//! What only the patient answers and decides.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, post};
use das_tern_application::{Application, Code};
use das_tern_domain::PrescriptionId;

use super::answers::PrescriptionBody;
use super::requests::{ReasonRequest, RetakeRequest};
use super::{CHANGE, changed};
use crate::conditions;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, Authenticated};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};

failures!(AnswerFailures: ALWAYS, STORED, SIGNED_IN, CHANGE);
failures!(ConfirmFailures: ALWAYS, STORED, SIGNED_IN, CHANGE, &[Code::RevisionRequired]);
failures!(ReasonFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, CHANGE);

/// Confirm a draft.
///
/// It comes into force, and its doses are made. A draft that the patient wants written again waits for the doctor.
#[utoipa::path(
    operation_id = "confirmPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), ConfirmFailures),
)]
#[post("/prescriptions/{id}/confirm")]
pub(crate) async fn confirm(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let view = app.confirm_prescription(&caller.actor, id.0, expected.as_ref()).await?;
    Ok(changed(&view))
}

/// Reject a draft.
///
/// It is over; the doctor is told.
#[utoipa::path(
    operation_id = "rejectPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    request_body = ReasonRequest,
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), ReasonFailures),
)]
#[post("/prescriptions/{id}/reject")]
pub(crate) async fn reject(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: ApiJson<ReasonRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.parse()?;
    let expected = conditions::expected(&request);
    let view = app
        .reject_prescription(&caller.actor, id.0, reason.as_deref(), expected.as_ref())
        .await?;
    Ok(changed(&view))
}

/// Ask for another draft.
///
/// The doctor is told why, and it cannot be confirmed before they wrote it again.
#[utoipa::path(
    operation_id = "askForRetake",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    request_body = RetakeRequest,
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), ReasonFailures),
)]
#[post("/prescriptions/{id}/retake")]
pub(crate) async fn ask_for_retake(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: ApiJson<RetakeRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.parse()?;
    let expected = conditions::expected(&request);
    let view = app
        .ask_for_retake(&caller.actor, id.0, &reason, expected.as_ref())
        .await?;
    Ok(changed(&view))
}

/// Accept a proposed change.
///
/// It comes into force; past doses stay as they were.
#[utoipa::path(
    operation_id = "acceptChanges",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), AnswerFailures),
)]
#[post("/prescriptions/{id}/accept-changes")]
pub(crate) async fn accept_changes(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let view = app.accept_changes(&caller.actor, id.0, expected.as_ref()).await?;
    Ok(changed(&view))
}

/// Decline a proposed change.
///
/// What is followed stays; the doctor is told.
#[utoipa::path(
    operation_id = "declineChanges",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    request_body = ReasonRequest,
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), ReasonFailures),
)]
#[post("/prescriptions/{id}/decline-changes")]
pub(crate) async fn decline_changes(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: ApiJson<ReasonRequest>,
) -> Result<HttpResponse, Failure> {
    let reason = body.0.parse()?;
    let expected = conditions::expected(&request);
    let view = app
        .decline_changes(&caller.actor, id.0, reason.as_deref(), expected.as_ref())
        .await?;
    Ok(changed(&view))
}

/// Pause a prescription.
///
/// Its doses to come go.
#[utoipa::path(
    operation_id = "pausePrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), AnswerFailures),
)]
#[post("/prescriptions/{id}/pause")]
pub(crate) async fn pause(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let view = app.pause_prescription(&caller.actor, id.0, expected.as_ref()).await?;
    Ok(changed(&view))
}

/// Go on with a prescription.
///
/// The doses of the days that remain are made.
#[utoipa::path(
    operation_id = "resumePrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), AnswerFailures),
)]
#[post("/prescriptions/{id}/resume")]
pub(crate) async fn resume(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let view = app.resume_prescription(&caller.actor, id.0, expected.as_ref()).await?;
    Ok(changed(&view))
}

/// Stop a prescription.
///
/// For good; its history stays.
#[utoipa::path(
    operation_id = "stopPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), AnswerFailures),
)]
#[post("/prescriptions/{id}/stop")]
pub(crate) async fn stop(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let view = app.stop_prescription(&caller.actor, id.0, expected.as_ref()).await?;
    Ok(changed(&view))
}
