//! Administration, for whoever has the key (rules §2). Without it, these paths do not exist.

mod answers;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, post};
use das_tern_application::{Application, Code};
use das_tern_domain::{DoctorName, Verdict};

use crate::error::Failure;
use crate::extract::{Administrator, ApiJson, ApiPath, ApiQuery};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, STORED, failures};
use crate::pages;
use answers::DoctorBody;
use requests::{DoctorPath, DoctorsParams, RejectionRequest};

failures!(ListFailures: ALWAYS, STORED, FIELDS, &[Code::NotFound]);
failures!(VerifyFailures: ALWAYS, STORED, &[Code::NotFound, Code::InvalidState]);
failures!(RejectFailures: ALWAYS, STORED, FIELDS, BODY, &[Code::NotFound, Code::InvalidState]);

/// Doctors to verify.
///
/// Newest first; those who have confirmed their phone or e-mail address.
#[utoipa::path(
    operation_id = "adminDoctors",
    tag = "admin",
    security(("adminKey" = [])),
    params(DoctorsParams),
    responses(
        (status = 200, description = "A page", body = [DoctorBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        ListFailures,
    ),
)]
#[get("/admin/doctors")]
pub(crate) async fn doctors(
    _: Administrator,
    app: ThinData<Application>,
    request: HttpRequest,
    query: ApiQuery<DoctorsParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.doctors_to_judge(query.0.parse()?).await?;
    let doctors: Vec<_> = page.items.iter().map(DoctorBody::from).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &doctors))
}

/// Verify a doctor.
///
/// The doctor is told, and can sign in, connect and prescribe. Verifying again changes nothing.
#[utoipa::path(
    operation_id = "adminVerifyDoctor",
    tag = "admin",
    security(("adminKey" = [])),
    params(DoctorPath),
    responses((status = 200, description = "Verified", body = DoctorBody<'static>), VerifyFailures),
)]
#[post("/admin/doctors/{id}/verify")]
pub(crate) async fn verify(
    _: Administrator,
    app: ThinData<Application>,
    id: ApiPath<DoctorName>,
) -> Result<HttpResponse, Failure> {
    let doctor = app.judge_doctor(&id.0, Verdict::Verified).await?;
    Ok(HttpResponse::Ok().json(DoctorBody::from(&doctor)))
}

/// Reject a doctor.
///
/// The doctor is told why, and cannot sign in any more. Rejecting again changes nothing.
#[utoipa::path(
    operation_id = "adminRejectDoctor",
    tag = "admin",
    security(("adminKey" = [])),
    params(DoctorPath),
    request_body = RejectionRequest,
    responses((status = 200, description = "Rejected", body = DoctorBody<'static>), RejectFailures),
)]
#[post("/admin/doctors/{id}/reject")]
pub(crate) async fn reject(
    _: Administrator,
    app: ThinData<Application>,
    id: ApiPath<DoctorName>,
    body: ApiJson<RejectionRequest>,
) -> Result<HttpResponse, Failure> {
    let doctor = app.judge_doctor(&id.0, body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(DoctorBody::from(&doctor)))
}
