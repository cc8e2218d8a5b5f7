use das_tern_domain::access::{Action, decide};
use das_tern_domain::{
    DoseEventId, Event, Language, NudgeAnswered, Nudged, PatientData, UserId, UserRole, check_nudgeable, zone,
};
use das_tern_persistence::connections;
use das_tern_persistence::nudges::{self, QuestionedDose};
use uuid::Uuid;

use crate::effects::By;
use crate::once::{Created, Once};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error, Resource};

/// Family wants to know whether a dose was taken.
#[derive(Debug, Clone, Copy)]
pub struct NudgeRequest {
    /// Whose dose.
    pub patient: UserId,
    /// Which one; the latest that was missed today where none is named.
    pub dose: Option<DoseEventId>,
}

/// A question about a dose.
#[derive(Debug, Clone, Copy)]
pub struct Nudge {
    /// The dose.
    pub dose: DoseEventId,
    /// How often the caller may still ask about it.
    pub left: u32,
}

impl Application {
    /// Asks a patient whether they took a dose that was missed or is overdue.
    ///
    /// # Errors
    /// `NOT_FOUND` without a connection or such a dose; `FORBIDDEN` for doctors and below SELECTED; `DOSE_NOT_MISSED`;
    /// `NUDGE_LIMIT` when the caller has asked about it twice.
    pub async fn nudge(
        &self,
        actor: &Actor,
        request: NudgeRequest,
        once: Option<&Once>,
    ) -> Result<Created<Nudge>, Error> {
        self.permit(actor, request.patient, Action::Nudge, PatientData::DoseSchedule)
            .await?;
        let make = async |work: &mut Work<'_>| self.ask_about_dose(work, actor, request).await;
        let again = async |id: Uuid| {
            let asked = nudges::asked(self.database().connection(), id.into(), actor.id()).await?;
            Ok(self.nudge_of(id.into(), asked))
        };
        let asked = self.create(actor, "nudge", once, make, again).await;
        let tells_state = |error: &Error| matches!(error.code(), Code::DoseNotMissed | Code::NudgeLimit);
        if asked.as_ref().is_err_and(tells_state) {
            // Whoever is told that a dose is not missed has looked at it.
            self.record_look(actor, request.patient, PatientData::DoseSchedule, None)
                .await?;
        }
        asked
    }

    /// The connection is held while the questions are counted, so that of many at once no more pass than may.
    async fn ask_about_dose(&self, work: &mut Work<'_>, actor: &Actor, request: NudgeRequest) -> Result<Nudge, Stop> {
        work.begin().await?;
        let db = work.unit().connection();
        let now = work.now();
        let view = connections::lock_between(&db, actor.id(), request.patient).await?;
        let view = view.ok_or_else(|| Error::missing(Resource::Patient))?;
        let connection = view.connection();
        let relationship = connection.relationship();
        decide(actor.viewer(), request.patient, Some(&relationship), Action::Nudge, now)?;
        let dose = self.questioned_dose(work, request).await?;
        check_nudgeable(dose.status, dose.scheduled_time, dose.is_prn, dose.is_in_force, now)
            .map_err(|_| Error::new(Code::DoseNotMissed))?;
        let asked = nudges::asked(&work.unit().connection(), dose.id, actor.id()).await?;
        if asked >= self.settings().connections.nudges_per_dose {
            let wait = (zone::end_of(zone::day_of(now)) - now).whole_seconds();
            return Err(Error::wait(Code::NudgeLimit, u64::try_from(wait).unwrap_or(1).max(1)).into());
        }
        let patient = connection.patient();
        let medicine_name = match (patient.language, dose.medicine_name_khmer) {
            (Language::Khmer, Some(khmer)) => khmer,
            _ => dose.medicine_name,
        };
        let event = Nudged {
            dose: dose.id,
            patient: patient.recipient(),
            by: actor.id(),
            by_name: actor.account.display_name(),
            medicine_name,
            scheduled_time: dose.scheduled_time,
        };
        work.record(Event::Nudged(event)).await?;
        Ok(self.nudge_of(dose.id, asked + 1))
    }

    async fn questioned_dose(&self, work: &Work<'_>, request: NudgeRequest) -> Result<QuestionedDose, Stop> {
        let db = work.unit().connection();
        if let Some(id) = request.dose {
            let dose = nudges::dose(&db, request.patient, id).await?;
            return Ok(dose.ok_or_else(|| Error::missing(Resource::DoseEvent))?);
        }
        let now = work.now();
        let today = zone::day_of(now);
        let span = (zone::start_of(today), zone::end_of(today));
        let dose = nudges::latest_missed(&db, request.patient, span, now).await?;
        Ok(dose.ok_or_else(|| Error::new(Code::DoseNotMissed))?)
    }

    fn nudge_of(&self, dose: DoseEventId, asked: u32) -> Nudge {
        Nudge {
            dose,
            left: self.settings().connections.nudges_per_dose.saturating_sub(asked),
        }
    }

    /// A patient answers those who asked about a dose, and nobody else.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `NOT_FOUND` when it is not their dose, or nobody waits for an answer.
    pub async fn answer_nudge(&self, actor: &Actor, dose: DoseEventId, response: &str) -> Result<(), Error> {
        actor.check_role(UserRole::Patient)?;
        self.write(By::from(actor), async |work| {
            work.begin().await?;
            let db = work.unit().connection();
            if !nudges::lock_dose(&db, actor.id(), dose).await? {
                return Err(Error::missing(Resource::DoseEvent).into());
            }
            let asked = nudges::unanswered(&db, actor.id(), dose).await?;
            if asked.is_empty() {
                return Err(Error::missing(Resource::Nudge).into());
            }
            let event = NudgeAnswered {
                dose,
                patient: actor.id(),
                patient_name: actor.account.display_name(),
                response: response.to_owned(),
                asked,
            };
            work.record(Event::NudgeAnswered(event)).await
        })
        .await
    }
}
