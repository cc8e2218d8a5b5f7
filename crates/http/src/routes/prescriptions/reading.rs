//! Looking at prescriptions and their versions.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get};
use das_tern_application::{Application, Error, Resource};
use das_tern_domain::PrescriptionId;

use super::answers::{PrescriptionBody, VersionBody};
use super::requests::ListParams;
use super::{LOOK, shown};
use crate::error::Failure;
use crate::extract::{ApiPath, ApiQuery, Authenticated, Claimed};
use crate::openapi::failures::{ALWAYS, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages::{self, PageParams};

failures!(ListFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, LOOK);
failures!(ShowFailures: ALWAYS, STORED, SIGNED_IN, LOOK);

/// Prescriptions.
///
/// Newest first, as far as the caller may see them; a draft is seen by its patient and its writer. Each look of a doctor or a
/// family member is in the patient's audit trail.
#[utoipa::path(
    operation_id = "listPrescriptions",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(ListParams),
    responses(
        (status = 200, description = "A page", body = [PrescriptionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ListFailures,
    ),
)]
#[get("/prescriptions")]
pub(crate) async fn list(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Claimed,
    query: ApiQuery<ListParams>,
) -> Result<HttpResponse, Failure> {
    let outcome = async { app.prescriptions(caller.claimant, query.0.parse()?).await };
    let page = caller.told(&app, outcome).await?;
    let items: Vec<_> = page.items.iter().map(PrescriptionBody::from).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &items))
}

/// A prescription.
///
/// `If-None-Match` with the `ETag` of an earlier answer answers 304 as long as it is the same.
#[utoipa::path(
    operation_id = "showPrescription",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription")),
    responses(
        (status = 200, description = "The prescription", body = PrescriptionBody<'static>, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        ShowFailures,
    ),
)]
#[get("/prescriptions/{id}")]
pub(crate) async fn show(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    let view = app.prescription(&caller.actor, id.0).await?;
    Ok(shown(&request, &view))
}

/// The versions of a prescription.
///
/// Newest first, each with its whole grid; proposed and declined ones are among them.
#[utoipa::path(
    operation_id = "listPrescriptionVersions",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(("id" = PrescriptionId, Path, description = "The prescription"), PageParams),
    responses(
        (status = 200, description = "A page", body = [VersionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ListFailures,
    ),
)]
#[get("/prescriptions/{id}/versions")]
pub(crate) async fn list_versions(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
    query: ApiQuery<PageParams>,
) -> Result<HttpResponse, Failure> {
    let page = app
        .prescription_versions(&caller.actor, id.0, &query.0.parse()?)
        .await?;
    let items: Vec<_> = page
        .items
        .iter()
        .map(|version| VersionBody::new(id.0, version))
        .collect();
    Ok(pages::answer(&request, page.next.as_deref(), &items))
}

/// A version of a prescription.
#[utoipa::path(
    operation_id = "showPrescriptionVersion",
    tag = "prescriptions",
    security(("accessToken" = [])),
    params(
        ("id" = PrescriptionId, Path, description = "The prescription"),
        ("n" = i32, Path, description = "The number of the version", minimum = 1),
    ),
    responses((status = 200, description = "The version", body = VersionBody<'static>), ShowFailures),
)]
#[get("/prescriptions/{id}/versions/{n}")]
pub(crate) async fn show_version(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    id: ApiPath<PrescriptionId>,
) -> Result<HttpResponse, Failure> {
    // What is no number names no version.
    let number = request.match_info().get("n").and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| Error::missing(Resource::PrescriptionVersion))?;
    let version = app.prescription_version(&caller.actor, id.0, number).await?;
    Ok(HttpResponse::Ok().json(VersionBody::new(id.0, &version)))
}
