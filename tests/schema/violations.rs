use std::collections::BTreeSet;

use das_tern_persistence::{Error, constraints};
use rstest::rstest;

use super::catalog::lines;
use super::rows::{Rows, refusal};
use crate::support::database::TestDatabase;

/// Fills in the ids of the rows.
fn with_ids(sql: &str, rows: &Rows) -> String {
    sql.replace("$patient", &format!("'{}'", rows.patient))
        .replace("$doctor", &format!("'{}'", rows.doctor))
        .replace("$relative", &format!("'{}'", rows.relative))
        .replace("$prescription", &format!("'{}'", rows.prescription))
        .replace("$medication", &format!("'{}'", rows.medication))
        .replace("$subscription", &format!("'{}'", rows.subscription))
}

#[rstest]
#[case::a_phone_number_without_plus("users_phone_number_check", "UPDATE users SET phone_number = '85512345678'")]
#[case::a_phone_number_with_letters("users_phone_number_check", "UPDATE users SET phone_number = '+8551234567a'")]
#[case::a_country_zero("users_phone_number_check", "UPDATE users SET phone_number = '+05512345678'")]
#[case::a_phone_number_of_16_digits("users_phone_number_check", "UPDATE users SET phone_number = '+8551234567890123'")]
#[case::no_way_to_reach_them("users_contact_check", "UPDATE users SET phone_number = NULL")]
#[case::fewer_than_no_failed_logins("users_failed_login_attempts_check", "UPDATE users SET failed_login_attempts = -1")]
#[case::an_epoch_before_the_first("users_token_epoch_check", "UPDATE users SET token_epoch = -1")]
#[case::a_grace_of_15_minutes("users_grace_period_minutes_check", "UPDATE users SET grace_period_minutes = 15")]
#[case::a_lock_that_forgets("users_status_before_lock_check", "UPDATE users SET account_status = 'LOCKED'")]
#[case::a_lock_of_a_lock(
    "users_status_before_lock_check",
    "UPDATE users SET account_status = 'LOCKED', status_before_lock = 'LOCKED'"
)]
#[case::an_unlocked_account_that_remembers(
    "users_status_before_lock_check",
    "UPDATE users SET status_before_lock = 'ACTIVE'"
)]
#[case::a_connection_to_oneself("connections_not_self_check", "UPDATE connections SET recipient_id = initiator_id")]
#[case::accepted_at_no_time("connections_accepted_at_check", "UPDATE connections SET accepted_at = NULL")]
#[case::pending_but_accepted_once("connections_accepted_at_check", "UPDATE connections SET status = 'PENDING'")]
#[case::revoked_at_no_time(
    "connections_revoked_at_check",
    "UPDATE connections SET status = 'REVOKED', accepted_at = NULL"
)]
#[case::accepted_and_revoked("connections_revoked_at_check", "UPDATE connections SET revoked_at = now()")]
#[case::an_unborn_patient("prescriptions_patient_age_check", "UPDATE prescriptions SET patient_age = -1")]
#[case::a_patient_of_151("prescriptions_patient_age_check", "UPDATE prescriptions SET patient_age = 151")]
#[case::no_current_version(
    "prescriptions_current_version_check",
    "UPDATE prescriptions SET current_version = 0"
)]
#[case::urgent_without_a_reason("prescriptions_urgent_reason_check", "UPDATE prescriptions SET is_urgent = true")]
#[case::urgent_with_a_blank_reason(
    "prescriptions_urgent_reason_check",
    "UPDATE prescriptions SET is_urgent = true, urgent_reason = ' '"
)]
#[case::version_zero(
    "prescription_versions_version_number_check",
    "INSERT INTO prescription_versions (prescription_id, version_number, medications_snapshot) \
     SELECT id, 0, '[]' FROM prescriptions"
)]
#[case::a_version_that_is_changed(
    "prescription_versions_immutable",
    "UPDATE prescription_versions SET change_reason = 'x'"
)]
#[case::a_version_that_is_removed("prescription_versions_immutable", "DELETE FROM prescription_versions")]
#[case::versions_that_are_emptied("prescription_versions_immutable", "TRUNCATE prescription_versions")]
#[case::an_author_forgotten_by_hand(
    "prescription_versions_immutable",
    "UPDATE prescription_versions SET author_id = NULL"
)]
#[case::a_row_taken_out_of_the_first_version(
    "medications_removed_in_version_check",
    "UPDATE medications SET removed_in_version = 1"
)]
#[case::row_zero("medications_row_number_check", "UPDATE medications SET row_number = 0")]
#[case::an_end_before_the_start("medications_last_day_check", "UPDATE medications SET last_day = first_day - 1")]
#[case::taken_at_no_time(
    "dose_events_taken_at_check",
    "UPDATE dose_events SET status = 'TAKEN_LATE', recorded_at = now()"
)]
#[case::missed_but_taken(
    "dose_events_taken_at_check",
    "UPDATE dose_events SET status = 'MISSED', taken_at = now()"
)]
#[case::a_reminder_at_24("dose_events_reminder_time_check", "UPDATE dose_events SET reminder_time = '24:00'")]
#[case::a_reminder_in_words("dose_events_reminder_time_check", "UPDATE dose_events SET reminder_time = 'noon'")]
#[case::missed_before_it_is_due(
    "dose_events_missed_after_check",
    "UPDATE dose_events SET missed_after = scheduled_time - interval '1 second'"
)]
#[case::skipped_and_never_recorded("dose_events_recorded_at_check", "UPDATE dose_events SET status = 'SKIPPED'")]
#[case::due_but_recorded("dose_events_recorded_at_check", "UPDATE dose_events SET recorded_at = now()")]
#[case::no_storage_at_all("subscriptions_storage_quota_check", "UPDATE subscriptions SET storage_quota = 0")]
#[case::less_than_nothing_stored("subscriptions_storage_used_check", "UPDATE subscriptions SET storage_used = -1")]
#[tokio::test]
async fn a_wrong_row_is_refused_by_name(#[case] name: &str, #[case] sql: &str) {
    let database = TestDatabase::create().await;
    Rows::insert(database.database()).await;
    let error = refusal(database.database(), sql).await;
    assert!(
        matches!(&error, Error::Check { constraint } if constraint == name),
        "{error}"
    );
}

