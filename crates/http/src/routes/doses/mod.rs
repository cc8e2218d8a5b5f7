//! A patient's doses: the day, the past, and what became of each (rules §5).

mod answers;
mod medication;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, patch};
use das_tern_application::{Application, Code};
use das_tern_domain::DoseEventId;

pub(crate) use answers::DoseBody;
use answers::{RecordedDoseBody, ScheduleBody};
use medication::SharedMedications;
use requests::{HistoryParams, ReminderTimeRequest, ScheduleParams, SkippedRequest, TakenRequest};

use crate::error::Failure;
use crate::extract::{ApiJson, ApiPath, ApiQuery, Authenticated, Claimed};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages;

/// Why somebody's doses cannot be looked at.
const LOOK: &[Code] = &[Code::Forbidden, Code::AccessApprovalRequired, Code::NotFound];
/// Why a dose cannot be marked.
const MARK: &[Code] = &[
    Code::DoseWindowClosed,
    Code::Forbidden,
    Code::NotFound,
    Code::DoseAlreadyRecorded,
];
/// Why a reminder cannot be moved.
const MOVE: &[Code] = &[Code::Forbidden, Code::NotFound, Code::InvalidState];

failures!(LookFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, LOOK);
failures!(MarkFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, MARK);
failures!(MoveFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, MOVE);

/// A day's doses.
///
/// In the order of their times. Doctors and family name the patient; each such look is in the patient's audit trail.
#[utoipa::path(
    operation_id = "doseSchedule",
    tag = "doses",
    security(("accessToken" = [])),
    params(
        ScheduleParams,
        ("groupBy" = Option<String>, Query, description = "Accepted in any spelling; changes nothing."),
    ),
    responses((status = 200, description = "The day", body = ScheduleBody<'static>), LookFailures),
)]
#[get("/doses/schedule")]
pub(crate) async fn schedule(
    app: ThinData<Application>,
    caller: Authenticated,
    query: ApiQuery<ScheduleParams>,
) -> Result<HttpResponse, Failure> {
    let day = app.dose_schedule(&caller.actor, query.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(ScheduleBody::new(&day, app.texts(), caller.language)))
}

/// Past doses.
///
/// Newest first, both days included; at most 366 days, the last 31 by default.
#[utoipa::path(
    operation_id = "doseHistory",
    tag = "doses",
    security(("accessToken" = [])),
    params(HistoryParams),
    responses(
        (status = 200, description = "A page", body = [DoseBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        LookFailures,
    ),
)]
#[get("/doses/history")]
pub(crate) async fn history(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<HistoryParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.dose_history(&caller.actor, query.0.parse()?).await?;
    let medications = SharedMedications::of(&page.items);
    let doses: Vec<_> = page
        .items
        .iter()
        .map(|dose| DoseBody::sharing(dose, &medications))
        .collect();
    Ok(pages::answer(&request, page.next.as_deref(), &doses))
}

/// Take a dose.
///
/// From the start of its day, or four hours before its time if that is earlier, until 24 hours after its time. Doing it again answers what is stored.
#[utoipa::path(
    operation_id = "takeDose",
    tag = "doses",
    security(("accessToken" = [])),
    params(("id" = DoseEventId, Path, description = "The dose")),
    request_body = TakenRequest,
    responses((status = 200, description = "The dose as it is stored", body = RecordedDoseBody<'static>), MarkFailures),
)]
#[patch("/doses/{id}/taken")]
pub(crate) async fn take(
    app: ThinData<Application>,
    caller: Claimed,
    id: ApiPath<DoseEventId>,
    body: ApiJson<TakenRequest>,
) -> Result<HttpResponse, Failure> {
    let outcome = async { app.take_dose(caller.claimant, id.0, body.0.parse()?).await };
    let recorded = caller.told(&app, outcome).await?;
    Ok(HttpResponse::Ok().json(RecordedDoseBody::from(&recorded)))
}

/// Leave a dose out.
///
/// Doing it again answers what is stored.
#[utoipa::path(
    operation_id = "skipDose",
    tag = "doses",
    security(("accessToken" = [])),
    params(("id" = DoseEventId, Path, description = "The dose")),
    request_body = SkippedRequest,
    responses((status = 200, description = "The dose as it is stored", body = RecordedDoseBody<'static>), MarkFailures),
)]
#[patch("/doses/{id}/skipped")]
pub(crate) async fn skip(
    app: ThinData<Application>,
    caller: Claimed,
    id: ApiPath<DoseEventId>,
    body: ApiJson<SkippedRequest>,
) -> Result<HttpResponse, Failure> {
    let outcome = async { app.skip_dose(caller.claimant, id.0, body.0.parse()?).await };
    let recorded = caller.told(&app, outcome).await?;
    Ok(HttpResponse::Ok().json(RecordedDoseBody::from(&recorded)))
}

/// Move a reminder.
///
/// The dose stays at its time; the phone reminds at another time of the same day.
#[utoipa::path(
    operation_id = "moveDoseReminder",
    tag = "doses",
    security(("accessToken" = [])),
    params(("id" = DoseEventId, Path, description = "The dose")),
    request_body = ReminderTimeRequest,
    responses((status = 200, description = "The dose as it is stored", body = DoseBody<'static>), MoveFailures),
)]
#[patch("/doses/{id}/reminder-time")]
pub(crate) async fn move_reminder(
    app: ThinData<Application>,
    caller: Claimed,
    id: ApiPath<DoseEventId>,
    body: ApiJson<ReminderTimeRequest>,
) -> Result<HttpResponse, Failure> {
    let outcome = async { app.move_dose_reminder(caller.claimant, id.0, body.0.parse()?).await };
    let dose = caller.told(&app, outcome).await?;
    Ok(HttpResponse::Ok().json(DoseBody::from(&dose)))
}
