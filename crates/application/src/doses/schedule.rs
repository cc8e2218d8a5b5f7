use das_tern_domain::{DailyProgress, PatientData, UserId, zone};
use das_tern_persistence::doses::{self, DoseView, Span};
use time::Date;

use crate::effects::DayScheduleKey;
use crate::{Actor, Application, Error};

/// Which day is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScheduleQuery {
    /// Whose; the caller's own where none is named.
    pub patient: Option<UserId>,
    /// Which day; today in Phnom Penh where none is named.
    pub day: Option<Date>,
}

/// A patient's day.
#[derive(Debug, Clone)]
pub struct DaySchedule {
    /// The day.
    pub day: Date,
    /// How far the patient is through it, as-needed doses left out.
    pub progress: DailyProgress,
    /// The doses in the order of their times.
    pub doses: Vec<DoseView>,
}

impl Application {
    /// A patient's doses of one day.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy says; `VALIDATION_ERROR` when a
    /// caller who is no patient names none.
    pub async fn dose_schedule(&self, actor: &Actor, query: ScheduleQuery) -> Result<DaySchedule, Error> {
        let look = self.look(actor, query.patient, PatientData::DoseSchedule).await?;
        let day = query.day.unwrap_or_else(|| self.today());
        let span = Span {
            patient: look.patient,
            from: zone::start_of(day),
            until: zone::end_of(day),
            prescriptions: None,
        };
        let doses = if look.is_whole() {
            let key = DayScheduleKey {
                patient: look.patient,
                day,
            };
            self.cache().get_or_load(&key, || self.doses_within(span)).await?
        } else {
            match look.narrow(span) {
                Some(span) => self.doses_within(span).await?,
                None => Vec::new(),
            }
        };
        let counted = doses
            .iter()
            .filter(|dose| !dose.medicine.is_prn)
            .map(|dose| dose.status);
        Ok(DaySchedule {
            day,
            progress: DailyProgress::of(counted),
            doses,
        })
    }

    async fn doses_within(&self, span: Span) -> Result<Vec<DoseView>, Error> {
        Ok(doses::within(self.database().connection(), &span).await?)
    }
}
