use std::collections::BTreeSet;

use das_tern_application::SECRETS;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;
use crate::support::redis::eventually;

/// Where the rows of a table stand in the document.
const PARTS: [(&str, &str); 11] = [
    ("users", "account"),
    ("subscriptions", "subscription"),
    ("family_members", "familyMembers"),
    ("meal_time_preferences", "mealTimes"),
    ("connections", "connections"),
    ("prescriptions", "prescriptions"),
    ("prescription_versions", "prescriptionVersions"),
    ("medications", "medications"),
    ("dose_events", "doseEvents"),
    ("notifications", "notifications"),
    ("audit_logs", "auditLogs"),
];

/// The columns that name a person, with where a row is found in that person's document.
const NAMING: [(&str, &str); 12] = [
    ("audit_logs.actor_id", "auditLogs"),
    ("connections.initiator_id", "connections"),
    ("connections.recipient_id", "connections"),
    ("dose_events.patient_id", "doseEvents"),
    ("family_members.member_id", "familyMembers"),
    ("meal_time_preferences.user_id", "mealTimes"),
    ("notifications.recipient_id", "notifications"),
    ("prescription_versions.author_id", "prescriptionVersionsWritten"),
    ("prescriptions.doctor_id", "prescriptionsWritten"),
    ("prescriptions.patient_id", "prescriptions"),
    ("subscriptions.user_id", "subscription"),
    // No foreign key, as the trail outlives whom it is about.
    ("audit_logs.patient_id", "auditLogs"),
];

struct Family {
    app: TestApp,
    patient: Person,
    doctor: Person,
    daughter: Person,
}

