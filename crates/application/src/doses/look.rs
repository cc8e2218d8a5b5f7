use das_tern_domain::access::{Refusal, Sight, view_medication};
use das_tern_domain::{Event, PatientData, PatientDataViewed, UserId, UserRole, zone};
use das_tern_persistence::connections;
use das_tern_persistence::doses::Span;

use crate::effects::By;
use crate::{Actor, Application, Code, Error, FieldCode, Resource};

/// A look at a patient's doses that the policy allows.
pub(super) struct Look {
    pub(super) patient: UserId,
    sight: Sight,
}

impl Look {
    /// Whether the whole day is seen, so that what is cached for the patient may be shown.
    pub(super) fn is_whole(&self) -> bool {
        self.sight == Sight::Everything
    }

    /// The part of a span of days that may be seen; `None` is nothing of it.
    pub(super) fn narrow(&self, span: Span) -> Option<Span> {
        let Sight::Selected(scope) = &self.sight else {
            return Some(span);
        };
        let is_empty = scope.prescription_ids.is_empty() && scope.from.is_none() && scope.to.is_none();
        let from = scope.from.map_or(span.from, |day| span.from.max(zone::start_of(day)));
        let until = scope.to.map_or(span.until, |day| span.until.min(zone::end_of(day)));
        let prescriptions = Some(scope.prescription_ids.clone()).filter(|ids| !ids.is_empty());
        (!is_empty && from < until).then_some(Span {
            from,
            until,
            prescriptions,
            ..span
        })
    }
}

impl Application {
    /// Decides whether the caller may look at the doses of `patient`, or at their own where none is named, and records a
    /// look at somebody else's, refused ones too (rules §10).
    pub(super) async fn look(&self, actor: &Actor, patient: Option<UserId>, data: PatientData) -> Result<Look, Error> {
        let patient = match patient {
            Some(patient) => patient,
            None if actor.account.role == UserRole::Patient => actor.id(),
            None => return Err(Error::invalid_field("patientId", FieldCode::Required)),
        };
        if patient == actor.id() {
            return Ok(Look {
                patient,
                sight: Sight::Everything,
            });
        }
        let relationship = connections::relationship(self.database().connection(), actor.id(), patient)
            .await?
            .ok_or_else(|| Error::missing(Resource::Patient))?;
        let seen = view_medication(actor.viewer(), patient, relationship.as_ref(), self.now());
        let viewed = PatientDataViewed {
            patient,
            data,
            refusal: seen.as_ref().err().copied(),
        };
        self.write(By::from(actor), async |work| {
            work.record(Event::PatientDataViewed(viewed)).await
        })
        .await?;
        Ok(Look { patient, sight: seen? })
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotConnected => Self::missing(Resource::Patient),
            Refusal::NotAllowed => Self::new(Code::Forbidden),
            Refusal::ApprovalRequired => Self::new(Code::AccessApprovalRequired),
        }
    }
}
