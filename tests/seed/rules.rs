//! The rules that every stored dose obeys, whoever stored it.

use std::collections::HashMap;

use das_tern_domain::{DoseEventStatus, DoseWindow, MealTimes, Slot, zone};
use das_tern_persistence::Database;
use das_tern_persistence::entities::{dose_event, meal_time_preference, medication, user};
use sea_orm::{EntityTrait, QueryOrder};
use time::{Duration, OffsetDateTime};

/// Every dose with its medication.
pub(super) async fn doses(database: &Database) -> Vec<(dose_event::Model, medication::Model)> {
    let doses = dose_event::Entity::find().order_by_asc(dose_event::Column::ScheduledTime);
    let doses = doses
        .find_also_related(medication::Entity)
        .all(database.connection())
        .await
        .unwrap();
    doses
        .into_iter()
        .map(|(dose, medication)| (dose, medication.unwrap()))
        .collect()
}

/// What is recorded fits its window, and nothing was recorded or known before it happened.
pub(super) async fn hold_for_every_dose(database: &Database, now: OffsetDateTime) {
    let users = user::Entity::find().all(database.connection()).await.unwrap();
    let graces: HashMap<_, _> = users
        .into_iter()
        .map(|user| (user.id, user.grace_period_minutes))
        .collect();
    let doses = doses(database).await;
    assert!(!doses.is_empty());
    for (dose, medication) in doses {
        let grace = Duration::minutes(graces[&dose.patient_id].into());
        assert_eq!(dose.missed_after, dose.scheduled_time + grace, "{dose:?}");
        assert!(
            dose.created_at <= dose.scheduled_time && dose.created_at <= now,
            "{dose:?}"
        );
        let window = DoseWindow::of(dose.scheduled_time, dose.missed_after);
        match dose.status {
            DoseEventStatus::TakenOnTime | DoseEventStatus::TakenLate => {
                assert_eq!(window.classify(dose.taken_at.unwrap()), Some(dose.status), "{dose:?}");
                let heard = dose.taken_at.unwrap()..=now;
                assert!(heard.contains(&dose.recorded_at.unwrap()), "{dose:?}");
            }
            DoseEventStatus::Skipped => {
                assert!(
                    window.contains(dose.recorded_at.unwrap()) && dose.recorded_at.unwrap() <= now,
                    "{dose:?}"
                );
                assert!(dose.skip_reason.is_some(), "{dose:?}");
            }
            DoseEventStatus::Missed => assert!(dose.missed_after <= now, "{dose:?}"),
            DoseEventStatus::Due => {
                assert!(zone::day_of(dose.scheduled_time) >= zone::day_of(now), "{dose:?}");
            }
        }
        if medication.is_prn {
            assert!(matches!(dose.status, DoseEventStatus::TakenOnTime), "{dose:?}");
        }
    }
}

/// A dose stands where the patient's meals put its cell.
pub(super) async fn place_every_dose(database: &Database) {
    let preferences = meal_time_preference::Entity::find()
        .all(database.connection())
        .await
        .unwrap();
    let parsed = |range: &Option<String>| range.as_ref().map(|range| range.parse().unwrap());
    let meals: HashMap<_, _> = preferences
        .iter()
        .map(|told| {
            let times = MealTimes {
                morning: parsed(&told.morning_meal),
                afternoon: parsed(&told.afternoon_meal),
                night: parsed(&told.night_meal),
            };
            (told.user_id, times)
        })
        .collect();
    assert!(!meals.is_empty());
    for (dose, medication) in doses(database)
        .await
        .into_iter()
        .filter(|(_, medication)| !medication.is_prn)
    {
        let slot = Slot::of(dose.scheduled_time, dose.time_period);
        let cell = match slot {
            Slot::Morning => medication.morning_dosage,
            Slot::Afternoon => medication.daytime_dosage,
            Slot::Night => medication.night_dosage,
        };
        let times = meals.get(&dose.patient_id).copied().unwrap_or_default();
        let expected = times.dose_at(zone::day_of(dose.scheduled_time), slot, cell.unwrap().before_meal);
        assert_eq!(dose.scheduled_time, expected, "{dose:?}");
    }
}