#[rstest]
#[case::a_phone_number(
    "users_phone_number_key",
    "UPDATE users SET phone_number = '+85512345678' WHERE id = $doctor"
)]
#[case::an_email_in_another_case(
    "users_email_key",
    "UPDATE users SET email = CASE id WHEN $doctor THEN 'A@Example.com' ELSE 'a@example.COM' END WHERE id <> $relative"
)]
#[case::an_id_card("users_id_card_number_key", "UPDATE users SET id_card_number = '1'")]
#[case::a_licence("users_license_number_key", "UPDATE users SET license_number = '1'")]
#[case::a_google_account("users_google_account_id_key", "UPDATE users SET google_account_id = '1'")]
#[case::the_same_request(
    "connections_initiator_id_recipient_id_key",
    "INSERT INTO connections (initiator_id, recipient_id) VALUES ($patient, $doctor)"
)]
#[case::the_request_the_other_way_round(
    "connections_pair_key",
    "INSERT INTO connections (initiator_id, recipient_id) VALUES ($doctor, $patient)"
)]
#[case::meal_times(
    "meal_time_preferences_user_id_key",
    "INSERT INTO meal_time_preferences (user_id) VALUES ($patient)"
)]
#[case::a_version(
    "prescription_versions_prescription_id_version_number_key",
    "INSERT INTO prescription_versions (prescription_id, version_number, medications_snapshot) \
     VALUES ($prescription, 1, '[]')"
)]
#[case::a_dose(
    "dose_events_medication_id_scheduled_time_key",
    "INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, time_period) \
     SELECT prescription_id, medication_id, patient_id, scheduled_time, missed_after, time_period FROM dose_events"
)]
#[case::a_subscription("subscriptions_user_id_key", "INSERT INTO subscriptions (user_id) VALUES ($patient)")]
#[case::a_place_in_the_family(
    "family_members_subscription_id_member_id_key",
    "INSERT INTO family_members (subscription_id, member_id) VALUES ($subscription, $relative)"
)]
#[tokio::test]
async fn a_second_one_is_refused_by_name(#[case] name: &str, #[case] sql: &str) {
    let database = TestDatabase::create().await;
    let rows = Rows::insert(database.database()).await;
    let error = refusal(database.database(), &with_ids(sql, &rows)).await;
    assert!(
        matches!(&error, Error::Unique { constraint } if constraint == name),
        "{error}"
    );
}

#[tokio::test]
async fn a_row_about_nobody_is_refused_by_name() {
    let database = TestDatabase::create().await;
    let sql = "INSERT INTO subscriptions (user_id) VALUES (gen_random_uuid())";
    let error = refusal(database.database(), sql).await;
    assert!(
        matches!(&error, Error::ForeignKey { constraint } if constraint == "subscriptions_user_id_fkey"),
        "{error}"
    );
}

#[tokio::test]
async fn the_known_constraints_are_those_of_the_schema() {
    let database = TestDatabase::create().await;
    let sql = "SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'c' \
               UNION SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid \
               WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace";
    let mut schema: BTreeSet<_> = lines(database.database(), sql).await.into_iter().collect();
    schema.insert(constraints::AUDIT_LOGS_APPEND_ONLY.to_owned());
    schema.insert(constraints::PRESCRIPTION_VERSIONS_IMMUTABLE.to_owned());
    let known: BTreeSet<_> = constraints::ALL.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(known, schema);
}

/// Where the first migration, which is the specification, has a CHECK or a unique key, this file violates it.
#[test]
fn each_known_constraint_is_violated_here() {
    let source = include_str!("violations.rs");
    for name in constraints::ALL
        .iter()
        .filter(|&&name| name != constraints::AUDIT_LOGS_APPEND_ONLY)
    {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn a_refused_row_is_not_repeated_in_the_error() {
    let database = TestDatabase::create().await;
    Rows::insert(database.database()).await;
    for sql in [
        "UPDATE users SET role = NULL",
        "UPDATE users SET phone_number = '+85512345678'",
    ] {
        let error = refusal(database.database(), sql).await;
        assert!(!format!("{error} {error:?}").contains("+855"), "{error:?}");
    }
}
