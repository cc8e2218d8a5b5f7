//! What holds for any value: 128 of them each.

use das_tern_domain::{DoseEventStatus, UserId, UserRole};
use das_tern_persistence::entities::{dose_event, user};
use das_tern_persistence::{Database, Error, constraints};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel};
use time::{OffsetDateTime, UtcOffset};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::catalog::lines;
use super::rows::{Rows, execute, user_row};
use crate::support::database::TestDatabase;

/// Runs a test on one database for many values.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a closure reads better at the call without a borrow"
)]
fn for_any<S: Strategy>(values: S, test: impl AsyncFn(&Database, S::Value) -> Result<(), TestCaseError>) {
    let runtime = Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create());
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(128)
    });
    runner
        .run(&values, |value| runtime.block_on(test(database.database(), value)))
        .unwrap();
    runtime.block_on(database.database().close());
}

fn phone() -> impl Strategy<Value = String> {
    "\\+[1-9][0-9]{7,14}"
}

/// Text of any script, as PostgreSQL can hold it: without NUL.
fn text(most: usize) -> impl Strategy<Value = String> {
    let khmer = proptest::char::range('\u{1780}', '\u{17f9}');
    let other = any::<char>().prop_filter("NUL", |c| *c != '\0');
    proptest::collection::vec(prop_oneof![khmer, other], 1..most).prop_map(String::from_iter)
}

async fn insert(database: &Database, person: user::Model) -> Result<UserId, DbErr> {
    Ok(person.into_active_model().insert(database.connection()).await?.id)
}

fn violates(result: Result<UserId, DbErr>, name: &str) -> Result<(), TestCaseError> {
    let error = Error::from(result.expect_err("was accepted"));
    prop_assert!(error.violates(name), "{}", error);
    Ok(())
}

#[test]
fn a_phone_number_belongs_to_one_account() {
    for_any(phone(), async |database, phone| {
        execute(database, "DELETE FROM users").await;
        insert(database, user_row(UserRole::Patient, &phone)).await.unwrap();
        violates(
            insert(database, user_row(UserRole::Doctor, &phone)).await,
            constraints::USERS_PHONE_NUMBER_KEY,
        )
    });
}

#[test]
fn an_email_address_in_any_case_belongs_to_one_account() {
    let emails = ("[a-zA-Z0-9.]{1,20}", any::<u64>());
    for_any(emails, async |database, (local, seed)| {
        execute(database, "DELETE FROM users").await;
        let email = format!("{local}@example.com");
        let flip = |(at, c): (usize, char)| if seed >> (at % 64) & 1 == 1 { swap_case(c) } else { c };
        let other: String = email.chars().enumerate().map(flip).collect();
        let with = |email: String, phone| user::Model {
            email: Some(email),
            ..user_row(UserRole::Patient, phone)
        };
        insert(database, with(email, "+85512345678")).await.unwrap();
        violates(
            insert(database, with(other, "+85512345679")).await,
            constraints::USERS_EMAIL_KEY,
        )
    });
}

fn swap_case(c: char) -> char {
    if c.is_ascii_lowercase() {
        c.to_ascii_uppercase()
    } else {
        c.to_ascii_lowercase()
    }
}

#[test]
fn a_pair_of_people_has_one_connection_whoever_asks() {
    let pairs = (any::<u128>(), any::<u128>()).prop_filter("two people", |(a, b)| a != b);
    for_any((pairs, any::<bool>()), async |database, ((a, b), reversed)| {
        let (a, b) = (UserId(Uuid::from_u128(a)), UserId(Uuid::from_u128(b)));
        execute(database, "DELETE FROM users").await;
        for (id, phone) in [(a, "+85512345678"), (b, "+85512345679")] {
            insert(
                database,
                user::Model {
                    id,
                    ..user_row(UserRole::Patient, phone)
                },
            )
            .await
            .unwrap();
        }
        let sql = |from, to| format!("INSERT INTO connections (initiator_id, recipient_id) VALUES ('{from}', '{to}')");
        execute(database, &sql(a, b)).await;
        let again = if reversed { sql(b, a) } else { sql(a, b) };
        let error = super::rows::refusal(database, &again).await;
        prop_assert!(matches!(error, Error::Unique { .. }), "{}", error);
        Ok(())
    });
}

/// An instant of the years 1970 to 2200, to the millisecond, as some offset of the world writes it.
fn instant() -> impl Strategy<Value = OffsetDateTime> {
    (0_i64..7_258_000_000_000, -12_i8..=14).prop_map(|(millis, hours)| {
        let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap();
        instant.to_offset(UtcOffset::from_hms(hours, 0, 0).unwrap())
    })
}