/// A patient, a doctor and a daughter with something in every table.
async fn family() -> Family {
    let app = TestApp::start().await;
    let (patient, doctor, daughter) = (app.patient().await, app.doctor().await, app.family().await);
    app.connect(&patient, &doctor, "ACCEPTED", "ALLOWED", json!({})).await;
    app.connect(&daughter, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    let dose = app.dose(&patient, MORNING).await;
    let values = [dose.prescription.into(), doctor.id.into()];
    app.execute("UPDATE prescriptions SET doctor_id = $2 WHERE id = $1", values.clone())
        .await;
    let sql = "INSERT INTO prescription_versions (prescription_id, version_number, author_id, medications_snapshot) \
               VALUES ($1, 1, $2, '[]')";
    app.execute(sql, values).await;
    let sql = "INSERT INTO family_members (subscription_id, member_id) \
               SELECT id, $2 FROM subscriptions WHERE user_id = $1";
    app.execute(sql, [patient.id.into(), daughter.id.into()]).await;
    let meals = json!({ "morningMeal": "6-7AM" });
    patient.client.put("/onboarding/meal-times", &meals).await.ok();
    for person in [&patient, &daughter] {
        let sql = "INSERT INTO notifications (recipient_id, type, title, message) \
                   VALUES ($1, 'FAMILY_ALERT', 'title', 'message')";
        app.execute(sql, [person.id.into()]).await;
    }
    let look = format!("/doses/schedule?patientId={}", patient.id);
    for other in [&doctor, &daughter] {
        other.client.get(&look).await.ok();
    }
    Family {
        app,
        patient,
        doctor,
        daughter,
    }
}

async fn export(person: &Person) -> Value {
    person.client.get("/users/export").await.ok()
}

/// The items of a part, of which some parts have one at most.
fn items(document: &Value, part: &str) -> Vec<Value> {
    match &document[part] {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        item => vec![item.clone()],
    }
}

fn camel(column: &str) -> String {
    let mut words = column.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
}

#[tokio::test]
async fn every_column_of_every_table_that_holds_the_person_is_exported_or_a_secret() {
    let Family { app, patient, .. } = family().await;
    let document = export(&patient).await;
    // Every table from which foreign keys lead to a person, over however many others.
    let tables = "WITH RECURSIVE personal AS (SELECT 'users'::regclass::oid AS id UNION \
                  SELECT c.conrelid FROM pg_constraint c JOIN personal p ON c.confrelid = p.id WHERE c.contype = 'f') \
                  SELECT c.table_name::text AS tab, c.column_name::text AS col FROM information_schema.columns c \
                  JOIN personal p ON p.id = c.table_name::regclass WHERE c.table_schema = 'public' ORDER BY 1, 2";
    let columns = app.rows(tables, []).await;
    assert!(columns.len() > 100);
    let mut secrets = BTreeSet::new();
    for row in columns {
        let (table, column) = (row["tab"].as_str().unwrap(), row["col"].as_str().unwrap());
        let (_, part) = PARTS
            .iter()
            .find(|(name, _)| *name == table)
            .unwrap_or_else(|| panic!("nobody has decided where {table} is exported"));
        let items = items(&document, part);
        assert!(!items.is_empty(), "{part} is empty");
        let is_shown = items
            .iter()
            .all(|item| item.as_object().unwrap().contains_key(&camel(column)));
        let name = format!("{table}.{column}");
        if SECRETS.contains(&name.as_str()) {
            assert!(!is_shown, "{name} is a secret");
            secrets.insert(name);
        } else {
            assert!(is_shown, "{name} is neither exported nor a secret");
        }
    }
    assert_eq!(secrets.len(), SECRETS.len(), "a secret that is no column");
}

#[tokio::test]
async fn whoever_a_row_names_finds_it_in_their_document() {
    let Family {
        app,
        patient,
        doctor,
        daughter,
    } = family().await;
    let keys = "SELECT c.conrelid::regclass::text || '.' || a.attname AS name FROM pg_constraint c \
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
                WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass ORDER BY 1";
    let names: Vec<_> = app.rows(keys, []).await;
    for row in &names {
        let name = row["name"].as_str().unwrap();
        assert!(NAMING.iter().any(|(known, _)| *known == name), "{name}");
    }
    for person in [&patient, &doctor, &daughter] {
        let document = export(person).await;
        for (name, part) in NAMING {
            let (table, column) = name.split_once('.').unwrap();
            let stored = app.count(table, &format!("{column} = $1"), [person.id.into()]).await;
            let shown = items(&document, part).len();
            assert!(i64::try_from(shown).unwrap() >= stored, "{name}: {shown} of {stored}");
        }
        let foreign = [&patient, &doctor, &daughter]
            .into_iter()
            .filter(|other| other.id != person.id);
        for other in foreign {
            let text = document.to_string();
            assert!(!text.contains(&other.account.phone) && !text.contains(&other.account.email));
        }
    }
    // What a doctor wrote shows that they wrote it, and nothing about the patient's health.
    let document = export(&doctor).await;
    assert_eq!(items(&document, "prescriptionsWritten").len(), 1);
    let text = document.to_string();
    assert!(!text.contains("ឈឺក្បាល") && !text.contains("Paracetamol"), "{text}");
}

#[tokio::test]
async fn the_document_is_a_file_that_no_cache_keeps_and_taking_it_is_in_the_trail() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let answer = patient.client.get("/users/export").await;
    let document = answer.ok();
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"das-tern-2026-03-06.json\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-type").starts_with("application/json"));
    assert_eq!(document["exportedAt"], "2026-03-06T09:00:00.000+07:00");
    assert_eq!(document["account"]["phoneNumber"], patient.account.phone);
    assert_eq!(document["mealTimes"], Value::Null);
    let own = items(&document, "auditLogs");
    assert_eq!(own.len(), 1);
    assert_eq!(
        (&own[0]["actionType"], &own[0]["details"]["data"]),
        (&json!("DATA_ACCESS"), &json!("EXPORT"))
    );
    assert_eq!(own[0]["createdAt"], "2026-03-06T09:00:00.000+07:00");
    for _ in 1..5 {
        patient.client.get("/users/export").await.ok();
    }
    patient.client.get("/users/export").await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn the_address_from_which_somebody_else_looked_is_theirs() {
    let Family {
        app: _app,
        patient,
        doctor,
        ..
    } = family().await;
    let document = export(&patient).await;
    let looks: Vec<_> = items(&document, "auditLogs");
    let theirs: Vec<_> = looks
        .iter()
        .filter(|look| look["actorId"] == doctor.id.to_string())
        .collect();
    assert!(!theirs.is_empty());
    assert!(theirs.iter().all(|look| look["ipAddress"].is_null()), "{theirs:?}");
    let own = looks
        .iter()
        .find(|look| look["actorId"] == patient.id.to_string())
        .unwrap();
    assert_eq!(own["ipAddress"], "127.0.0.1");
}

