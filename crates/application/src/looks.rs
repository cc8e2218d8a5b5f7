//! How a use case asks the access policy, and what of the asking is written down (rules §3, §10).

use das_tern_domain::access::{Action, Refusal, Sight, decide};
use das_tern_domain::{Event, PatientData, PatientDataViewed, UserId, UserRole};
use das_tern_persistence::connections;
use das_tern_persistence::doses::Span;

use crate::effects::By;
use crate::{Actor, Application, Code, Error, FieldCode, Resource};

/// A look at a patient's data that the policy allows.
pub(crate) struct Look {
    pub(crate) patient: UserId,
    pub(crate) sight: Sight,
}

impl Look {
    /// Whether everything is seen, so that what is cached for the patient may be shown.
    pub(crate) fn is_whole(&self) -> bool {
        self.sight == Sight::Everything
    }

    /// The part of a span of days that may be seen; `None` is nothing of it.
    pub(crate) fn narrow(&self, span: Span) -> Option<Span> {
        span.seen_by(&self.sight)
    }
}

impl Application {
    /// Decides whether the caller may look at the data of `patient`, or at their own where none is named, and records a
    /// look at somebody else's, refused ones too (rules §10).
    pub(crate) async fn look(&self, actor: &Actor, patient: Option<UserId>, data: PatientData) -> Result<Look, Error> {
        let patient = match patient {
            Some(patient) => patient,
            None if actor.account.role == UserRole::Patient => actor.id(),
            None => return Err(Error::invalid_field("patientId", FieldCode::Required)),
        };
        let seen = self.ask(actor, patient, Action::View).await?;
        self.record_look(actor, patient, data, seen.as_ref().err().copied())
            .await?;
        Ok(Look { patient, sight: seen? })
    }

    /// Decides whether the caller may look at one thing of `patient`'s, which `covers` tells of a sight, and records the look
    /// at somebody else's. Whoever sees something of the patient, but not this, does not know of it.
    ///
    /// # Errors
    /// As the access policy says; `Ok(false)` where it is not seen.
    pub(crate) async fn look_at(
        &self,
        actor: &Actor,
        patient: UserId,
        data: PatientData,
        covers: impl FnOnce(&Sight) -> bool,
    ) -> Result<bool, Error> {
        let decided = self.ask(actor, patient, Action::View).await?;
        let seen = decided.map(|sight| covers(&sight));
        let refusal = match &seen {
            Ok(true) => None,
            Ok(false) => Some(Refusal::NotAllowed),
            Err(refusal) => Some(*refusal),
        };
        self.record_look(actor, patient, data, refusal).await?;
        Ok(seen?)
    }

    /// Decides whether the caller may do `action` with the data of `patient`. A refused attempt on somebody else is recorded
    /// as a refused look at `data`; what is allowed leaves its own event.
    ///
    /// # Errors
    /// `NOT_FOUND` without a connection, `FORBIDDEN` where the level or the relation does not go that far.
    pub async fn permit(&self, actor: &Actor, patient: UserId, action: Action, data: PatientData) -> Result<(), Error> {
        let decided = self.ask(actor, patient, action).await?;
        if let Err(refusal) = decided {
            self.record_look(actor, patient, data, Some(refusal)).await?;
        }
        decided?;
        Ok(())
    }

    /// What the policy says, with the connection as the database has it at this moment: nothing that grants access is
    /// cached.
    pub(crate) async fn ask(
        &self,
        actor: &Actor,
        patient: UserId,
        action: Action,
    ) -> Result<Result<Sight, Refusal>, Error> {
        let viewer = actor.viewer();
        if patient == viewer.id && viewer.role == UserRole::Patient {
            return Ok(decide(viewer, patient, None, action, self.now()));
        }
        let relationship = connections::relationship(self.database().connection(), viewer.id, patient)
            .await?
            .ok_or_else(|| Error::missing(Resource::Patient))?;
        Ok(decide(viewer, patient, relationship.as_ref(), action, self.now()))
    }

    /// Records an attempt on somebody else's data that was refused by another rule than the policy's.
    pub(crate) async fn record_refused(&self, actor: &Actor, patient: UserId, data: PatientData) -> Result<(), Error> {
        self.record_look(actor, patient, data, Some(Refusal::NotAllowed)).await
    }

    /// Records that something of each of these patients was shown, so that each sees that somebody looked.
    pub(crate) async fn record_shown(
        &self,
        actor: &Actor,
        patients: impl IntoIterator<Item = UserId>,
        data: PatientData,
    ) -> Result<(), Error> {
        let looks: Vec<_> = patients
            .into_iter()
            .map(|patient| {
                let refusal = None;
                Event::PatientDataViewed(PatientDataViewed { patient, data, refusal })
            })
            .collect();
        if looks.is_empty() {
            return Ok(());
        }
        self.write(By::from(actor), async |work| work.record_all(&looks).await)
            .await
    }

    /// Records a look at the data of `patient`, or an attempt; what people do with their own is no look.
    pub(crate) async fn record_look(
        &self,
        actor: &Actor,
        patient: UserId,
        data: PatientData,
        refusal: Option<Refusal>,
    ) -> Result<(), Error> {
        if patient == actor.id() {
            return Ok(());
        }
        let viewed = PatientDataViewed { patient, data, refusal };
        self.write(By::from(actor), async |work| {
            work.record(Event::PatientDataViewed(viewed)).await
        })
        .await
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotConnected => Self::missing(Resource::Patient),
            Refusal::NotAllowed => Self::new(Code::Forbidden),
            Refusal::ApprovalRequired => Self::new(Code::AccessApprovalRequired),
            Refusal::NotVerified => Self::new(Code::AccountPendingVerification),
        }
    }
}
