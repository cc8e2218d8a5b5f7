//! The demonstration: everything is in it, its logins work, and it is added once.

use std::collections::BTreeSet;

use das_tern_domain::{
    AuditActionType, ConnectionMetadata, ConnectionStatus, DoseEventStatus, Labelled, NotificationType,
    PermissionLevel, PrescriptionStatus, SubscriptionTier, UserRole,
};
use das_tern_persistence::constraints;
use das_tern_persistence::entities::connection;
use das_tern_seed::{Error, LOGINS, PASSWORD, Summary};
use rstest::rstest;
use sea_orm::{ConnectionTrait, EntityTrait};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::rows::{count, everything, lines};
use super::rules;
use crate::support::database::TestDatabase;

const NOW: OffsetDateTime = datetime!(2026-03-06 12:00 +7);

async fn seeded() -> TestDatabase {
    let test = TestDatabase::create().await;
    das_tern_seed::demo(test.database(), NOW).await.unwrap();
    test
}

#[tokio::test]
async fn a_seeded_database_is_not_empty() {
    let test = TestDatabase::create().await;
    assert!(das_tern_seed::is_empty(test.database()).await.unwrap());
    das_tern_seed::demo(test.database(), NOW).await.unwrap();
    assert!(!das_tern_seed::is_empty(test.database()).await.unwrap());
}

#[tokio::test]
async fn the_summary_counts_what_was_added() {
    let test = TestDatabase::create().await;
    let summary = das_tern_seed::demo(test.database(), NOW).await.unwrap();
    let expected = Summary {
        users: 11,
        connections: count(test.database(), "connections").await,
        prescriptions: count(test.database(), "prescriptions").await,
        doses: count(test.database(), "dose_events").await,
        notifications: count(test.database(), "notifications").await,
        audit_logs: count(test.database(), "audit_logs").await,
    };
    assert_eq!(summary, expected);
}

#[rstest]
#[case::at_once(Duration::ZERO)]
#[case::an_evening_later(Duration::hours(9))]
#[tokio::test]
async fn seeding_again_on_the_same_day_changes_nothing(#[case] later: Duration) {
    let test = seeded().await;
    let before = everything(test.database()).await;

    let summary = das_tern_seed::demo(test.database(), NOW + later).await.unwrap();

    assert_eq!(summary, Summary::default());
    assert_eq!(everything(test.database()).await, before);
}

#[tokio::test]
async fn seeding_again_weeks_later_adds_the_doses_since_and_keeps_everything() {
    let test = seeded().await;
    let before = everything(test.database()).await;
    let later = NOW + Duration::days(45);

    das_tern_seed::demo(test.database(), later).await.unwrap();

    let after = everything(test.database()).await;
    for (table, rows) in &before {
        let after: BTreeSet<_> = after[table].iter().collect();
        assert!(rows.iter().all(|row| after.contains(row)), "{table}");
        let grows = matches!(*table, "dose_events" | "notifications" | "audit_logs");
        assert_eq!(after.len() > rows.len(), grows, "{table}");
    }
    let gaps = "generate_series(date '2026-02-04', date '2026-05-19', '1 day') day WHERE NOT EXISTS (SELECT \
                FROM dose_events WHERE (scheduled_time AT TIME ZONE 'Asia/Phnom_Penh')::date = day)";
    assert_eq!(count(test.database(), gaps).await, 0);
    rules::place_every_dose(test.database()).await;
}

#[tokio::test]
async fn what_a_patient_did_since_stays_and_leaves_no_entry_of_ours() {
    let test = seeded().await;
    let take = "UPDATE dose_events SET status = 'TAKEN_ON_TIME', taken_at = scheduled_time, \
                recorded_at = scheduled_time, skip_reason = 'by hand' WHERE status = 'DUE'";
    test.database().connection().execute_unprepared(take).await.unwrap();
    let by_hand = "dose_events WHERE skip_reason = 'by hand'";
    let doses = count(test.database(), by_hand).await;

    das_tern_seed::demo(test.database(), NOW + Duration::days(3))
        .await
        .unwrap();

    assert_eq!(count(test.database(), by_hand).await, doses);
    let told = format!("audit_logs WHERE resource_id IN (SELECT id FROM {by_hand})");
    assert_eq!(count(test.database(), &told).await, 0);
}

