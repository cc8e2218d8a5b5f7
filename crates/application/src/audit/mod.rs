//! The audit trail (rules §10).

use das_tern_domain::{AuditActionType, UserId, zone};
use das_tern_persistence::audit_logs::{self, AuditEntry, AuditFilter};
use time::Date;

use crate::pages::ListOf;
use crate::{Actor, Application, Error, FieldCode, FieldError, Page, PageRequest};

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// From this day on.
    pub from: Option<Date>,
    /// Up to and with this day.
    pub to: Option<Date>,
    /// Only this action.
    pub action: Option<AuditActionType>,
    /// Only by this actor.
    pub actor: Option<UserId>,
    /// Only about this kind of thing.
    pub resource_type: Option<String>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of the entries that the caller may read, newest first: a patient's are those about their data and their
    /// own actions, anybody else's their own actions.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for days out of order or a page that does not exist.
    pub async fn audit_logs(&self, actor: &Actor, query: AuditQuery) -> Result<Page<AuditEntry>, Error> {
        if let (Some(from), Some(to)) = (query.from, query.to)
            && from > to
        {
            let wrong = |field: &str| FieldError::new(field, FieldCode::OutOfRange);
            return Err(Error::invalid(vec![wrong("startDate"), wrong("endDate")]));
        }
        let list = ListOf {
            name: "audit logs",
            owner: actor.id(),
        };
        let page = self.cursors().query(list, &query.page)?;
        let filter = AuditFilter {
            from: query.from.map(zone::start_of),
            until: query.to.map(zone::end_of),
            action: query.action,
            actor: query.actor,
            resource_type: query.resource_type,
        };
        let after = page.after.map(|(time, id)| (time, id.into()));
        let rows =
            audit_logs::visible_to(self.database().connection(), actor.id(), &filter, after, page.rows()).await?;
        Ok(self
            .cursors()
            .page(list, &page, rows, |entry| (entry.created_at, entry.id.0)))
    }
}
