//! The audit trail (rules §10).

mod answers;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get};
use das_tern_application::Application;

use crate::error::Failure;
use crate::extract::{ApiQuery, Authenticated};
use crate::openapi::failures::{ALWAYS, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages;
use answers::AuditEntryBody;
use requests::AuditParams;

failures!(AuditFailures: ALWAYS, STORED, SIGNED_IN, FIELDS);

/// Who did what.
///
/// Newest first. Patients see everything about their data and what they did themselves; others what they did themselves.
#[utoipa::path(
    operation_id = "auditLogs",
    tag = "audit",
    security(("accessToken" = [])),
    params(AuditParams),
    responses(
        (status = 200, description = "A page", body = [AuditEntryBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        AuditFailures,
    ),
)]
#[get("/audit-logs")]
pub(crate) async fn list(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<AuditParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.audit_logs(&caller.actor, query.0.parse()?).await?;
    let entries: Vec<_> = page.items.iter().map(AuditEntryBody::from).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &entries))
}