#[tokio::test]
async fn somebody_elses_phone_number_is_an_error_and_nothing_is_added() {
    let test = TestDatabase::create().await;
    let sql = "INSERT INTO users (role, phone_number, password_hash) VALUES ('PATIENT', '+85512345680', 'x')";
    test.database().connection().execute_unprepared(sql).await.unwrap();

    let error = das_tern_seed::demo(test.database(), NOW).await.unwrap_err();

    assert!(
        matches!(&error, Error::Database(error) if error.violates(constraints::USERS_PHONE_NUMBER_KEY)),
        "{error}"
    );
    assert_eq!(count(test.database(), "users").await, 1);
}

#[tokio::test]
async fn a_failure_half_way_adds_nothing() {
    let test = TestDatabase::create().await;
    let sql = "ALTER TABLE audit_logs ADD CONSTRAINT in_the_way CHECK (resource_type <> 'Subscription')";
    test.database().connection().execute_unprepared(sql).await.unwrap();

    let error = das_tern_seed::demo(test.database(), NOW).await.unwrap_err();

    assert!(
        matches!(&error, Error::Database(error) if error.violates("in_the_way")),
        "{error}"
    );
    for (table, rows) in everything(test.database()).await {
        assert!(rows.is_empty(), "{table}");
    }
}

#[tokio::test]
async fn the_logins_have_their_roles_and_the_password() {
    let test = seeded().await;
    for login in LOGINS {
        let sql = format!(
            "SELECT password_hash FROM users WHERE phone_number = '{}' AND role = '{}' \
             AND account_status IN ('ACTIVE', 'VERIFIED')",
            login.phone_number, login.role
        );
        let hash = lines(test.database(), &sql).await;
        assert!(hash[0].starts_with("$2b$10$"));
        assert!(bcrypt::verify(PASSWORD, &hash[0]).unwrap(), "{login:?}");
    }
}

#[tokio::test]
async fn the_logins_are_connected() {
    let test = seeded().await;
    for (viewer, patient, level) in [
        ("+85512345680", "+85512345678", PermissionLevel::Allowed),
        ("+85512345681", "+85512345678", PermissionLevel::Allowed),
        ("+85512345680", "+85512345679", PermissionLevel::Request),
    ] {
        let from = format!(
            "connections c JOIN users i ON i.id = c.initiator_id JOIN users r ON r.id = c.recipient_id \
             WHERE c.status = 'ACCEPTED' AND c.permission_level = '{level}' \
             AND ARRAY[i.phone_number, r.phone_number]::text[] @> ARRAY['{viewer}', '{patient}']"
        );
        assert_eq!(count(test.database(), &from).await, 1, "{viewer} {patient}");
    }
}

fn labels<E: Labelled>() -> Vec<&'static str> {
    E::ALL.iter().map(|value| value.label()).collect()
}

const LEVELS: &str = "permission_level FROM connections c JOIN users u ON u.id IN (c.initiator_id, c.recipient_id) \
                      WHERE c.status = 'ACCEPTED' AND u.role";

#[tokio::test]
async fn every_role_tier_status_level_and_kind_is_there() {
    let test = seeded().await;
    for (of, mut expected) in [
        ("role FROM users", labels::<UserRole>()),
        ("tier FROM subscriptions", labels::<SubscriptionTier>()),
        ("status FROM connections", labels::<ConnectionStatus>()),
        ("status FROM prescriptions", labels::<PrescriptionStatus>()),
        ("status FROM dose_events", labels::<DoseEventStatus>()),
        ("type FROM notifications", labels::<NotificationType>()),
        (
            "action_type FROM audit_logs WHERE patient_id IS NOT NULL",
            labels::<AuditActionType>(),
        ),
        (&format!("{LEVELS} = 'DOCTOR'"), labels::<PermissionLevel>()),
        (&format!("{LEVELS} = 'FAMILY_MEMBER'"), labels::<PermissionLevel>()),
    ] {
        let sql = format!("SELECT DISTINCT {}", of.replacen(" FROM", "::text FROM", 1));
        let mut present = lines(test.database(), &sql).await;
        present.sort_unstable();
        expected.sort_unstable();
        assert_eq!(present, expected, "{of}");
    }
}

