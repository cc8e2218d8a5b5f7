use das_tern_domain::{
    Connection, ConnectionChanged, ConnectionError, ConnectionId, Decision, PatientData, UserId, zone,
};
use das_tern_persistence::connections::{self, ConnectionView, PersonView};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::effects::By;
use crate::keys::hex;
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error, Resource};

/// A connection that somebody wants to change.
#[derive(Debug, Clone)]
pub struct ConnectionTarget {
    /// Which one.
    pub id: ConnectionId,
    /// The versions that they may have seen last; `None` asks for none.
    pub expected: Option<Vec<String>>,
}

/// The version of a connection, for conditional requests: all that `viewer`, who is one of its ends, is shown of it, and
/// nothing else, which they could guess by it. The same state has the same version on every machine, and two changes
/// within one millisecond have different ones.
#[must_use]
pub fn version_of_connection(view: &ConnectionView, viewer: UserId) -> String {
    let instant = |time| zone::format_instant(time);
    let person = |person: &PersonView| {
        let opened = view.shows(person, viewer).then(|| {
            json!([
                person.phone_number,
                person.gender,
                person.date_of_birth.map(zone::format_day),
                person.specialty,
            ])
        });
        json!([
            person.id,
            person.display_name(),
            person.first_name,
            person.last_name,
            person.hospital_clinic,
            opened,
        ])
    };
    let state = json!([
        view.status,
        view.level,
        view.metadata,
        instant(view.requested_at),
        view.accepted_at.map(instant),
        view.revoked_at.map(instant),
        person(&view.initiator),
        person(&view.recipient),
    ]);
    hex(&Sha256::digest(state.to_string())[..8])
}

impl Work<'_> {
    /// A connection that the caller is an end of, in one of the versions that they expect.
    pub(super) async fn own_connection(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
    ) -> Result<ConnectionView, Stop> {
        let view = connections::find(&self.unit().connection(), target.id, actor.id())
            .await?
            .ok_or_else(|| Error::missing(Resource::Connection))?;
        let version = version_of_connection(&view, actor.id());
        let is_expected = |expected: &Vec<String>| expected.contains(&version);
        if !target.expected.as_ref().is_none_or(is_expected) {
            return Err(Error::new(Code::StaleVersion).into());
        }
        Ok(view)
    }
}

impl Application {
    /// Loads a connection of the caller's, lets the rules decide on it, and saves what they decided.
    pub(super) async fn settle(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        decide: impl Fn(&Connection) -> Result<Decision<Connection, ConnectionChanged>, ConnectionError>,
    ) -> Result<ConnectionView, Error> {
        self.step(actor, target, async |work, view| match decide(&view.connection())? {
            Decision::Unchanged => Ok(view),
            Decision::Changed { after, event } => work.save_connection(view, after, event).await,
        })
        .await
    }

    /// Loads a connection of the caller's and takes a step of it, all in one unit of work.
    pub(super) async fn step<T>(
        &self,
        actor: &Actor,
        target: &ConnectionTarget,
        take: impl AsyncFn(&mut Work<'_>, ConnectionView) -> Result<T, Stop>,
    ) -> Result<T, Error> {
        let taken = self.write(By::from(actor), async |work| {
            let view = work.own_connection(actor, target).await?;
            take(work, view).await
        });
        self.traced(actor, target.id, taken.await).await
    }

    /// What a step of a connection came to. One that is not the caller's to take is recorded as a refused look, now that
    /// whatever it began is undone (rules §10).
    pub(super) async fn traced<T>(
        &self,
        actor: &Actor,
        connection: ConnectionId,
        done: Result<T, Error>,
    ) -> Result<T, Error> {
        if done.as_ref().is_err_and(|error| error.code() == Code::Forbidden) {
            let view = self.connection(actor, connection).await?;
            let patient = view.connection().patient().id;
            self.record_refused(actor, patient, PatientData::Connection).await?;
        }
        done
    }
}
