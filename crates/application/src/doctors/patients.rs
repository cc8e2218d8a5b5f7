use das_tern_domain::{Adherence, AdherenceLevel, PatientData, UserId, age, zone};
use das_tern_persistence::patients::{self, Figures, PatientOrder, PatientPage, PatientView};
use time::{Date, Duration};

use crate::{Actor, Application, Error, FieldCode, FieldError};

/// Over how many days adherence is counted, today included; the timeline of the API has as many.
pub(super) const DAYS: i64 = 30;
/// How many patients a page has where nothing is asked.
const DEFAULT_LIMIT: u32 = 50;
/// How many patients a page has at most.
pub(super) const MAX_LIMIT: u32 = 100;

/// Which of a doctor's patients are asked for.
#[derive(Debug, Clone)]
pub struct PatientsQuery {
    /// A part of the name, in Khmer or in English, or of the phone number; all where there is none.
    pub text: Option<String>,
    /// Only those whose adherence, as it is shown, is of this level.
    pub level: Option<AdherenceLevel>,
    /// In which order.
    pub order: PatientOrder,
    /// The other way round.
    pub is_descending: bool,
    /// Which page, from 1; the first by default.
    pub page: Option<u32>,
    /// How many a page has, 1 to 100; 50 by default.
    pub limit: Option<u32>,
}

/// A page of a doctor's patients.
#[derive(Debug, Clone)]
pub struct DoctorsPatients {
    /// Those of the page.
    pub patients: Vec<PatientSummary>,
    /// How many fit altogether.
    pub total: u64,
}

/// A patient as their doctor sees them.
#[derive(Debug, Clone)]
pub struct PatientSummary {
    /// The patient, and what is seen of them.
    pub view: PatientView,
    /// Their age in years, where they told when they were born.
    pub age: Option<i32>,
    /// How much was taken of what was to be decided on within 30 days.
    pub adherence: Adherence,
    /// The level of the percentage that is shown.
    pub level: AdherenceLevel,
}

impl Application {
    /// A page of the caller's patients, with as much of each as they opened. Each patient of whom something is shown has it
    /// in their trail.
    ///
    /// # Errors
    /// `FORBIDDEN` for anybody but a doctor, `ACCOUNT_PENDING_VERIFICATION` for one whom nobody verified;
    /// `VALIDATION_ERROR` for a page that does not exist.
    pub async fn doctors_patients(&self, actor: &Actor, query: PatientsQuery) -> Result<DoctorsPatients, Error> {
        actor.check_doctor()?;
        let page = self.page_of(query)?;
        let db = self.database().connection();
        let (found, total) = patients::list(db, self.figures(actor.id()), &page).await?;
        let seen = found.iter().filter(|patient| patient.is_seen).map(|patient| patient.id);
        self.record_shown(actor, seen, PatientData::PatientList).await?;
        Ok(DoctorsPatients {
            patients: found.into_iter().map(|view| self.summary(view)).collect(),
            total,
        })
    }

    fn page_of(&self, query: PatientsQuery) -> Result<PatientPage, Error> {
        let (page, limit) = (query.page.unwrap_or(1), query.limit.unwrap_or(DEFAULT_LIMIT));
        let mut invalid = Vec::new();
        if page == 0 {
            invalid.push(FieldError::new("page", FieldCode::OutOfRange));
        }
        if !(1..=MAX_LIMIT).contains(&limit) {
            invalid.push(FieldError::new("limit", FieldCode::OutOfRange));
        }
        if !invalid.is_empty() {
            return Err(Error::invalid(invalid));
        }
        Ok(PatientPage {
            text: query.text,
            percent: query.level.map(|level| self.adherence_policy().range(level)),
            order: query.order,
            is_descending: query.is_descending,
            offset: u64::from(page - 1) * u64::from(limit),
            limit: limit.into(),
        })
    }

    /// What a doctor's figures are counted over: 30 days of Phnom Penh, today included.
    pub(super) fn figures(&self, doctor: UserId) -> Figures {
        let now = self.now();
        let today = zone::day_of(now);
        Figures {
            doctor,
            now,
            from: zone::start_of(first_day(today)),
            until: zone::end_of(today),
        }
    }

    pub(super) fn summary(&self, view: PatientView) -> PatientSummary {
        let today = self.today();
        let adherence = view.adherence();
        PatientSummary {
            age: view.date_of_birth.map(|born| age(born, today)),
            level: self.adherence_policy().level(adherence.shown()),
            adherence,
            view,
        }
    }
}

/// The first of the days that are counted.
pub(super) fn first_day(today: Date) -> Date {
    today - Duration::days(DAYS - 1)
}
