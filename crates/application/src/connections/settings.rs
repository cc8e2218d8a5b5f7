use das_tern_domain::{OfferPolicy, SubscriptionTier};
use serde::Deserialize;
use time::Duration;
use validator::Validate;

/// Connections (rules §3).
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct ConnectionSettings {
    /// Family connections of a patient whose subscription is free.
    #[validate(range(max = 1000))]
    pub family_freemium: u32,
    /// The same with a premium subscription.
    #[validate(range(max = 1000))]
    pub family_premium: u32,
    /// The same with a family subscription.
    #[validate(range(max = 1000))]
    pub family_family_premium: u32,
    /// How long a connection code is good, in hours.
    #[validate(range(min = 1, max = 168))]
    pub code_hours: u32,
    /// Connection codes that a patient makes within an hour.
    #[validate(range(min = 1, max = 100))]
    pub codes_per_hour: u32,
    /// Codes that one user tries within an hour.
    #[validate(range(min = 1))]
    pub code_tries_per_hour: u32,
    /// How long an invitation is good, in days.
    #[validate(range(min = 1, max = 90))]
    pub invitation_days: u32,
    /// Invitations that a patient makes within an hour.
    #[validate(range(min = 1, max = 100))]
    pub invitations_per_hour: u32,
    /// Invitations that are sent to one phone number or e-mail address within an hour, whoever invites.
    #[validate(range(min = 1, max = 100))]
    pub invitations_per_contact_per_hour: u32,
    /// How often one person asks the same other one again for a connection within 24 hours.
    #[validate(range(min = 1, max = 1000))]
    pub repeated_requests_per_day: u32,
    /// How long a doctor's request for a look waits for the patient, in days.
    #[validate(range(min = 1, max = 90))]
    pub access_request_days: u32,
    /// How long an approval opens, in hours.
    #[validate(range(min = 1, max = 168))]
    pub approval_hours: u32,
    /// How often one person asks about one dose.
    #[validate(range(min = 1, max = 100))]
    pub nudges_per_dose: u32,
}

impl ConnectionSettings {
    pub(crate) fn family_limit(&self, tier: SubscriptionTier) -> u32 {
        match tier {
            SubscriptionTier::Freemium => self.family_freemium,
            SubscriptionTier::Premium => self.family_premium,
            SubscriptionTier::FamilyPremium => self.family_family_premium,
        }
    }

    pub(crate) fn code_policy(&self) -> OfferPolicy {
        OfferPolicy {
            per_hour: self.codes_per_hour,
            validity: Duration::hours(self.code_hours.into()),
        }
    }

    pub(crate) fn invitation_policy(&self) -> OfferPolicy {
        OfferPolicy {
            per_hour: self.invitations_per_hour,
            validity: Duration::days(self.invitation_days.into()),
        }
    }
}
