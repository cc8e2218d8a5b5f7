use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::{ConnectionOfferId, PermissionLevel, UserId, zone};

/// How many invitations a patient has open at once.
const MOST_OPEN: usize = 50;

/// How long what is over is kept, so that whoever comes late is told so.
const KEPT: Duration = Duration::DAY;

/// How a patient offers a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OfferKind {
    /// A short code, to be read out or shown as a QR picture.
    Code,
    /// An invitation by SMS.
    Phone,
    /// An invitation by e-mail.
    Email,
    /// An invitation as a QR picture.
    QrCode,
}

impl OfferKind {
    /// Whether it is an invitation.
    #[must_use]
    pub fn is_invitation(self) -> bool {
        self != Self::Code
    }
}

/// Whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferContact {
    /// A keyed digest of the phone number or e-mail address.
    pub mac: String,
    /// Enough of it for the patient to know it again.
    pub hint: String,
}

/// Who used an offer, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferUse {
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(with = "zone::instant")]
    pub at: OffsetDateTime,
}

/// A patient's offer of a connection: a code or an invitation. Its token is derived from its id and nowhere stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionOffer {
    /// Its id.
    pub id: ConnectionOfferId,
    /// How it is made.
    pub kind: OfferKind,
    /// A keyed digest of its token, by which it is found.
    pub mac: String,
    /// What it opens.
    pub level: PermissionLevel,
    /// Whom it is for; anybody who has the token where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<OfferContact>,
    /// When it was made.
    #[serde(with = "zone::instant")]
    pub created_at: OffsetDateTime,
    /// When it ends.
    #[serde(with = "zone::instant")]
    pub expires_at: OffsetDateTime,
    /// Its use; there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<OfferUse>,
    /// Whether the patient took it back. It still counts as made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_withdrawn: bool,
}

impl ConnectionOffer {
    /// Whether it can be used at `now`.
    ///
    /// # Errors
    /// Says why not. One that was taken back is like one that never was.
    pub fn check_open(&self, now: OffsetDateTime) -> Result<(), OfferRefusal> {
        if self.is_withdrawn {
            Err(OfferRefusal::Unknown)
        } else if self.used.is_some() {
            Err(OfferRefusal::Used)
        } else if now >= self.expires_at {
            Err(OfferRefusal::Expired)
        } else {
            Ok(())
        }
    }
}

/// Why an offer cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferRefusal {
    /// There is none.
    #[error("unknown")]
    Unknown,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Somebody used it.
    #[error("used")]
    Used,
}

/// How many offers of one sort a patient makes within an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferPolicy {
    /// How many.
    pub per_hour: u32,
    /// How long one is good.
    pub validity: Duration,
}

/// A patient has made as many offers as they may for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooManyOffers {
    /// Within the hour.
    #[error("too many offers within an hour")]
    Lately {
        /// When there is room for another.
        until: OffsetDateTime,
    },
    /// At once: one of them is used, withdrawn or over before there is room.
    #[error("too many open invitations")]
    Open,
}

/// What `users.connection_offers` holds: the patient's codes and invitations, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "sea-orm", derive(sea_orm::FromJsonQueryResult))]
pub struct ConnectionOffers(pub Vec<ConnectionOffer>);

impl ConnectionOffers {
    /// The offer with this id.
    #[must_use]
    pub fn find(&self, id: ConnectionOfferId) -> Option<&ConnectionOffer> {
        self.0.iter().find(|offer| offer.id == id)
    }

    /// The list with one more, and without what has long been over. Codes and invitations are counted apart.
    ///
    /// # Errors
    /// When there were too many within the hour, or too many invitations are open.
    pub fn add(&self, offer: ConnectionOffer, policy: OfferPolicy) -> Result<Self, TooManyOffers> {
        let now = offer.created_at;
        let is_invitation = offer.kind.is_invitation();
        let recent = self
            .0
            .iter()
            .filter(|known| known.kind.is_invitation() == is_invitation && known.created_at + Duration::HOUR > now);
        let mut recent: Vec<_> = recent.map(|known| known.created_at).collect();
        recent.sort_unstable();
        let allowed = usize::try_from(policy.per_hour).unwrap_or(usize::MAX);
        if let Some(index) = recent.len().checked_sub(allowed) {
            let until = recent.get(index).map_or(now, |made| *made) + Duration::HOUR;
            return Err(TooManyOffers::Lately { until });
        }
        if is_invitation && self.open_invitations(now).count() >= MOST_OPEN {
            return Err(TooManyOffers::Open);
        }
        let kept = self.0.iter().filter(|known| now < known.expires_at + KEPT);
        Ok(Self([offer].into_iter().chain(kept.cloned()).collect()))
    }

    /// The list once somebody has used the offer `id`.
    #[must_use]
    pub fn used(&self, id: ConnectionOfferId, by: UserId, at: OffsetDateTime) -> Self {
        self.with(id, |offer| offer.used = Some(OfferUse { by, at }))
    }

    /// The list once the patient has taken the offer `id` back.
    #[must_use]
    pub fn withdrawn(&self, id: ConnectionOfferId) -> Self {
        self.with(id, |offer| offer.is_withdrawn = true)
    }

