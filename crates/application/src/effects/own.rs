//! The audit entries of what people change about themselves.
//!
//! None of the database's actions is about an account. A change of one's own data is entered as a use of it, and what
//! moves doses, or how long they may wait, as a change of what is prescribed.

use das_tern_domain::{
    AuditActionType, GracePeriodChanged, MealRange, MealTimes, MealTimesChanged, NotificationPreferencesChanged,
    ProfileChanged, UserId,
};
use serde_json::{Value, json};

use super::audit::Entry;

pub(super) fn profile(changed: &ProfileChanged) -> Entry {
    own_data(
        changed.user,
        json!({ "data": "PROFILE", "outcome": "CHANGED", "fields": changed.fields }),
    )
}

pub(super) fn notification_preferences(changed: &NotificationPreferencesChanged) -> Entry {
    own_data(
        changed.user,
        json!({ "data": "NOTIFICATION_PREFERENCES", "outcome": "CHANGED", "off": changed.off }),
    )
}

pub(super) fn grace_period(changed: GracePeriodChanged) -> Entry {
    schedule(
        changed.patient,
        json!({ "gracePeriodMinutes": { "from": changed.from, "to": changed.to } }),
    )
}

pub(super) fn meal_times(changed: MealTimesChanged) -> Entry {
    schedule(
        changed.patient,
        json!({ "mealTimes": { "from": ranges(changed.from), "to": ranges(changed.to) } }),
    )
}

/// An entry that its actor sees; it is about nobody's medical data.
fn own_data(user: UserId, details: Value) -> Entry {
    Entry {
        action: AuditActionType::DataAccess,
        resource_type: "User",
        resource_id: Some(user.0),
        patient: None,
        details,
    }
}

fn schedule(patient: UserId, details: Value) -> Entry {
    Entry {
        action: AuditActionType::PrescriptionUpdate,
        resource_type: "User",
        resource_id: Some(patient.0),
        patient: Some(patient),
        details,
    }
}

/// As told; null where nothing was.
fn ranges(meals: MealTimes) -> Value {
    let told = |range: Option<MealRange>| range.map(|range| range.to_string());
    json!({
        "morningMeal": told(meals.morning),
        "afternoonMeal": told(meals.afternoon),
        "nightMeal": told(meals.night),
    })
}
