use das_tern_application::{Account, SignedIn};
use das_tern_domain::{AccountStatus, Gender, Language, SubscriptionTier, Theme, UserId, UserRole};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::{Day, Instant};

/// A sentence for the user.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageBody {
    /// In the caller's language.
    #[schema(example = "You have signed out.")]
    pub(crate) message: String,
}

/// A session: its tokens, and who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionBody<'a> {
    /// For `Authorization: Bearer …`.
    access_token: &'a str,
    /// For the next `POST /auth/refresh`.
    refresh_token: &'a str,
    /// How long the access token lives, in seconds.
    #[schema(example = 900)]
    expires_in: u64,
    user: UserBody<'a>,
}

/// A person, as they see themselves.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub(crate) struct UserBody<'a> {
    id: UserId,
    role: UserRole,
    #[schema(example = "សំណាង")]
    first_name: Option<&'a str>,
    #[schema(example = "សុខ")]
    last_name: Option<&'a str>,
    /// The name to show.
    #[schema(example = "សុខ សំណាង")]
    full_name: Option<String>,
    email: Option<&'a str>,
    /// E.164.
    #[schema(example = "+85512345678")]
    phone_number: Option<&'a str>,
    gender: Option<Gender>,
    date_of_birth: Option<Day>,
    language: Language,
    theme: Theme,
    account_status: AccountStatus,
    subscription_tier: SubscriptionTier,
    /// A doctor's specialty.
    specialty: Option<&'a str>,
    /// A doctor's hospital or clinic.
    hospital_clinic: Option<&'a str>,
    /// How long after its time a new dose still counts as on time.
    #[schema(example = 30)]
    grace_period_minutes: i32,
    created_at: Instant,
}

impl<'a> From<&'a SignedIn> for SessionBody<'a> {
    fn from(session: &'a SignedIn) -> Self {
        Self {
            access_token: session.access_token.expose_secret(),
            refresh_token: session.refresh_token.expose_secret(),
            expires_in: session.expires_in_seconds,
            user: (&session.account).into(),
        }
    }
}

impl<'a> From<&'a Account> for UserBody<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            id: account.id,
            role: account.role,
            first_name: account.first_name.as_deref(),
            last_name: account.last_name.as_deref(),
            full_name: Some(account.display_name()).filter(|name| !name.is_empty()),
            email: account.email.as_deref(),
            phone_number: account.phone_number.as_deref(),
            gender: account.gender,
            date_of_birth: account.date_of_birth.map(Day),
            language: account.language,
            theme: account.theme,
            // A lock keeps people from signing in; whoever has is not locked.
            account_status: account.standing(),
            subscription_tier: account.subscription_tier,
            specialty: account.specialty.as_deref(),
            hospital_clinic: account.hospital_clinic.as_deref(),
            grace_period_minutes: account.grace_period_minutes,
            created_at: Instant(account.created_at),
        }
    }
}
