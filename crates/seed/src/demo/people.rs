//! The people as rows: accounts, subscriptions and meal times.

use das_tern_domain::{ConnectionOffers, NotificationPreferences, SubscriptionTier};
use das_tern_persistence::entities::{family_member, meal_time_preference, subscription, user};
use time::{Duration, OffsetDateTime};

use super::calendar::Calendar;
use super::cast::{CAST, Life, Person, SAMNANG, SREYPOV, VISAL};
use super::id_of;

const GIB: i64 = 1 << 30;

/// The payer's two places beside their own (rules §11).
static FAMILY: [&Person; 2] = [&SREYPOV, &VISAL];

fn joined(person: &Person, calendar: &Calendar) -> OffsetDateTime {
    calendar.first_run - person.age_of_account()
}

pub(super) fn users(calendar: &Calendar, password_hash: &str) -> Vec<user::Model> {
    CAST.iter()
        .map(|person| account(person, calendar, password_hash))
        .collect()
}

fn account(person: &Person, calendar: &Calendar, password_hash: &str) -> user::Model {
    let (clinic, specialty, license) = match person.life {
        Life::Doctor {
            clinic,
            specialty,
            license,
        } => (Some(clinic), Some(specialty), Some(license)),
        Life::Patient { .. } | Life::Family => (None, None, None),
    };
    let joined = joined(person, calendar);
    user::Model {
        id: person.id(),
        role: person.role(),
        first_name: Some(person.given_name.to_owned()),
        last_name: Some(person.family_name.to_owned()),
        full_name: Some(person.name.to_owned()),
        phone_number: Some(person.phone_number.to_owned()),
        email: Some(person.email.to_owned()),
        password_hash: password_hash.to_owned(),
        pin_code_hash: None,
        gender: Some(person.gender),
        date_of_birth: Some(person.born),
        id_card_number: None,
        language: person.language,
        theme: person.theme,
        hospital_clinic: clinic.map(str::to_owned),
        specialty: specialty.map(str::to_owned),
        license_number: license.map(str::to_owned),
        license_photo_url: None,
        account_status: person.status,
        failed_login_attempts: 0,
        locked_until: None,
        created_at: joined,
        updated_at: joined,
        token_epoch: 0,
        grace_period_minutes: person.grace_minutes(),
        status_before_lock: None,
        google_account_id: None,
        contact_confirmed_at: Some(joined),
        notification_preferences: NotificationPreferences::default(),
        connection_offers: ConnectionOffers::default(),
        pending_email: None,
        deletion_due_at: None,
    }
}

pub(super) fn subscriptions(calendar: &Calendar) -> Vec<subscription::Model> {
    CAST.iter().map(|person| subscribed(person, calendar)).collect()
}

fn subscribed(person: &Person, calendar: &Calendar) -> subscription::Model {
    let is_paid = person.tier != SubscriptionTier::Freemium;
    subscription::Model {
        id: id_of("subscription", person.key).into(),
        user_id: person.id(),
        tier: person.tier,
        storage_quota: if is_paid { 20 * GIB } else { 5 * GIB },
        storage_used: person.storage_used,
        expires_at: is_paid.then(|| calendar.first_run + Duration::days(20)),
        created_at: joined(person, calendar),
        updated_at: joined(person, calendar),
    }
}

pub(super) fn family_members(calendar: &Calendar) -> Vec<family_member::Model> {
    let place = |member: &&Person| family_member::Model {
        id: id_of("family-member", member.key).into(),
        subscription_id: id_of("subscription", SAMNANG.key).into(),
        member_id: member.id(),
        added_at: calendar.at(10, 18),
    };
    FAMILY.iter().map(place).collect()
}

pub(super) fn meal_times(calendar: &Calendar) -> Vec<meal_time_preference::Model> {
    let told = |person: &&Person| {
        let Life::Patient { meals: Some(meals), .. } = person.life else {
            return None;
        };
        let [morning, afternoon, night] = meals.map(|range| Some(range.to_owned()));
        Some(meal_time_preference::Model {
            id: id_of("meal-times", person.key).into(),
            user_id: person.id(),
            morning_meal: morning,
            afternoon_meal: afternoon,
            night_meal: night,
            created_at: joined(person, calendar),
            updated_at: joined(person, calendar),
        })
    };
    CAST.iter().filter_map(told).collect()
}