async fn insert_dose(
    database: &Database,
    rows: &Rows,
    scheduled_time: OffsetDateTime,
) -> Result<dose_event::Model, Error> {
    let id = das_tern_domain::DoseEventId(Uuid::now_v7());
    let dose = dose_event::Model {
        id,
        scheduled_time,
        missed_after: scheduled_time,
        ..rows.dose_row()
    };
    Ok(dose.into_active_model().insert(database.connection()).await?)
}

#[test]
fn a_medication_has_one_dose_for_a_moment_in_whatever_zone_it_is_written() {
    for_any((instant(), -12_i8..=14), async |database, (scheduled, hours)| {
        execute(database, "DELETE FROM users").await;
        let rows = Rows::insert(database).await;
        insert_dose(database, &rows, scheduled).await.unwrap();
        let elsewhere = scheduled.to_offset(UtcOffset::from_hms(hours, 0, 0).unwrap());
        let error = insert_dose(database, &rows, elsewhere).await.expect_err("was accepted");
        prop_assert!(
            error.violates(constraints::DOSE_EVENTS_MEDICATION_ID_SCHEDULED_TIME_KEY),
            "{}",
            error
        );
        Ok(())
    });
}

#[test]
fn an_instant_comes_back_as_the_same_instant() {
    for_any((instant(), instant()), async |database, (scheduled, taken)| {
        execute(database, "DELETE FROM users").await;
        let rows = Rows::insert(database).await;
        let dose = dose_event::Model {
            scheduled_time: scheduled,
            missed_after: scheduled,
            status: DoseEventStatus::TakenLate,
            taken_at: Some(taken),
            recorded_at: Some(taken),
            id: das_tern_domain::DoseEventId(Uuid::now_v7()),
            ..rows.dose_row()
        };
        let stored = dose
            .clone()
            .into_active_model()
            .insert(database.connection())
            .await
            .unwrap();
        prop_assert_eq!(stored, dose.clone());
        let read = dose_event::Entity::find_by_id(dose.id)
            .one(database.connection())
            .await
            .unwrap()
            .unwrap();
        prop_assert_eq!(
            read.taken_at.map(OffsetDateTime::unix_timestamp_nanos),
            Some(taken.unix_timestamp_nanos())
        );
        Ok(())
    });
}

#[test]
fn text_of_any_script_comes_back_unchanged() {
    for_any((text(100), text(200)), async |database, (name, clinic)| {
        execute(database, "DELETE FROM users").await;
        let person = user::Model {
            first_name: Some(name),
            hospital_clinic: Some(clinic),
            ..user_row(UserRole::Doctor, "+85512345678")
        };
        let id = insert(database, person.clone()).await.unwrap();
        let read = user::Entity::find_by_id(id)
            .one(database.connection())
            .await
            .unwrap()
            .unwrap();
        prop_assert_eq!(
            (read.first_name, read.hospital_clinic),
            (person.first_name, person.hospital_clinic)
        );
        Ok(())
    });
}

#[test]
fn with_a_patient_go_all_their_doses_and_nobody_elses() {
    for_any((1_i32..30, 1_i32..30), async |database, (theirs, others)| {
        execute(database, "DELETE FROM users").await;
        let rows = Rows::insert(database).await;
        let other = insert(database, user_row(UserRole::Patient, "+85599999999"))
            .await
            .unwrap();
        let course = format!(
            "INSERT INTO prescriptions (id, patient_id, patient_name, patient_gender, patient_age, symptoms) \
             VALUES ('{other}', '{other}', 'x', 'OTHER', 1, 'x'); \
             INSERT INTO medications (id, prescription_id, row_number, medicine_name) VALUES ('{other}', '{other}', 1, 'x');"
        );
        execute(database, &course).await;
        let doses = |patient, prescription, medication, count| {
            format!(
                "INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, \
                 time_period) SELECT '{prescription}', '{medication}', '{patient}', at, at, 'NIGHT' \
                 FROM generate_series(1, {count}) n, LATERAL (SELECT now() + n * interval '1 hour' AS at) t"
            )
        };
        execute(
            database,
            &doses(rows.patient.0, rows.prescription.0, rows.medication.0, theirs),
        )
        .await;
        execute(database, &doses(other.0, other.0, other.0, others)).await;

        execute(database, &format!("DELETE FROM users WHERE id = '{}'", rows.patient)).await;

        let left = lines(database, "SELECT count(*)::text FROM dose_events").await;
        prop_assert_eq!(left, [others.to_string()]);
        Ok(())
    });
}
