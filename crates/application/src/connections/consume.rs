use das_tern_domain::{
    Asked, ConnectionOffer, EmailAddress, Identifier, PatientData, PhoneNumber, UserRole, request_by_offer, zone,
};
use das_tern_persistence::connection_offers;
use das_tern_persistence::connections::{self, ConnectionView};
use uuid::Uuid;

use super::codes::Offering;
use crate::keys::hex;
use crate::once::{Created, Once};
use crate::work::{Stop, Work};
use crate::{Actor, Application, Code, Error};

impl Application {
    /// Uses a patient's code or invitation, once: it makes an accepted connection at the level that it gives.
    ///
    /// # Errors
    /// `CODE_INVALID`, `CODE_EXPIRED` or `CODE_USED`; `FORBIDDEN` when an invitation is for somebody else;
    /// `SELF_CONNECTION`; `DUPLICATE_CONNECTION` where the two are connected; `LIMIT_REACHED` when the patient has as many
    /// family connections as their subscription gives; `RATE_LIMITED` when the caller tries too many.
    pub async fn use_code(
        &self,
        actor: &Actor,
        token: &str,
        once: Option<&Once>,
    ) -> Result<Created<ConnectionView>, Error> {
        actor.check_may_connect()?;
        let mac = self.offer_keys().mac(token);
        let make = async |work: &mut Work<'_>| {
            // Not before: a request that comes twice has its answer, and tries nothing.
            self.limit_code_tries(actor).await?;
            self.connect_by_offer(work, actor, &mac).await
        };
        let again = async |id: Uuid| self.connection(actor, id.into()).await;
        let used = self.create(actor, "use connection code", once, make, again).await;
        if used.as_ref().is_err_and(|error| error.code() == Code::Forbidden) {
            let offering = connection_offers::find(self.database().connection(), &mac).await?;
            if let Some(patient) = offering.map(|offering| offering.person.id) {
                self.record_refused(actor, patient, PatientData::Connection).await?;
            }
        }
        used
    }

    async fn connect_by_offer(&self, work: &mut Work<'_>, actor: &Actor, mac: &str) -> Result<ConnectionView, Stop> {
        work.begin().await?;
        let now = zone::to_millis(work.now());
        let unknown = || Error::new(Code::CodeInvalid);
        let patient = connection_offers::lock(&work.unit().connection(), mac)
            .await?
            .ok_or_else(unknown)?;
        let offer = patient.offer(mac).ok_or_else(unknown)?;
        offer.check_open(now)?;
        self.check_addressee(actor, offer)?;
        let before = connections::lock_between(&work.unit().connection(), actor.id(), patient.person.id).await?;
        let existing = before.as_ref().map(ConnectionView::connection);
        let asked = Asked {
            id: work.new_id().into(),
            initiator: actor.party(),
            recipient: patient.person.party(),
            at: now,
        };
        let (after, event) = request_by_offer(existing.as_ref(), asked, offer.id, offer.level)?;
        if actor.account.role != UserRole::Doctor {
            work.check_family_limit(actor, patient.person.id, &self.settings().connections)
                .await?;
        }
        let used = patient.connection_offers.used(offer.id, actor.id(), now);
        work.use_offer(patient.person.id, &used).await?;
        work.begin_connection(before.as_ref(), &after, event).await?;
        work.made_connection(actor, after.id).await
    }

    /// An invitation that went to a phone or a mailbox is for whoever has confirmed an account with it.
    pub(super) fn check_addressee(&self, actor: &Actor, offer: &ConnectionOffer) -> Result<(), Error> {
        let Some(contact) = &offer.contact else { return Ok(()) };
        let account = &actor.account;
        let phone = account
            .phone_number
            .as_deref()
            .and_then(|text| text.parse::<PhoneNumber>().ok());
        let email = account
            .email
            .as_deref()
            .and_then(|text| text.parse::<EmailAddress>().ok());
        let own = [phone.map(Identifier::Phone), email.map(Identifier::Email)];
        let is_theirs = |own: Identifier| self.contact_mac(&own) == contact.mac;
        if account.contact_confirmed_at.is_some() && own.into_iter().flatten().any(is_theirs) {
            Ok(())
        } else {
            Err(Error::new(Code::Forbidden))
        }
    }

    /// What is stored of whom an invitation is for.
    pub(super) fn contact_mac(&self, contact: &Identifier) -> String {
        hex(&self.identifier_digest(contact)[..16])
    }
}
