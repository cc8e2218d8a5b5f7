//! Many patients at once.

use das_tern_persistence::Database;
use das_tern_seed::{PASSWORD, Summary, large, large_doctor_phone, large_patient_phone};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::rows::{count, everything, lines};
use super::rules;
use crate::support::database::TestDatabase;

const NOW: OffsetDateTime = datetime!(2026-03-06 12:00 +7);

async fn seeded(patients: u32) -> TestDatabase {
    let test = TestDatabase::create().await;
    large(test.database(), patients, NOW, |_| ()).await.unwrap();
    test
}

async fn phone_numbers(database: &Database, role: &str) -> Vec<String> {
    let sql = format!("SELECT phone_number::text FROM users WHERE role = '{role}' ORDER BY phone_number");
    lines(database, &sql).await
}

#[tokio::test]
async fn fifty_patients_have_all_that_a_patient_has() {
    let test = TestDatabase::create().await;
    let mut heard = Vec::new();

    let summary = large(test.database(), 50, NOW, |patients| heard.push(patients))
        .await
        .unwrap();

    assert_eq!(
        (summary.users, summary.connections, summary.prescriptions),
        (51, 50, 50)
    );
    assert_eq!(summary.doses, 50 * 60 * 6);
    assert_eq!(heard, [25, 50]);
    for (table, rows) in [
        ("subscriptions", 50),
        ("meal_time_preferences", 50),
        ("prescriptions WHERE status = 'ACTIVE'", 50),
        ("medications", 100),
        (
            "prescription_versions WHERE jsonb_array_length(medications_snapshot) = 2",
            50,
        ),
        (
            "connections WHERE status = 'ACCEPTED' AND permission_level = 'ALLOWED'",
            50,
        ),
        ("dose_events", summary.doses),
        ("notifications", summary.notifications),
        ("audit_logs WHERE patient_id IS NOT NULL", summary.audit_logs),
    ] {
        assert_eq!(count(test.database(), table).await, rows, "{table}");
    }
    assert!(summary.notifications > 50 && summary.audit_logs > 50);
}

#[tokio::test]
async fn each_day_has_six_doses_decided_before_today_and_due_from_today_on() {
    let test = seeded(8).await;

    rules::hold_for_every_dose(test.database(), NOW).await;
    rules::place_every_dose(test.database()).await;
    let days = "SELECT DISTINCT format('%s %s %s', count(*), count(DISTINCT scheduled_time), \
                bool_and((status = 'DUE') = (scheduled_time >= '2026-03-06 00:00+07'))) FROM dose_events \
                GROUP BY patient_id, (scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date";
    assert_eq!(lines(test.database(), days).await, ["6 6 t"]);
    let outcomes = "(SELECT DISTINCT status FROM dose_events) s";
    assert_eq!(count(test.database(), outcomes).await, 5);
}

#[tokio::test]
async fn everybody_signs_in_with_a_number_that_follows_from_theirs() {
    let test = seeded(6).await;

    let patients: Vec<_> = (0..6).map(large_patient_phone).collect();
    assert_eq!(phone_numbers(test.database(), "PATIENT").await, patients);
    assert_eq!(phone_numbers(test.database(), "DOCTOR").await, [large_doctor_phone(0)]);
    let hashes = lines(test.database(), "SELECT DISTINCT password_hash FROM users").await;
    assert_eq!(hashes.len(), 1);
    assert!(bcrypt::verify(PASSWORD, &hashes[0]).unwrap());
}

#[tokio::test]
async fn a_second_run_adds_only_the_patients_that_are_missing() {
    let test = seeded(5).await;
    let before = everything(test.database()).await;

    assert_eq!(
        large(test.database(), 5, NOW, |_| ()).await.unwrap(),
        Summary::default()
    );
    assert_eq!(everything(test.database()).await, before);

    let summary = large(test.database(), 8, NOW, |_| ()).await.unwrap();
    assert_eq!((summary.users, summary.doses), (3, 3 * 360));
    let patients: Vec<_> = (0..8).map(large_patient_phone).collect();
    assert_eq!(phone_numbers(test.database(), "PATIENT").await, patients);
}

#[tokio::test]
async fn a_later_run_adds_the_doses_of_the_days_since() {
    let test = seeded(5).await;

    let summary = large(test.database(), 5, NOW + Duration::days(2), |_| ())
        .await
        .unwrap();

    assert_eq!((summary.users, summary.prescriptions, summary.doses), (0, 0, 5 * 2 * 6));
}

#[tokio::test]
async fn the_demonstration_and_the_many_stand_side_by_side() {
    let test = seeded(5).await;
    das_tern_seed::demo(test.database(), NOW).await.unwrap();
    assert_eq!(count(test.database(), "users").await, 5 + 1 + 11);
}
