//! The doses of the demonstration: at whatever time of day it is seeded, they obey the rules, and one can be marked.

use std::collections::BTreeSet;

use das_tern_domain::{DoseEventStatus, DoseWindow, Labelled, zone};
use das_tern_persistence::Database;
use das_tern_persistence::entities::{dose_event, user};
use das_tern_seed::LOGINS;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::rows::{count, lines};
use super::rules;
use crate::support::database::TestDatabase;

async fn doses_of(database: &Database, phone_number: &str) -> Vec<dose_event::Model> {
    let person = user::Entity::find().filter(user::Column::PhoneNumber.eq(phone_number));
    let person = person.one(database.connection()).await.unwrap().unwrap();
    let doses = dose_event::Entity::find().filter(dose_event::Column::PatientId.eq(person.id));
    doses.all(database.connection()).await.unwrap()
}

#[rstest]
#[case::just_after_midnight(datetime!(2026-03-06 00:05 +7))]
#[case::in_the_morning(datetime!(2026-03-06 07:10 +7))]
#[case::at_noon(datetime!(2026-03-06 12:00 +7))]
#[case::in_the_evening(datetime!(2026-03-06 19:29:59.999 +7))]
#[case::just_before_midnight(datetime!(2026-03-06 23:59 +7))]
#[tokio::test]
async fn at_any_time_of_day_the_doses_obey_the_rules_and_one_can_be_marked(#[case] now: OffsetDateTime) {
    let test = TestDatabase::create().await;
    let database = test.database();

    das_tern_seed::demo(database, now).await.unwrap();

    rules::hold_for_every_dose(database, now).await;
    rules::place_every_dose(database).await;
    for patient in &LOGINS[..2] {
        let doses = doses_of(database, patient.phone_number).await;
        let open = doses.iter().filter(|dose| dose.status == DoseEventStatus::Due);
        let open = open.filter(|dose| DoseWindow::of(dose.scheduled_time, dose.missed_after).contains(now));
        assert!(open.count() > 0, "{patient:?}");
    }
}

#[tokio::test]
async fn the_first_patient_has_a_month_behind_with_every_outcome_and_a_month_ahead() {
    let test = TestDatabase::create().await;
    let now = datetime!(2026-03-06 12:00 +7);
    das_tern_seed::demo(test.database(), now).await.unwrap();

    let doses = doses_of(test.database(), LOGINS[0].phone_number).await;

    let outcomes: BTreeSet<_> = doses.iter().map(|dose| dose.status).collect();
    assert_eq!(outcomes, DoseEventStatus::ALL.iter().copied().collect());
    let days: BTreeSet<_> = doses.iter().map(|dose| zone::day_of(dose.scheduled_time)).collect();
    let today = zone::day_of(now);
    assert_eq!(days, (-30..30).map(|day| today + Duration::days(day)).collect());
}

#[tokio::test]
async fn a_dose_in_the_future_is_due_and_one_that_is_over_is_decided() {
    let test = TestDatabase::create().await;
    let now = datetime!(2026-03-06 12:45 +7);
    das_tern_seed::demo(test.database(), now).await.unwrap();

    for dose in doses_of(test.database(), LOGINS[0].phone_number).await {
        let is_due = dose.status == DoseEventStatus::Due;
        assert_eq!(is_due, dose.missed_after > now, "{dose:?}");
    }
}

#[tokio::test]
async fn what_is_paused_or_over_has_only_the_doses_of_its_time() {
    let test = TestDatabase::create().await;
    das_tern_seed::demo(test.database(), datetime!(2026-03-06 12:00 +7))
        .await
        .unwrap();
    let from = |status: &str, which: &str| {
        format!(
            "dose_events d JOIN prescriptions p ON p.id = d.prescription_id WHERE p.status = '{status}' AND {which}"
        )
    };

    assert_eq!(count(test.database(), &from("DRAFT", "true")).await, 0);
    for status in ["PAUSED", "INACTIVE"] {
        assert!(count(test.database(), &from(status, "true")).await > 0, "{status}");
        assert_eq!(
            count(test.database(), &from(status, "d.scheduled_time > p.updated_at")).await,
            0,
            "{status}"
        );
    }
}

#[tokio::test]
async fn an_alert_names_a_missed_dose_and_reaches_those_who_may_know() {
    let test = TestDatabase::create().await;
    das_tern_seed::demo(test.database(), datetime!(2026-03-06 12:00 +7))
        .await
        .unwrap();

    let alerts = "notifications n LEFT JOIN dose_events d ON d.id = (n.data ->> 'doseId')::uuid \
                  WHERE n.type = 'MISSED_DOSE_ALERT'";
    assert!(count(test.database(), alerts).await > 0);
    assert_eq!(
        count(
            test.database(),
            &format!("{alerts} AND d.status IS DISTINCT FROM 'MISSED'")
        )
        .await,
        0
    );
    let strangers = format!(
        "{alerts} AND n.recipient_id <> d.patient_id AND NOT EXISTS (SELECT FROM connections c \
         JOIN users u ON u.id = n.recipient_id WHERE u.role <> 'DOCTOR' AND c.status = 'ACCEPTED' \
         AND c.permission_level <> 'NOT_ALLOWED' AND (c.metadata ->> 'alertsEnabled')::bool \
         AND least(c.initiator_id, c.recipient_id) = least(n.recipient_id, d.patient_id) \
         AND greatest(c.initiator_id, c.recipient_id) = greatest(n.recipient_id, d.patient_id))"
    );
    assert_eq!(count(test.database(), &strangers).await, 0);
    let family = format!("{alerts} AND n.recipient_id <> d.patient_id AND NOT n.is_read");
    assert!(count(test.database(), &family).await > 0);
}

#[tokio::test]
async fn every_outcome_has_one_audit_entry_and_a_due_dose_has_none() {
    let test = TestDatabase::create().await;
    das_tern_seed::demo(test.database(), datetime!(2026-03-06 12:00 +7))
        .await
        .unwrap();

    let wrong = lines(
        test.database(),
        "SELECT format('%s %s', d.status, count(a.id)) FROM dose_events d \
         LEFT JOIN audit_logs a ON a.resource_id = d.id AND a.patient_id = d.patient_id \
            AND a.resource_type = 'DoseEvent' AND a.action_type::text = CASE d.status WHEN 'SKIPPED' \
            THEN 'DOSE_SKIPPED' WHEN 'MISSED' THEN 'DOSE_MISSED' ELSE 'DOSE_TAKEN' END \
         GROUP BY d.id HAVING count(a.id) <> (CASE d.status WHEN 'DUE' THEN 0 ELSE 1 END)",
    )
    .await;
    assert!(wrong.is_empty(), "{wrong:?}");
}