#[tokio::test]
async fn there_are_as_many_of_each_as_promised() {
    let test = seeded().await;
    for (of, expected) in [
        ("users WHERE role = 'PATIENT'", 4),
        ("(SELECT DISTINCT specialty FROM users WHERE role = 'DOCTOR') s", 4),
        (
            "users WHERE role = 'DOCTOR' AND account_status = 'PENDING_VERIFICATION'",
            1,
        ),
        ("users WHERE role = 'DOCTOR' AND account_status = 'VERIFIED'", 3),
        ("users WHERE role = 'FAMILY_MEMBER'", 3),
        ("users WHERE language = 'ENGLISH'", 3),
        ("family_members", 2),
        ("meal_time_preferences", 3),
        ("prescriptions WHERE is_urgent AND status = 'ACTIVE'", 2),
        ("prescriptions WHERE doctor_id IS NULL", 3),
        ("prescriptions WHERE current_version > 1", 3),
        ("medications WHERE is_prn", 2),
        ("notifications WHERE is_read <> (read_at IS NOT NULL)", 0),
    ] {
        assert_eq!(count(test.database(), of).await, expected, "{of}");
    }
    for is_read in ["is_read", "NOT is_read"] {
        assert!(
            count(test.database(), &format!("notifications WHERE {is_read}")).await > 0,
            "{is_read}"
        );
    }
}

#[tokio::test]
async fn everybody_is_told_in_their_language_and_no_text_has_zero_width_characters() {
    let test = seeded().await;
    let wrong = "notifications n JOIN users u ON u.id = n.recipient_id \
                 WHERE (u.language = 'ENGLISH') = (n.title ~ U&'[\\1780-\\17FF]')";
    assert_eq!(count(test.database(), wrong).await, 0);
    for (table, rows) in everything(test.database()).await {
        assert!(!rows.concat().contains(['\u{200b}', '\u{200c}', '\u{200d}']), "{table}");
    }
}

#[tokio::test]
async fn connections_carry_a_selection_an_approval_and_a_switched_off_alert() {
    let test = seeded().await;
    let connections = connection::Entity::find()
        .all(test.database().connection())
        .await
        .unwrap();
    let has = |level, test: fn(&ConnectionMetadata) -> bool| {
        connections
            .iter()
            .any(|connection| connection.permission_level == level && test(&connection.metadata))
    };
    let prescriptions = |metadata: &ConnectionMetadata| metadata.scope.iter().any(|s| !s.prescription_ids.is_empty());
    assert!(has(PermissionLevel::Selected, prescriptions));
    assert!(has(PermissionLevel::Selected, |metadata| {
        metadata.scope.iter().any(|scope| scope.from < scope.to)
    }));
    assert!(has(PermissionLevel::Request, |metadata| {
        metadata.grant.iter().any(|grant| grant.expires_at > NOW)
    }));
    assert!(has(PermissionLevel::Selected, |metadata| !metadata.alerts_enabled));
}

#[tokio::test]
async fn every_version_is_there_and_the_last_one_is_the_grid() {
    let test = seeded().await;
    let gaps = "prescriptions p WHERE p.current_version <> (SELECT count(*) FROM prescription_versions v \
                WHERE v.prescription_id = p.id AND v.version_number <= p.current_version)";
    assert_eq!(count(test.database(), gaps).await, 0);
    let others = "(SELECT v.medications_snapshot AS kept, jsonb_agg(jsonb_build_object('id', m.id, 'rowNumber', \
         m.row_number, 'medicineName', m.medicine_name, 'medicineNameKhmer', m.medicine_name_khmer, 'imageUrl', \
         m.image_url, 'morningDosage', m.morning_dosage, 'daytimeDosage', m.daytime_dosage, 'nightDosage', \
         m.night_dosage, 'frequency', m.frequency, 'timing', m.timing, 'isPrn', m.is_prn, 'firstDay', m.first_day, \
         'lastDay', m.last_day, 'reminderTimes', m.reminder_times, \
         'details', m.details) ORDER BY m.row_number) AS grid \
         FROM prescriptions p JOIN medications m ON m.prescription_id = p.id JOIN prescription_versions v \
         ON v.prescription_id = p.id AND v.version_number = p.current_version GROUP BY v.id) t WHERE kept <> grid";
    assert_eq!(count(test.database(), others).await, 0);
}
