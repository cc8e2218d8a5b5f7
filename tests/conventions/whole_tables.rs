//! No read goes through a whole table, however many patients there are: PostgreSQL counts itself how often it did.

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;

use super::coverage::{is_administration, operations};
use crate::prescriptions::arranging::{aspirin, confirmed, id};
use crate::prescriptions::plans::crowd;
use crate::support::TestApp;
use crate::support::people::Person;

/// Tables that grow with the number of patients.
const LARGE: [&str; 6] = [
    "users",
    "connections",
    "prescriptions",
    "medications",
    "dose_events",
    "audit_logs",
];

/// So often that prepared statements have the plans they keep.
const TIMES: usize = 8;

/// What read the tables from end to end so far. The counts of a connection are there once it has ended.
struct Counter(DatabaseConnection);

impl Counter {
    async fn of(app: &TestApp) -> Self {
        Self(sea_orm::Database::connect(app.database_url()).await.unwrap())
    }

    async fn text(&self, sql: &str) -> String {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let row = self.0.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    async fn scans(&self) -> String {
        let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        self.text(&format!("SELECT count(pg_terminate_backend(pid, 5000))::text {others}"))
            .await;
        let tables = LARGE.map(|table| format!("'{table}'")).join(", ");
        let counts = format!(
            "SELECT string_agg(relname || ' ' || seq_scan, ', ' ORDER BY relname) FROM pg_stat_user_tables \
             WHERE relname IN ({tables})"
        );
        self.text(&counts).await
    }
}

/// A doctor of 200 of the crowd's patients, with two months of doses for each of them, and their trail.
async fn fill(app: &TestApp, doctor: &Person) {
    // So many that looking fifty of them up costs less than reading all of them.
    let others = "INSERT INTO users (role, full_name, phone_number, password_hash) \
                  SELECT 'PATIENT', 'y', '+8558' || lpad(n::text, 7, '0'), 'x' FROM generate_series(1, 20000) n";
    app.execute(others, []).await;
    let connections = "INSERT INTO connections (initiator_id, recipient_id, status, permission_level, accepted_at) \
                       SELECT $1, id, 'ACCEPTED', 'ALLOWED', now() FROM users WHERE full_name = 'x' ORDER BY id LIMIT 200";
    app.execute(connections, [doctor.id.into()]).await;
    let waiting = "INSERT INTO connections (initiator_id, recipient_id) \
                   SELECT id, $1 FROM users WHERE full_name = 'x' ORDER BY id DESC LIMIT 50";
    app.execute(waiting, [doctor.id.into()]).await;
    let doses = "INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, \
                 time_period, status) SELECT p.id, m.id, p.patient_id, at, at + interval '30 minutes', 'NIGHT', 'MISSED' \
                 FROM prescriptions p JOIN medications m ON m.prescription_id = p.id \
                 JOIN connections c ON c.recipient_id = p.patient_id AND c.initiator_id = $1, \
                 generate_series(timestamptz '2026-02-05 21:00+07', '2026-03-05 21:00+07', '1 day') at";
    app.execute(doses, [doctor.id.into()]).await;
    let trail = "INSERT INTO audit_logs (actor_id, actor_role, action_type, resource_type, patient_id, created_at) \
                 SELECT u.id, 'PATIENT', 'DOSE_TAKEN', 'DoseEvent', u.id, now() - n * interval '1 hour' FROM users u, \
                 generate_series(1, 20) n WHERE u.full_name = 'x'";
    app.execute(trail, []).await;
}

#[tokio::test]
async fn no_read_goes_through_a_whole_table() {
    let app = TestApp::start().await;
    crowd(&app).await;
    let (doctor, patient, family) = (app.doctor().await, app.patient().await, app.family().await);
    fill(&app, &doctor).await;
    let connection = app.connect(&doctor, &patient, "ACCEPTED", "ALLOWED", json!({})).await;
    app.connect(&patient, &family, "ACCEPTED", "ALLOWED", json!({})).await;
    let prescription = id(&confirmed(&doctor, &patient, &[aspirin()]).await);
    app.execute("ANALYZE", []).await;
    let counter = Counter::of(&app).await;
    let before = counter.scans().await;
    let mut read = 0;
    for (operation, method, path) in operations(&app).await {
        let is_streamed = operation.ends_with("/export");
        if method != "GET" || is_administration(&path) || is_streamed {
            continue;
        }
        let thing = match path.split('/').nth(1) {
            Some("connections") => connection.to_string(),
            Some("doctor") => patient.id.to_string(),
            _ => prescription.clone(),
        };
        let path = path.replace("{id}", &thing).replace("{n}", "1");
        let of_patient = format!("{path}?patientId={}", patient.id);
        for (person, path) in [
            (&patient, &path),
            (&doctor, &path),
            (&doctor, &of_patient),
            (&family, &of_patient),
        ] {
            let asked = join_all((0..TIMES).map(|_| person.client.get(path)));
            read += asked.await.iter().filter(|answer| answer.status == 200).count();
        }
    }
    assert_eq!(counter.scans().await, before);
    assert!(read > 20 * TIMES, "{read}");
    counter.0.close().await.unwrap();
}
