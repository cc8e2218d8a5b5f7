use das_tern_domain::{AccountStatus, Decision, DoctorName, Event, UserId, Verdict};
use das_tern_integrations::StoredObject;
use das_tern_persistence::verification::{self, DoctorRecord};
use uuid::Uuid;

use crate::effects::By;
use crate::messages::{Addressee, Letter};
use crate::pages::ListOf;
use crate::{Application, Code, Error, Page, PageRequest, Resource};

/// Which doctors.
#[derive(Debug, Clone, Default)]
pub struct DoctorsQuery {
    /// Only those of this standing.
    pub status: Option<AccountStatus>,
    /// Which page.
    pub page: PageRequest,
}

impl Application {
    /// A page of the doctors who confirmed their accounts, newest first.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a page that does not exist.
    pub async fn doctors_to_judge(&self, query: DoctorsQuery) -> Result<Page<DoctorRecord>, Error> {
        let list = ListOf {
            name: "doctors to judge",
            owner: UserId(Uuid::nil()),
        };
        let page = self.cursors().query(list, &query.page)?;
        let after = page.after.map(|(time, id)| (time, id.into()));
        let rows = verification::doctors(self.database().connection(), query.status, after, page.rows()).await?;
        Ok(self
            .cursors()
            .page(list, &page, rows, |doctor| (doctor.created_at, doctor.id.0)))
    }

    /// The doctor of this name.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none.
    pub async fn doctor_to_judge(&self, name: &DoctorName) -> Result<DoctorRecord, Error> {
        verification::find(self.database().connection(), name)
            .await?
            .ok_or_else(|| Error::missing(Resource::Doctor))
    }

    /// The picture of a doctor's licence, where there is one.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is no such doctor, `UNAVAILABLE` while files cannot be read.
    pub async fn license_photo(&self, name: &DoctorName) -> Result<Option<StoredObject>, Error> {
        let doctor = self.doctor_to_judge(name).await?;
        let Some(key) = doctor.license_photo_url else {
            return Ok(None);
        };
        let stored = self.integrations().objects.fetch(&key).await;
        stored.map_err(Error::unavailable)
    }

    /// Verifies or rejects a doctor, who is told. The same verdict again changes nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for who is no doctor, `INVALID_STATE` for one who has not confirmed the account.
    pub async fn judge_doctor(&self, name: &DoctorName, verdict: Verdict) -> Result<DoctorRecord, Error> {
        let (record, is_news) = self
            .write(By::SYSTEM, async |work| {
                let record = verification::find(&work.unit().connection(), name)
                    .await?
                    .ok_or_else(|| Error::missing(Resource::Doctor))?;
                let before = record.standing();
                match before.judge(verdict.clone()).map_err(|_| unconfirmed())? {
                    Decision::Unchanged => Ok((record, false)),
                    Decision::Changed { after, event } => {
                        work.save_verdict(&before, &after, Event::DoctorJudged(event)).await?;
                        Ok((record.with(&after), true))
                    }
                }
            })
            .await?;
        if is_news {
            let (app, doctor) = (self.clone(), record.clone());
            self.in_background(async move { app.tell_doctor(&doctor, &verdict).await });
        }
        Ok(record)
    }

    /// Somebody who cannot sign in finds no notification, so they are written to as well.
    async fn tell_doctor(&self, doctor: &DoctorRecord, verdict: &Verdict) {
        let (name, reason) = match verdict {
            Verdict::Verified => ("doctor-verified", ""),
            Verdict::Rejected { reason } => ("doctor-rejected", reason.as_str()),
        };
        let addressee = Addressee {
            user: doctor.id,
            language: doctor.language,
            contacts: doctor.contacts(),
        };
        let letter = Letter {
            name,
            arguments: &[("reason", reason)],
            code: None,
        };
        self.write_to(&addressee, &letter).await;
    }
}

fn unconfirmed() -> Error {
    Error::new(Code::InvalidState)
        .with("from", "UNCONFIRMED")
        .with("allowed", [AccountStatus::PendingVerification])
}
