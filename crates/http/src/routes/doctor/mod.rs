//! A doctor's patients: at a glance, as a list, and one by one (rules §8).

mod answers;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get};
use das_tern_application::{Application, Code};
use das_tern_domain::UserId;

use crate::error::Failure;
use crate::extract::{ApiPath, ApiQuery, Authenticated};
use crate::openapi::failures::{ALWAYS, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages;
use answers::{DashboardBody, DetailsBody, OwnPrescriptionBody, PatientsBody};
use requests::{OwnPrescriptionsParams, PatientsParams};

/// Why somebody has no patients.
const DOCTORS: &[Code] = &[Code::Forbidden, Code::AccountPendingVerification];
/// Why a patient cannot be looked at.
const LOOK: &[Code] = &[Code::AccessApprovalRequired, Code::NotFound];

failures!(GlanceFailures: ALWAYS, STORED, SIGNED_IN, DOCTORS);
failures!(ListFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, DOCTORS);
failures!(DetailsFailures: ALWAYS, STORED, SIGNED_IN, DOCTORS, LOOK);
failures!(OwnFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, DOCTORS, LOOK);

/// My patients at a glance.
///
/// How many there are and how many need attention, who has just missed doses in a row (two are a warning, three critical),
/// and the latest outcomes, of patients who opened theirs. Each patient who is named finds the look in their audit trail.
#[utoipa::path(
    operation_id = "doctorDashboard",
    tag = "doctor",
    security(("accessToken" = [])),
    responses((status = 200, description = "The dashboard", body = DashboardBody<'static>), GlanceFailures),
)]
#[get("/doctor/dashboard")]
pub(crate) async fn dashboard(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let dashboard = app.doctor_dashboard(&caller.actor).await?;
    Ok(HttpResponse::Ok().json(DashboardBody::from(&dashboard)))
}

/// My patients.
///
/// All who are connected with me, with the adherence of 30 days as far as they opened it: 0 where there is nothing to see.
/// Each patient of whom something is shown finds the look in their audit trail.
#[utoipa::path(
    operation_id = "doctorsPatients",
    tag = "doctor",
    security(("accessToken" = [])),
    params(PatientsParams),
    responses((status = 200, description = "A page", body = PatientsBody<'static>), ListFailures),
)]
#[get("/doctor/patients")]
pub(crate) async fn patients(
    app: ThinData<Application>,
    caller: Authenticated,
    query: ApiQuery<PatientsParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.doctors_patients(&caller.actor, query.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(PatientsBody::from(&page)))
}

/// One of my patients.
///
/// With 30 days of adherence, today included, and the prescriptions, as far as the patient opened them. The look is in the
/// patient's audit trail.
#[utoipa::path(
    operation_id = "patientDetails",
    tag = "doctor",
    security(("accessToken" = [])),
    params(("id" = UserId, Path, description = "The patient")),
    responses((status = 200, description = "The patient", body = DetailsBody<'static>), DetailsFailures),
)]
#[get("/doctor/patients/{id}/details")]
pub(crate) async fn details(
    app: ThinData<Application>,
    caller: Authenticated,
    id: ApiPath<UserId>,
) -> Result<HttpResponse, Failure> {
    let details = app.patient_details(&caller.actor, id.0).await?;
    Ok(HttpResponse::Ok().json(DetailsBody::from(&details)))
}

/// My prescriptions.
///
/// Those that I wrote, newest first, as far as their patients still open them to me. Each look is in the patient's audit trail.
#[utoipa::path(
    operation_id = "ownPrescriptions",
    tag = "doctor",
    security(("accessToken" = [])),
    params(OwnPrescriptionsParams),
    responses(
        (status = 200, description = "A page", body = [OwnPrescriptionBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        OwnFailures,
    ),
)]
#[get("/doctor/prescriptions")]
pub(crate) async fn prescriptions(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<OwnPrescriptionsParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.own_prescriptions(&caller.actor, query.0.parse()?).await?;
    let items: Vec<_> = page.items.iter().map(OwnPrescriptionBody::from).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &items))
}
