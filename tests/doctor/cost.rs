use secrecy::ExposeSecret;
use serde_json::json;

use super::{decided, list, patient_of};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;
use crate::support::wire::Wire;

/// Patients of the doctor's with a prescription and three decided doses each, more than anybody would arrange one by one.
async fn many_patients(app: &TestApp, doctor: &Person, count: i32) {
    let sql = "WITH person AS (INSERT INTO users (id, role, full_name, phone_number, password_hash) \
         SELECT gen_random_uuid(), 'PATIENT', 'Patient ' || n, '+85570' || lpad(n::text, 7, '0'), 'x' \
         FROM generate_series(1, $2) n RETURNING id), \
         connected AS (INSERT INTO connections (initiator_id, recipient_id, status, accepted_at) \
         SELECT $1, id, 'ACCEPTED', now() FROM person), \
         prescribed AS (INSERT INTO prescriptions (id, patient_id, patient_name, patient_gender, patient_age, symptoms, \
         status) SELECT gen_random_uuid(), id, 'x', 'OTHER', 50, 'x', 'ACTIVE' FROM person RETURNING id, patient_id), \
         medicine AS (INSERT INTO medications (id, prescription_id, row_number, medicine_name) \
         SELECT gen_random_uuid(), id, 1, 'x' FROM prescribed RETURNING id, prescription_id) \
         INSERT INTO dose_events (prescription_id, medication_id, patient_id, scheduled_time, missed_after, time_period, \
         status) SELECT p.id, m.id, p.patient_id, t, t, 'DAYTIME', 'MISSED' FROM prescribed p \
         JOIN medicine m ON m.prescription_id = p.id, \
         generate_series('2026-03-05 07:00+07'::timestamptz, '2026-03-05 09:00+07', '1 hour') t";
    app.execute(sql, [doctor.id.into(), count.into()]).await;
}

#[tokio::test]
async fn a_thousand_patients_cost_no_more_statements_than_one() {
    let mut wire = None;
    let app = TestApp::start_with(|config| {
        let tapped = Wire::to(config.database.url.expose_secret());
        config.database.url = tapped.url().into();
        wire = Some(tapped);
    })
    .await;
    let wire = wire.unwrap();
    let (few, many) = (app.doctor().await, app.doctor().await);
    let patient = patient_of(&app, &few).await;
    let medicine = app.medication(&patient, false).await;
    decided(&app, &patient, medicine, MORNING, "MISSED").await;
    many_patients(&app, &many, 1_000).await;
    let paths = [
        "/doctor/patients?limit=100",
        "/doctor/patients?sortBy=adherencePercentage&limit=100",
        "/doctor/patients?adherenceFilter=RED&search=%2B855&limit=100",
        "/doctor/dashboard",
    ];
    for path in paths {
        let mut statements = Vec::new();
        for doctor in [&few, &many] {
            // Once before, for what a connection does only at first.
            doctor.client.get(path).await.ok();
            let before = wire.statements();
            doctor.client.get(path).await.ok();
            statements.push(wire.statements() - before);
        }
        assert_eq!(statements[1], statements[0], "{path}");
        assert!((2..=4).contains(&statements[1]), "{path}: {statements:?}");
    }
    let page = list(&many, "?limit=100").await;
    assert_eq!(page["total"], 1_000);
    assert_eq!(page["patients"].as_array().unwrap().len(), 100);
    assert_eq!(
        many.client.get("/doctor/dashboard").await.ok()["patientsNeedingAttention"],
        json!(1_000)
    );
}
