//! How what was decided on connections and offers is saved: each time with its event, in one statement.

use das_tern_domain::{
    Connection, ConnectionChanged, ConnectionOffers, Event, OfferChanged, UserId, check_family_limit,
};
use das_tern_persistence::connection_offers;
use das_tern_persistence::connections::{self, ConnectionView};
use das_tern_persistence::effects::Effects;
use das_tern_persistence::prescriptions;

use super::ConnectionSettings;
use crate::work::{Stop, Work};
use crate::{Actor, Code, Error};

impl Work<'_> {
    pub(super) async fn save_connection(
        &mut self,
        before: ConnectionView,
        after: Connection,
        event: ConnectionChanged,
    ) -> Result<ConnectionView, Stop> {
        let rows = self.note(&[Event::Connection(event)]);
        Stop::outdated_unless(connections::save(&self.unit().connection(), &before, &after, &rows).await?)?;
        Ok(before.with(after))
    }

    /// Saves a connection that begins: a new one, or the one that had ended.
    pub(super) async fn begin_connection(
        &mut self,
        before: Option<&ConnectionView>,
        after: &Connection,
        event: ConnectionChanged,
    ) -> Result<(), Stop> {
        let rows = self.note(&[Event::Connection(event)]);
        let db = self.unit().connection();
        let is_saved = match before {
            Some(before) => connections::save(&db, before, after, &rows).await?,
            None => connections::insert(&db, after, &rows).await?,
        };
        Stop::outdated_unless(is_saved)
    }

    /// Begins a transaction, holds the patient in it and counts: one more family connection must fit. What
    /// the patient pays for, and how many care for them, is told to nobody else.
    pub(super) async fn check_family_limit(
        &mut self,
        actor: &Actor,
        patient: UserId,
        settings: &ConnectionSettings,
    ) -> Result<(), Stop> {
        self.begin().await?;
        let now = self.now();
        let db = self.unit().connection();
        prescriptions::lock_patient(&db, patient).await?;
        let standing = connections::family_standing(&db, patient, now).await?;
        check_family_limit(standing.tier, settings.family_limit(standing.tier), standing.used).map_err(|reached| {
            if actor.id() == patient {
                Error::from(reached)
            } else {
                Error::new(Code::LimitReached)
            }
        })?;
        Ok(())
    }

    /// Saves the offers of a patient who is held.
    pub(super) async fn save_offers(
        &mut self,
        patient: UserId,
        offers: &ConnectionOffers,
        event: OfferChanged,
    ) -> Result<(), Stop> {
        let rows = self.note(&[Event::ConnectionOffer(event)]);
        Ok(connection_offers::save(&self.unit().connection(), patient, offers, &rows).await?)
    }

    /// Notes that an offer is used; the connection that it makes has the event.
    pub(super) async fn use_offer(&mut self, patient: UserId, offers: &ConnectionOffers) -> Result<(), Stop> {
        let none = Effects::default();
        Ok(connection_offers::save(&self.unit().connection(), patient, offers, &none).await?)
    }
}