/// Fifty thousand doses of one medicine, a minute apart.
async fn many_doses(app: &TestApp, patient: &Person) -> Uuid {
    let (prescription, medication) = app.medication(patient, false).await;
    let sql = "INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, \
               time_period) SELECT $1, $2, $3, at, at + interval '30 minutes', 'DAYTIME' \
               FROM generate_series(1, 50000) n, LATERAL (SELECT timestamptz '2020-01-01' + n * interval '1 minute') t(at)";
    app.execute(sql, [prescription.into(), medication.into(), patient.id.into()])
        .await;
    medication
}

/// How much memory this process has, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    kilobytes.parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_large_document_arrives_in_bounded_memory_and_shows_one_moment() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    many_doses(&app, &patient).await;
    let mut response = patient.client.begin("/users/export").await;
    let mut text = response.chunk().await.unwrap().unwrap().to_vec();
    // What happens while it is read is not in it.
    app.dose(&patient, MORNING).await;
    let (before, mut peak, mut received, mut doses) = (resident(), 0, text.len(), 0);
    let mut tail = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        received += chunk.len();
        tail.extend_from_slice(&chunk);
        // Counted where a whole item is there; the rest waits for the next chunk.
        let end = tail.iter().rposition(|byte| *byte == b'}').map_or(0, |end| end + 1);
        let whole: Vec<u8> = tail.drain(..end).collect();
        doses += String::from_utf8(whole).unwrap().matches("\"missedAfter\"").count();
        peak = peak.max(resident());
    }
    text.extend_from_slice(&tail);
    assert_eq!(doses, 50_000);
    assert!(received > 20_000_000, "{received}");
    let grown = peak.saturating_sub(before);
    assert!(
        grown < received / 2,
        "{grown} bytes of memory for a document of {received}"
    );
}

#[tokio::test]
async fn readers_who_hang_up_leave_room_for_others() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    many_doses(&app, &patient).await;
    for _ in 0..4 {
        let mut response = patient.client.begin("/users/export").await;
        assert_eq!(response.status(), 200);
        response.chunk().await.unwrap();
        drop(response);
    }
    let document = export(&patient).await;
    assert_eq!(items(&document, "doseEvents").len(), 50_000);
}

/// A moment that is held for long keeps the database from tidying up.
#[tokio::test]
async fn a_slow_reader_holds_no_moment_beyond_the_time_for_it() {
    let app = TestApp::start_with(|config| config.application.exports.deadline_s = 1).await;
    let patient = app.patient().await;
    many_doses(&app, &patient).await;
    let mut response = patient.client.begin("/users/export").await;
    response.chunk().await.unwrap().unwrap();
    eventually("the moment is let go of", async || {
        let held = "datname = current_database() AND backend_xmin IS NOT NULL AND pid <> pg_backend_pid()";
        app.count("pg_stat_activity", held, []).await == 0
    })
    .await;
    let mut broken = Ok(());
    while broken.is_ok() {
        match response.chunk().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a part was taken for the whole"),
            Err(error) => broken = Err(error),
        }
    }
}
