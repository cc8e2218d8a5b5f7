use std::cmp::Reverse;

use das_tern_domain::{
    ConnectionOffer, ConnectionOfferId, Contacts, Identifier, OfferChange, OfferChanged, OfferContact, OfferKind,
    PermissionLevel, UserRole,
};
use das_tern_persistence::{connection_offers, registrations};
use time::OffsetDateTime;
use uuid::Uuid;

use super::codes::OfferDraft;
use crate::effects::By;
use crate::limits::HOUR;
use crate::messages::{Addressee, Letter};
use crate::once::{Created, Once};
use crate::pages::ListOf;
use crate::work::Work;
use crate::{Actor, Application, Error, Page, PageRequest, Resource};

/// A patient invites somebody.
#[derive(Debug, Clone)]
pub struct InvitationRequest {
    /// How the invitation gets there.
    pub kind: OfferKind,
    /// Whom it is for; needed unless it is a picture, which is for anybody without one.
    pub contact: Option<Identifier>,
    /// What it opens.
    pub level: PermissionLevel,
}

/// An invitation that can be used.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id.
    pub id: ConnectionOfferId,
    /// How it got there.
    pub kind: OfferKind,
    /// Enough of the phone number or e-mail address for the patient to know it again.
    pub contact: Option<String>,
    /// What it opens.
    pub level: PermissionLevel,
    /// What whoever is invited accepts it with.
    pub token: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
}

impl Application {
    /// A patient invites somebody by SMS, by e-mail or with a picture. A message that cannot be sent is logged; the
    /// invitation stays, to be shown or sent by other means.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `RATE_LIMITED` after too many within an hour, the caller's or those that
    /// went to this contact; `LIMIT_REACHED` while as many are open as may be.
    pub async fn invite(
        &self,
        actor: &Actor,
        wanted: &InvitationRequest,
        once: Option<&Once>,
    ) -> Result<Created<Invitation>, Error> {
        actor.check_role(UserRole::Patient)?;
        let policy = self.settings().connections.invitation_policy();
        let contact = wanted.contact.as_ref().map(|contact| OfferContact {
            mac: self.contact_mac(contact),
            hint: hint(contact),
        });
        let draft = OfferDraft {
            kind: wanted.kind,
            level: wanted.level,
            contact,
        };
        let sent_to = wanted.contact.as_ref().filter(|_| wanted.kind != OfferKind::QrCode);
        let make = async |work: &mut Work<'_>| {
            if let Some(contact) = sent_to {
                let limit = self.settings().connections.invitations_per_contact_per_hour;
                self.limit_contact("invitation", contact, limit, HOUR).await?;
            }
            let offer = self.make_offer(work, actor.id(), &draft, policy).await?;
            Ok(self.invitation(&offer))
        };
        let again = async |id: Uuid| Ok(self.invitation(&self.made_offer(actor, id.into()).await?));
        let created = self.create(actor, "invite", once, make, again).await?;
        if let Some(contact) = sent_to.filter(|_| !created.is_replay) {
            self.send_invitation(actor, contact, &created.value);
        }
        Ok(created)
    }

    /// A page of the patient's invitations that can still be used, the newest first.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `VALIDATION_ERROR` for a page that does not exist.
    pub async fn invitations(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Invitation>, Error> {
        actor.check_role(UserRole::Patient)?;
        let list = ListOf {
            name: "invitations",
            owner: actor.id(),
        };
        let page = self.cursors().query(list, page)?;
        let offers = connection_offers::of(self.database().connection(), actor.id()).await?;
        let place = |offer: &ConnectionOffer| (offer.created_at, offer.id.0);
        let is_after = |offer: &&ConnectionOffer| page.after.is_none_or(|after| place(offer) < after);
        let mut open: Vec<_> = offers.open_invitations(self.now()).filter(is_after).collect();
        open.sort_unstable_by_key(|offer| Reverse(place(offer)));
        open.truncate(usize::try_from(page.rows()).unwrap_or(usize::MAX));
        let rows = open.into_iter().map(|offer| self.invitation(offer)).collect();
        Ok(self
            .cursors()
            .page(list, &page, rows, |shown: &Invitation| (shown.created_at, shown.id.0)))
    }

    /// The patient takes an invitation back.
    ///
    /// # Errors
    /// `FORBIDDEN` for whoever is no patient; `NOT_FOUND` when it is not theirs, or over.
    pub async fn withdraw_invitation(&self, actor: &Actor, id: ConnectionOfferId) -> Result<(), Error> {
        actor.check_role(UserRole::Patient)?;
        self.write(By::from(actor), async |work| {
            work.begin().await?;
            let offers = connection_offers::lock_of(&work.unit().connection(), actor.id()).await?;
            if !offers.open_invitations(work.now()).any(|offer| offer.id == id) {
                return Err(Error::missing(Resource::Invitation).into());
            }
            let event = OfferChanged {
                offer: id,
                patient: actor.id(),
                change: OfferChange::Withdrawn,
            };
            work.save_offers(actor.id(), &offers.withdrawn(id), event).await
        })
        .await
    }

    fn invitation(&self, offer: &ConnectionOffer) -> Invitation {
        Invitation {
            id: offer.id,
            kind: offer.kind,
            contact: offer.contact.as_ref().map(|contact| contact.hint.clone()),
            level: offer.level,
            token: self.offer_keys().token(offer.id, offer.kind),
            created_at: offer.created_at,
            expires_at: offer.expires_at,
        }
    }

    /// Sends an invitation while the patient has the answer already, in the language of whoever is invited where they are
    /// known, else in the patient's.
    fn send_invitation(&self, actor: &Actor, contact: &Identifier, invitation: &Invitation) {
        let (app, contact, token) = (self.clone(), contact.clone(), invitation.token.clone());
        let (patient, name, own) = (actor.id(), actor.account.display_name(), actor.account.language);
        let days = self.settings().connections.invitation_days.to_string();
        self.in_background(async move {
            let known = registrations::reachable(app.database().connection(), &contact).await;
            let language = known.ok().flatten().map_or(own, |known| known.language);
            let to = Addressee {
                user: patient,
                language,
                contacts: Contacts::from_iter([contact]),
            };
            let letter = Letter {
                name: "invitation",
                arguments: &[("patient", &name), ("token", &token), ("days", &days)],
                code: None,
            };
            app.write_to(&to, &letter).await;
        });
    }
}

/// The end of a phone number, the beginning and the host of an e-mail address.
fn hint(contact: &Identifier) -> String {
    match contact {
        Identifier::Phone(phone) => {
            let digits = phone.as_str();
            format!(
                "{}•••{}",
                &digits[..digits.len().min(4)],
                &digits[digits.len().saturating_sub(3)..]
            )
        }
        Identifier::Email(email) => {
            let (local, host) = email.as_str().rsplit_once('@').unwrap_or_default();
            let first: String = local.chars().take(1).collect();
            format!("{first}•••@{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_tells_the_patient_whom_they_invited_and_others_not_much() {
        let hint = |text: &str| hint(&text.parse().unwrap());
        assert_eq!(hint("+85512345678"), "+855•••678");
        assert_eq!(hint("dara@example.com"), "d•••@example.com");
    }
}
