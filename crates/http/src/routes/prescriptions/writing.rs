//! Writing prescriptions, and what a patient adds to them.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, delete, patch, post};
use das_tern_application::{Application, Code};
use das_tern_domain::PrescriptionId;

use super::answers::{MedicineBody, PrescriptionBody};
use super::requests::{EditRequest, IntakeRequest, OwnRequest, PrescribeRequest};
use super::row::{RowRequest, read_medicine};
use super::{CHANGE, changed, made};
use crate::conditions;
use crate::created::created;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, Authenticated, Creation, CreationParams};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::routes::DoseBody;
use crate::routes::auth::MessageBody;

/// Why something is not made twice.
const ONCE: &[Code] = &[Code::IdempotencyMismatch];
/// Why an intake cannot be recorded.
const INTAKE: &[Code] = &[Code::DoseWindowClosed];

failures!(PrescribeFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, ONCE, &[Code::Forbidden, Code::NotFound]);
failures!(OwnFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, ONCE, &[Code::Forbidden, Code::NotFound, Code::QuotaExceeded]);
failures!(EditFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, CHANGE);
failures!(DeleteFailures: ALWAYS, STORED, SIGNED_IN, CHANGE);
failures!(AddFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, ONCE, CHANGE);
failures!(IntakeFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, ONCE, INTAKE, &[Code::Forbidden, Code::NotFound, Code::InvalidState]);

/// Prescribe.
///
/// For verified doctors whom the patient allowed everything. A draft that the patient confirms, or, being urgent, in force at
/// once.
#[utoipa::path(
    operation_id = "prescribe",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = PrescribeRequest,
    responses(
        (status = 201, description = "The prescription", body = PrescriptionBody<'static>, headers(("ETag" = String, description = "Its version"))),
        PrescribeFailures,
    ),
)]
#[post("/prescriptions")]
pub(crate) async fn prescribe(
    app: ThinData<Application>,
    caller: Authenticated,
    request: Creation<PrescribeRequest>,
) -> Result<HttpResponse, Failure> {
    let new = request.body.parse(app.today())?;
    let prescription = app.prescribe(&caller.actor, &new, request.once.as_ref()).await?;
    Ok(made(&prescription))
}

/// Write a prescription of my own.
///
/// In force at once, or a draft.
#[utoipa::path(
    operation_id = "makeOwnPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(CreationParams),
    request_body = OwnRequest,
    responses(
        (status = 201, description = "The prescription", body = PrescriptionBody<'static>, headers(("ETag" = String, description = "Its version"))),
        OwnFailures,
    ),
)]
#[post("/prescriptions/patient")]
pub(crate) async fn make_own(
    app: ThinData<Application>,
    caller: Authenticated,
    request: Creation<OwnRequest>,
) -> Result<HttpResponse, Failure> {
    let new = request.body.parse(app.today())?;
    let prescription = app
        .make_own_prescription(&caller.actor, &new, request.once.as_ref())
        .await?;
    Ok(made(&prescription))
}

/// Change a prescription.
///
/// A patient's own changes at once. A doctor's draft is written again; of what is followed already the doctor proposes a
/// change, which the patient accepts or declines, or, being urgent, it holds at once. A stale `expectedVersion` or `If-Match`
/// changes nothing.
#[utoipa::path(
    operation_id = "editPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    request_body = EditRequest,
    responses((status = 200, description = "The prescription now", body = PrescriptionBody<'static>), EditFailures),
)]
#[patch("/prescriptions/{id}")]
pub(crate) async fn edit(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: ApiJson<EditRequest>,
) -> Result<HttpResponse, Failure> {
    let edit = body.0.parse(conditions::expected(&request))?;
    let view = app.edit_prescription(&caller.actor, id.0, &edit).await?;
    Ok(changed(&view))
}

/// Delete a draft of my own.
///
/// Everything else can be stopped, and keeps its history.
#[utoipa::path(
    operation_id = "deletePrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses((status = 200, description = "It is gone", body = MessageBody), DeleteFailures),
)]
#[delete("/prescriptions/{id}")]
pub(crate) async fn delete(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    app.delete_prescription(&caller.actor, id.0, expected.as_ref()).await?;
    let message = app.texts().sentence(caller.language, "prescription-deleted", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Add a medicine.
///
/// Of the patient's own. Beside a doctor's grid it is marked as theirs, and stays whatever the doctor changes.
#[utoipa::path(
    operation_id = "addMedicine",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription"), CreationParams),
    request_body = RowRequest,
    responses((status = 201, description = "The row", body = MedicineBody<'static>), AddFailures),
)]
#[post("/prescriptions/{id}/medicines")]
pub(crate) async fn add_medicine(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: Creation<RowRequest>,
) -> Result<HttpResponse, Failure> {
    let row = read_medicine(body.body, app.today())?;
    let expected = conditions::expected(&request);
    let once = body.once.as_ref();
    let added = app
        .add_medicine(&caller.actor, id.0, &row, expected.as_ref(), once)
        .await?;
    let (prescription, medicine) = &added.value;
    Ok(created(MedicineBody::new(*prescription, medicine), added.is_replay))
}

/// Record an intake as needed.
///
/// Of a medicine that is taken as needed, within 24 hours. The same moment again answers what is stored.
#[utoipa::path(
    operation_id = "recordIntake",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription"), CreationParams),
    request_body = IntakeRequest,
    responses((status = 201, description = "The dose that it is", body = DoseBody<'static>), IntakeFailures),
)]
#[post("/prescriptions/{id}/prn-doses")]
pub(crate) async fn record_intake(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    body: Creation<IntakeRequest>,
) -> Result<HttpResponse, Failure> {
    let (medication, taken_at) = body.body.parse()?;
    let once = body.once.as_ref();
    let dose = app
        .record_intake_as_needed(&caller.actor, id.0, medication, taken_at, once)
        .await?;
    Ok(created(DoseBody::from(&dose.value), dose.is_replay))
}