    /// The invitations that can still be used, the newest first.
    pub fn open_invitations(&self, now: OffsetDateTime) -> impl Iterator<Item = &ConnectionOffer> {
        let is_open = move |offer: &&ConnectionOffer| offer.kind.is_invitation() && offer.check_open(now).is_ok();
        self.0.iter().filter(is_open)
    }

    fn with(&self, id: ConnectionOfferId, change: impl Fn(&mut ConnectionOffer)) -> Self {
        let mut after = self.clone();
        after.0.iter_mut().filter(|offer| offer.id == id).for_each(change);
        after
    }
}

/// What a patient did with an offer. Its use is a change of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferChange {
    /// Made it.
    Made {
        /// How.
        kind: OfferKind,
        /// What it opens.
        level: PermissionLevel,
        /// Until when.
        expires_at: OffsetDateTime,
    },
    /// Took it back.
    Withdrawn,
}

/// A patient made a code or an invitation, or took one back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct OfferChanged {
    /// Which one.
    pub offer: ConnectionOfferId,
    /// Whose.
    pub patient: UserId,
    /// What was done.
    pub change: OfferChange,
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-06 09:00 +7);
    const POLICY: OfferPolicy = OfferPolicy {
        per_hour: 5,
        validity: Duration::DAY,
    };

    fn offer(number: u128, kind: OfferKind, created_at: OffsetDateTime) -> ConnectionOffer {
        ConnectionOffer {
            id: ConnectionOfferId(Uuid::from_u128(number)),
            kind,
            mac: format!("{number}"),
            level: PermissionLevel::Allowed,
            contact: None,
            created_at,
            expires_at: created_at + POLICY.validity,
            used: None,
            is_withdrawn: false,
        }
    }

    fn made(times: &[OffsetDateTime]) -> ConnectionOffers {
        times
            .iter()
            .zip(0..)
            .fold(ConnectionOffers::default(), |list, (at, number)| {
                list.add(offer(number, OfferKind::Code, *at), POLICY).unwrap()
            })
    }

    #[test]
    fn the_sixth_code_within_an_hour_waits_until_the_first_is_an_hour_old() {
        let minutes: Vec<_> = (0..5).map(|n| NOW + Duration::minutes(n)).collect();
        let list = made(&minutes);
        let at = |at| list.add(offer(9, OfferKind::Code, at), POLICY);
        let until = NOW + Duration::HOUR;
        assert_eq!(at(NOW + Duration::minutes(59)), Err(TooManyOffers::Lately { until }));
        assert!(at(until).is_ok());
    }

    #[test]
    fn codes_that_were_taken_back_count_and_invitations_do_not_count_as_codes() {
        let list = made(&[NOW; 5]).withdrawn(ConnectionOfferId(Uuid::from_u128(0)));
        assert!(list.add(offer(9, OfferKind::Code, NOW), POLICY).is_err());
        assert!(list.add(offer(9, OfferKind::QrCode, NOW), POLICY).is_ok());
    }

    #[test]
    fn an_offer_is_good_until_the_moment_it_expires_once_and_unless_taken_back() {
        let list = made(&[NOW]);
        let id = ConnectionOfferId(Uuid::from_u128(0));
        let check = |list: &ConnectionOffers, at| list.find(id).unwrap().check_open(at);
        let end = NOW + POLICY.validity;
        assert_eq!(check(&list, end - Duration::MILLISECOND), Ok(()));
        assert_eq!(check(&list, end), Err(OfferRefusal::Expired));
        let used = list.used(id, UserId(Uuid::from_u128(7)), NOW);
        assert_eq!(check(&used, NOW), Err(OfferRefusal::Used));
        assert_eq!(check(&used, end), Err(OfferRefusal::Used));
        assert_eq!(check(&list.withdrawn(id), NOW), Err(OfferRefusal::Unknown));
    }

    #[test]
    fn what_has_long_been_over_is_forgotten_when_the_list_is_written() {
        let list = made(&[NOW]);
        let later = |after| {
            let at = NOW + POLICY.validity + after;
            list.add(offer(9, OfferKind::Code, at), POLICY).unwrap().0.len()
        };
        assert_eq!(later(Duration::hours(23)), 2);
        assert_eq!(later(KEPT), 1);
    }

    #[test]
    fn fifty_invitations_are_open_at_once_and_codes_are_not_counted() {
        let mut list = ConnectionOffers::default();
        let at = |n: u16| NOW + Duration::MINUTE * i32::from(n * 15);
        for n in 0..50 {
            list = list.add(offer(n.into(), OfferKind::QrCode, at(n)), POLICY).unwrap();
        }
        let another = |list: &ConnectionOffers, kind| list.add(offer(99, kind, at(50)), POLICY);
        assert_eq!(another(&list, OfferKind::QrCode), Err(TooManyOffers::Open));
        assert!(another(&list, OfferKind::Code).is_ok());
        let room = list.withdrawn(ConnectionOfferId(Uuid::from_u128(7)));
        assert!(another(&room, OfferKind::QrCode).is_ok());
    }
}
