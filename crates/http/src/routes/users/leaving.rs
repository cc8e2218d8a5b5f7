//! Taking all of one's data along, and leaving (rules §2).

use actix_web::http::header::{CONTENT_DISPOSITION, ContentType};
use actix_web::web::{Bytes, ThinData};
use actix_web::{HttpResponse, delete, get};
use das_tern_application::{Application, Error, Export};
use das_tern_domain::zone;
use futures_util::{Stream, stream};

use super::ShowFailures;
use super::answers::LeavingBody;
use crate::error::Failure;
use crate::extract::Authenticated;
use crate::openapi::Instant;

/// All my data.
///
/// One JSON document with everything that is stored about the caller, but for passwords and the like. It is streamed, and
/// shows one moment. A few times an hour.
#[utoipa::path(
    operation_id = "exportOwnData",
    tag = "users",
    security(("accessToken" = [])),
    responses(
        (status = 200, description = "A file", body = Value, headers(("Content-Disposition" = String, description = "A name for the file"))),
        ShowFailures,
    ),
)]
#[get("/users/export")]
pub(crate) async fn export(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let document = app.export(&caller.actor).await?;
    let day = zone::format_day(app.today());
    let disposition = format!("attachment; filename=\"das-tern-{day}.json\"");
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .insert_header((CONTENT_DISPOSITION, disposition))
        .streaming(chunks(document)))
}

fn chunks(document: Export) -> impl Stream<Item = Result<Bytes, Error>> {
    stream::try_unfold(document, async |mut rest| {
        let chunk = rest.next().await?;
        Ok(chunk.map(|text| (Bytes::from(text), rest)))
    })
}

/// Delete my account.
///
/// After 30 days, unless one signs in before. Every session ends at once.
#[utoipa::path(
    operation_id = "leave",
    tag = "users",
    security(("accessToken" = [])),
    responses((status = 200, description = "Noted", body = LeavingBody), ShowFailures),
)]
#[delete("/users/me")]
pub(crate) async fn leave(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let due_at = app.leave(&caller.actor).await?;
    let day = zone::format_day(zone::day_of(due_at));
    let message = app
        .texts()
        .sentence(caller.language, "deletion-requested", &[("day", &day)]);
    Ok(HttpResponse::Ok().json(LeavingBody {
        message,
        deletion_at: Instant(due_at),
    }))
}
