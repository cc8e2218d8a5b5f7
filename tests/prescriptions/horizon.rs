use das_tern_application::ToppedUp;
use futures_util::future::join_all;
use serde_json::json;
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;

#[tokio::test]
async fn open_ended_courses_never_run_dry() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let followed = own(&patient, &[at_night("Aspirin", "1"), as_needed("Salbutamol")]).await;
    let paused = own(&patient, &[at_night("Zinc", "1")]).await;
    act(&patient, &paused, "pause").await;
    let etag = patient.client.get(&path(&followed, "")).await.header("etag");
    assert_eq!(app.application.top_up_schedules().await.unwrap(), ToppedUp::default());

    app.clock.set(datetime!(2026-03-09 03:00 +7));
    let patient = app.sign_in(&patient.account).await;
    let topped_up = app.application.top_up_schedules().await.unwrap();
    assert_eq!(
        topped_up,
        ToppedUp {
            prescriptions: 1,
            doses: 3
        }
    );
    let made = doses(&app, &followed).await;
    assert_eq!(
        (made.len(), made.last().unwrap().as_str()),
        (33, "2026-04-07 21:00 DUE")
    );
    assert!(doses(&app, &paused).await.is_empty());
    // Nobody's phone has to fetch anything anew.
    assert_eq!(patient.client.get(&path(&followed, "")).await.header("etag"), etag);
    assert_eq!(app.application.top_up_schedules().await.unwrap(), ToppedUp::default());
}

#[tokio::test]
async fn after_an_outage_only_what_is_still_to_come_is_made() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[aspirin()]).await;
    app.clock.set(datetime!(2026-04-20 13:00 +7));
    app.application.top_up_schedules().await.unwrap();
    let made = doses(&app, &own).await;
    let later: Vec<_> = made.iter().filter(|dose| dose.as_str() > "2026-04-05").collect();
    assert_eq!((later[0].as_str(), later.len()), ("2026-04-20 21:00 DUE", 88));
}

#[tokio::test]
async fn many_machines_at_once_top_up_each_prescription_once() {
    let app = TestApp::start_with(|config| config.application.schedule.batch = 3).await;
    for _ in 0..20 {
        let patient = app.patient().await;
        own(&patient, &[aspirin()]).await;
    }
    app.clock.set(datetime!(2026-03-08 03:00 +7));
    let runs = join_all((0..4).map(|_| app.application.top_up_schedules())).await;
    let mut total = runs.into_iter().fold(ToppedUp::default(), |total, run| {
        let run = run.unwrap();
        ToppedUp {
            prescriptions: total.prescriptions + run.prescriptions,
            doses: total.doses + run.doses,
        }
    });
    // What one left to another that had it in hand is done by the next run.
    let rest = app.application.top_up_schedules().await.unwrap();
    total.prescriptions += rest.prescriptions;
    total.doses += rest.doses;
    assert_eq!(
        total,
        ToppedUp {
            prescriptions: 20,
            doses: 120
        }
    );
    let twice = "SELECT count(*) AS n FROM (SELECT FROM dose_events GROUP BY medication_id, scheduled_time \
                 HAVING count(*) > 1) t";
    assert_eq!(app.rows(twice, []).await[0]["n"], 0);
}

#[tokio::test]
async fn a_prescription_ends_by_itself_when_its_last_course_is_over_and_the_patient_is_told_once() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let course = |days: i64| {
        let mut row = at_night("Amoxicillin", "1");
        row["durationDays"] = json!(days);
        row
    };
    let over = confirmed(&doctor, &patient, &[course(2), course(3)]).await;
    let open = confirmed(&doctor, &patient, &[course(2), at_night("Aspirin", "1")]).await;
    let paused = own(&patient, &[course(1)]).await;
    act(&patient, &paused, "pause").await;
    app.clock.set(datetime!(2026-03-09 01:59 +7));
    assert_eq!(app.application.end_lapsed_prescriptions().await.unwrap(), 1);
    app.clock.set(datetime!(2026-03-09 02:00 +7));
    let runs = join_all((0..4).map(|_| app.application.end_lapsed_prescriptions())).await;
    let ended: u64 = runs.into_iter().map(Result::unwrap).sum();
    assert_eq!(ended, 1);
    let patient = app.sign_in(&patient.account).await;
    for (prescription, status) in [(&over, "INACTIVE"), (&open, "ACTIVE"), (&paused, "INACTIVE")] {
        assert_eq!(shown(&patient, prescription).await["status"], status);
    }
    let lapsed = |told: &[String]| told.iter().filter(|line| line.ends_with("LAPSED")).count();
    assert_eq!(lapsed(&told(&app, &patient).await), 2);
    assert_eq!(lapsed(&told(&app, &doctor).await), 0);
    let by_system = "details ->> 'change' = 'LAPSED' AND actor_id IS NULL AND patient_id = $1";
    assert_eq!(app.count("audit_logs", by_system, [patient.id.into()]).await, 2);
    assert_eq!(doses(&app, &over).await.len(), 5);
}

#[tokio::test]
async fn one_prescription_that_cannot_be_read_keeps_no_other_from_its_doses_or_its_end() {
    let app = TestApp::start_with(|config| config.application.schedule.batch = 4).await;
    let patient = app.patient().await;
    let broken = own(&patient, &[at_night("Aspirin", "1")]).await;
    let broken_course = own(&patient, &[ending("2026-03-06")]).await;
    let mut others = Vec::new();
    for _ in 0..5 {
        let patient = app.patient().await;
        own(&patient, &[at_night("Zinc", "1")]).await;
        others.push(own(&patient, &[ending("2026-03-06")]).await);
    }
    for id in [&broken, &broken_course] {
        let spoil = "UPDATE medications SET details = '{\"unit\": \"BUCKET\"}' WHERE prescription_id = $1";
        app.execute(spoil, [uuid(id).into()]).await;
    }

    app.clock.set(datetime!(2026-03-07 03:00 +7));
    assert_eq!(app.application.end_lapsed_prescriptions().await.unwrap(), 5);
    let active = "status = 'ACTIVE' AND last_day IS NOT NULL";
    assert_eq!(app.count("prescriptions", active, []).await, 1);
    let topped_up = app.application.top_up_schedules().await.unwrap();
    assert_eq!((topped_up.prescriptions, topped_up.doses), (5, 5));

    // Where nothing works, the run has failed, and says so.
    app.clock.set(datetime!(2026-03-08 03:00 +7));
    app.execute("UPDATE medications SET details = '{\"unit\": \"BUCKET\"}'", [])
        .await;
    assert!(app.application.top_up_schedules().await.is_err());
}

fn ending(day: &str) -> serde_json::Value {
    json!({ "medicineName": "Amoxicillin", "nightDosage": { "amount": "1", "beforeMeal": false }, "lastDay": day })
}
