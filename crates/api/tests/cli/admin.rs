//! What an administrator does at the terminal.

use serde_json::Value;

use super::binary::{NO_REDIS, TestDatabase, block_on, migrate_and_seed, run, texts};

fn rows(database: &TestDatabase, sql: &str) -> Vec<String> {
    block_on(texts(&database.url, sql, vec![]))
}

#[test]
fn a_doctor_is_listed_verified_and_rejected_with_a_trace_and_told() {
    let database = TestDatabase::create("admin");
    let variables = [
        ("APP_ENV", "test"),
        ("DATABASE_URL", &*database.url),
        ("REDIS_URL", NO_REDIS),
    ];
    migrate_and_seed(&[], &variables);
    let listed = |status: &str| -> Vec<Value> {
        let list = run(&["admin", "doctors", "list", "--status", status, "--json"], &variables);
        assert_eq!(list.code, Some(0), "{}", list.err);
        list.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let waiting = listed("PENDING_VERIFICATION");
    assert_eq!(waiting.len(), 1, "the demonstration data has one");
    let doctor = waiting[0]["id"].as_str().unwrap();

    let verified = run(&["admin", "doctors", "verify", doctor], &variables);
    assert_eq!(verified.code, Some(0), "{}", verified.err);
    assert!(
        verified.out.contains(doctor) && verified.out.contains("VERIFIED"),
        "{}",
        verified.out
    );
    assert!(listed("PENDING_VERIFICATION").is_empty());
    let reason = ["admin", "doctors", "reject", doctor, "--reason", "អាជ្ញាប័ណ្ណផុតកំណត់"];
    let rejected = run(&reason, &variables);
    assert_eq!(rejected.code, Some(0), "{}", rejected.err);
    assert_eq!(listed("REJECTED").len(), 1);

    let trail = format!(
        "SELECT coalesce(actor_id::text, 'system') || ' ' || action_type FROM audit_logs WHERE resource_id = '{doctor}' \
         AND action_type <> 'NOTIFICATION_SENT' ORDER BY created_at, id"
    );
    let trail = rows(&database, &trail);
    assert!(
        trail.len() >= 2 && trail.iter().all(|entry| entry.starts_with("system ")),
        "{trail:?}"
    );
    let told = format!("SELECT message FROM notifications WHERE recipient_id = '{doctor}' ORDER BY created_at, id");
    let told = rows(&database, &told);
    assert!(told.len() >= 2, "{told:?}");
    assert!(told.last().unwrap().contains("អាជ្ញាប័ណ្ណផុតកំណត់"), "{told:?}");

    let nobody = run(
        &["admin", "doctors", "verify", "0195d3c1-5b1e-7c3a-9f5e-2d7a1c4b8e61"],
        &variables,
    );
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.err.contains("there is no such doctor"), "{}", nobody.err);
}
