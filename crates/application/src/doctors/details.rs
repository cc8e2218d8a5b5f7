use das_tern_domain::{Adherence, AdherenceLevel, PatientData, UserId, zone};
use das_tern_persistence::adherence::{self, DayOfDoses};
use das_tern_persistence::doses::Span;
use das_tern_persistence::patients;
use das_tern_persistence::prescriptions::PrescriptionView;
use time::{Date, Duration};

use super::PatientSummary;
use super::patients::{DAYS, first_day};
use crate::looks::Look;
use crate::{Actor, Application, Error, Resource};

/// A patient as their doctor sees them, day by day.
#[derive(Debug, Clone)]
pub struct PatientDetails {
    /// The patient.
    pub patient: PatientSummary,
    /// What became of the doses of 30 days.
    pub adherence: Adherence,
    /// The level of the percentage that is shown.
    pub level: AdherenceLevel,
    /// The same day by day, the oldest first, today last; days without doses included.
    pub timeline: Vec<(Date, Adherence)>,
    /// Their latest prescriptions, newest first, at most 100.
    pub prescriptions: Vec<PrescriptionView>,
}

impl Application {
    /// One of the caller's patients, as far as they opened themselves.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a doctor; `NOT_FOUND`, `FORBIDDEN` or `ACCESS_APPROVAL_REQUIRED` as the access policy
    /// says.
    pub async fn patient_details(&self, actor: &Actor, patient: UserId) -> Result<PatientDetails, Error> {
        actor.check_doctor()?;
        let look = self.look(actor, Some(patient), PatientData::PatientDetails).await?;
        let figures = self.figures(actor.id());
        let view = patients::one(self.database().connection(), figures, patient)
            .await?
            .ok_or_else(|| Error::missing(Resource::Patient))?;
        let timeline = self.timeline(&look).await?;
        let adherence = timeline
            .iter()
            .fold(Adherence::default(), |sum, (_, day)| sum.plus(*day));
        let prescriptions = self.prescriptions_seen(actor, patient).await?;
        Ok(PatientDetails {
            patient: self.summary(view),
            level: self.adherence_policy().level(adherence.shown()),
            adherence,
            timeline,
            prescriptions,
        })
    }

    /// The 30 days up to today, as far as they are seen.
    async fn timeline(&self, look: &Look) -> Result<Vec<(Date, Adherence)>, Error> {
        let today = self.today();
        let first = first_day(today);
        let span = Span {
            patient: look.patient,
            from: zone::start_of(first),
            until: zone::end_of(today),
            prescriptions: None,
        };
        let found = match look.narrow(span) {
            Some(span) => adherence::by_day(self.database().connection(), &span).await?,
            None => Vec::new(),
        };
        let of = |day: Date| {
            let found = found.iter().find(|found| found.day == day);
            found.map_or_else(Adherence::default, DayOfDoses::adherence)
        };
        let days = (0..DAYS).map(|number| first + Duration::days(number));
        Ok(days.map(|day| (day, of(day))).collect())
    }
}
