use das_tern_domain::{Language, Specialty, UserRole};
use das_tern_persistence::doctors::{self, DoctorFilter, DoctorView};
use uuid::Uuid;

use crate::pages::{ListOf, PageQuery};
use crate::{Actor, Application, Code, Error, Page, PageRequest};

/// Which doctors are looked for.
#[derive(Debug, Clone, Default)]
pub struct DoctorQuery {
    /// A part of the name, the clinic, the specialty or the licence number, in Khmer or in English; all where there is
    /// none.
    pub text: Option<String>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of the verified doctors who fit, by name in the order of the Khmer alphabet.
    ///
    /// # Errors
    /// `FORBIDDEN` for doctors; `VALIDATION_ERROR` for a page that does not exist.
    pub async fn find_doctors(&self, actor: &Actor, query: DoctorQuery) -> Result<Page<DoctorView>, Error> {
        if actor.account.role == UserRole::Doctor {
            return Err(Error::new(Code::Forbidden));
        }
        let list = ListOf {
            name: "doctors",
            owner: actor.id(),
        };
        let page: PageQuery<(String, Uuid)> = self.cursors().query_by(list, &query.page)?;
        let filter = DoctorFilter {
            specialties: query
                .text
                .as_deref()
                .map_or_else(Vec::new, |text| self.specialties(text)),
            text: query.text,
        };
        let after = page.after.clone().map(|(name, id)| (name, id.into()));
        let rows = doctors::search(self.database().connection(), &filter, after, page.rows()).await?;
        Ok(self
            .cursors()
            .page(list, &page, rows, |doctor| (doctor.name.clone(), doctor.id.0)))
    }

    /// The specialties whose name in either language has `text` in it.
    fn specialties(&self, text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        let fits = |specialty: &Specialty| {
            let id = format!("specialty-{}", specialty.label().to_lowercase().replace('_', "-"));
            [Language::Khmer, Language::English].into_iter().any(|language| {
                let name = self.texts().sentence(language, &id, &[]);
                name.to_lowercase().contains(&text)
            })
        };
        let fitting = Specialty::ALL.iter().filter(|specialty| fits(specialty));
        fitting.map(|specialty| specialty.label().to_owned()).collect()
    }
}
