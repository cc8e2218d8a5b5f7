use das_tern_domain::{
    ConnectionOffer, ConnectionOfferId, OfferChange, OfferChanged, OfferContact, OfferKind, OfferPolicy,
    PermissionLevel, TooManyOffers, UserId, UserRole, zone,
};
use das_tern_persistence::connection_offers::{self, OfferingPatient};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::limits::HOUR;
use crate::once::{Created, Once};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error, Resource};

/// A connection code.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// What the other end types or scans.
    pub token: String,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

/// What a code is good for.
#[derive(Debug, Clone)]
pub struct CodeCheck {
    /// The given name of the patient who made it.
    pub first_name: Option<String>,
    /// The family name of the patient who made it.
    pub last_name: Option<String>,
    /// What it opens.
    pub level: PermissionLevel,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
}

/// What an offer is to be.
pub(super) struct OfferDraft {
    pub(super) kind: OfferKind,
    pub(super) level: PermissionLevel,
    pub(super) contact: Option<OfferContact>,
}

impl Application {
    /// A patient makes a connection code.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `RATE_LIMITED` after five within an hour.
    pub async fn make_code(
        &self,
        actor: &Actor,
        level: PermissionLevel,
        once: Option<&Once>,
    ) -> Result<Created<NewCode>, Error> {
        actor.check_role(UserRole::Patient)?;
        let policy = self.settings().connections.code_policy();
        let draft = OfferDraft {
            kind: OfferKind::Code,
            level,
            contact: None,
        };
        let make = async |work: &mut Work<'_>| {
            let offer = self.make_offer(work, actor.id(), &draft, policy).await?;
            Ok(self.code_of(&offer))
        };
        let again = async |id: Uuid| Ok(self.code_of(&self.made_offer(actor, id.into()).await?));
        self.create(actor, "make connection code", once, make, again).await
    }

    /// Whether the caller can use a code, and for what; `None` does not tell why not, nor whose it is.
    ///
    /// # Errors
    /// `RATE_LIMITED` when the caller tries too many.
    pub async fn check_code(&self, actor: &Actor, token: &str) -> Result<Option<CodeCheck>, Error> {
        self.limit_code_tries(actor).await?;
        let mac = self.offer_keys().mac(token);
        let Some(found) = connection_offers::find(self.database().connection(), &mac).await? else {
            return Ok(None);
        };
        let is_usable = |offer: &&ConnectionOffer| {
            let is_theirs = found.person.id != actor.id() && self.check_addressee(actor, offer).is_ok();
            is_theirs && offer.check_open(self.now()).is_ok()
        };
        let offer = found.offer(&mac).filter(is_usable);
        Ok(offer.map(|offer| CodeCheck {
            level: offer.level,
            expires_at: offer.expires_at,
            first_name: found.person.first_name.clone(),
            last_name: found.person.last_name.clone(),
        }))
    }

    /// Counts a try, right or wrong, so that nobody guesses a code of 40 bits.
    pub(super) async fn limit_code_tries(&self, actor: &Actor) -> Result<(), Error> {
        let limit = self.settings().connections.code_tries_per_hour;
        self.limit_one("connection-code", actor.id(), limit, HOUR).await
    }

    /// Makes an offer in a transaction that holds the patient, so that many at once are counted one after the other.
    pub(super) async fn make_offer(
        &self,
        work: &mut Work<'_>,
        patient: UserId,
        draft: &OfferDraft,
        policy: OfferPolicy,
    ) -> Result<ConnectionOffer, Stop> {
        work.begin().await?;
        let id = ConnectionOfferId::from(work.new_id());
        let mac = self.offer_keys().mac(&self.offer_keys().token(id, draft.kind));
        let now = zone::to_millis(work.now());
        let db = work.unit().connection();
        let offers = connection_offers::lock_of(&db, patient).await?;
        if connection_offers::find(&db, &mac).await?.is_some() {
            // Two ids with one code of 40 bits: another id has another.
            return Err(Stop::Outdated);
        }
        let offer = ConnectionOffer {
            id,
            kind: draft.kind,
            mac,
            level: draft.level,
            contact: draft.contact.clone(),
            created_at: now,
            expires_at: now + policy.validity,
            used: None,
            is_withdrawn: false,
        };
        let after = offers.add(offer.clone(), policy).map_err(|too_many| match too_many {
            TooManyOffers::Lately { until } => wait_until(until, now),
            TooManyOffers::Open => Error::new(Code::LimitReached),
        })?;
        let change = OfferChange::Made {
            kind: offer.kind,
            level: offer.level,
            expires_at: offer.expires_at,
        };
        let event = OfferChanged {
            offer: id,
            patient,
            change,
        };
        work.save_offers(patient, &after, event).await?;
        Ok(offer)
    }

    /// An offer that the caller made.
    pub(super) async fn made_offer(&self, actor: &Actor, id: ConnectionOfferId) -> Result<ConnectionOffer, Error> {
        let offers = connection_offers::of(self.database().connection(), actor.id()).await?;
        let found = offers.find(id).cloned();
        found.ok_or_else(|| Error::missing(Resource::Invitation))
    }

    fn code_of(&self, offer: &ConnectionOffer) -> NewCode {
        NewCode {
            token: self.offer_keys().token(offer.id, offer.kind),
            expires_at: offer.expires_at,
        }
    }
}

fn wait_until(until: OffsetDateTime, now: OffsetDateTime) -> Error {
    let milliseconds = u64::try_from((until - now).whole_milliseconds()).unwrap_or(0);
    Error::limited(milliseconds.div_ceil(1000).max(1))
}

/// Finds an offer by what is stored of its token.
pub(super) trait Offering {
    fn offer(&self, mac: &str) -> Option<&ConnectionOffer>;
}

impl Offering for OfferingPatient {
    fn offer(&self, mac: &str) -> Option<&ConnectionOffer> {
        self.connection_offers.0.iter().find(|offer| offer.mac == mac)
    }
}
