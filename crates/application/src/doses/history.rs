use das_tern_domain::{DoseEventStatus, PatientData, UserId, zone};
use das_tern_persistence::doses::{self, DoseView, Span};
use time::{Date, Duration};

use crate::pages::ListOf;
use crate::{Actor, Application, Error, FieldCode, FieldError, Page, PageRequest};

/// How many days back the history goes where no first day is named.
const DEFAULT_DAYS: Duration = Duration::days(30);
/// How many days one question may span.
const MAX_DAYS: Duration = Duration::days(366);

/// Which part of the past is asked for.
#[derive(Debug, Clone, Default)]
pub struct HistoryQuery {
    /// Whose; the caller's own where none is named.
    pub patient: Option<UserId>,
    /// The first day; 30 days before the last where none is named.
    pub from: Option<Date>,
    /// The last day; today in Phnom Penh where none is named.
    pub to: Option<Date>,
    /// Only doses with this outcome.
    pub status: Option<DoseEventStatus>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of a patient's doses, newest first, both days included.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy says; `VALIDATION_ERROR` for days out
    /// of order, more than 366 of them, or a page that does not exist.
    pub async fn dose_history(&self, actor: &Actor, query: HistoryQuery) -> Result<Page<DoseView>, Error> {
        let (from, to) = self.days_of(&query)?;
        let list = ListOf {
            name: "dose history",
            owner: query.patient.unwrap_or(actor.id()),
        };
        let page = self.cursors().query(list, &query.page)?;
        let look = self.look(actor, query.patient, PatientData::DoseHistory).await?;
        let span = Span {
            patient: look.patient,
            from: zone::start_of(from),
            until: zone::end_of(to),
            prescriptions: None,
        };
        let Some(span) = look.narrow(span) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let after = page.after.map(|(time, id)| (time, id.into()));
        let rows = doses::history(self.database().connection(), &span, query.status, after, page.rows()).await?;
        Ok(self
            .cursors()
            .page(list, &page, rows, |dose| (dose.scheduled_time, dose.id.0)))
    }

    fn days_of(&self, query: &HistoryQuery) -> Result<(Date, Date), Error> {
        let to = query
            .to
            .unwrap_or_else(|| self.today().max(query.from.unwrap_or(Date::MIN)));
        let from = query.from.unwrap_or(to - DEFAULT_DAYS);
        if from > to || to - from > MAX_DAYS {
            let wrong = |field: &str| FieldError::new(field, FieldCode::OutOfRange);
            return Err(Error::invalid(vec![wrong("startDate"), wrong("endDate")]));
        }
        Ok((from, to))
    }
}
