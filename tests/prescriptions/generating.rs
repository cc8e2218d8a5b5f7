use std::time::Instant;

use serde_json::json;
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;

#[tokio::test]
async fn doses_follow_the_meals_and_keep_the_grace_they_were_made_with() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let meals = json!({ "morningMeal": "6-7AM", "afternoonMeal": "1-2PM", "nightMeal": "6-7PM" });
    patient.client.put("/onboarding/meal-times", &meals).await.ok();
    let grace = json!({ "gracePeriodMinutes": 60 });
    patient.client.patch("/users/me/grace-period", &grace).await.ok();
    let own = own(&patient, &[aspirin()]).await;
    let made = doses(&app, &own).await;
    // Half an hour before the middle of the meal, as it is before the meal.
    assert_eq!(
        &made[..4],
        [
            "2026-03-06 13:00 DUE",
            "2026-03-06 18:00 DUE",
            "2026-03-07 06:00 DUE",
            "2026-03-07 13:00 DUE"
        ]
    );
    let graces = "missed_after <> scheduled_time + interval '60 minutes'";
    assert_eq!(app.count("dose_events", graces, []).await, 0);

    let grace = json!({ "gracePeriodMinutes": 10 });
    patient.client.patch("/users/me/grace-period", &grace).await.ok();
    assert_eq!(app.count("dose_events", graces, []).await, 0);
    patient
        .client
        .post(&path(&own, "medicines"), &at_night("Zinc", "1"))
        .await
        .expect(201);
    assert_eq!(app.count("dose_events", graces, []).await, 30);
    let periods = "(time_period = 'NIGHT') <> (scheduled_time::time >= '18:00')";
    assert_eq!(app.count("dose_events", periods, []).await, 0);
}

#[tokio::test]
async fn other_meals_move_what_is_to_come_but_not_the_patients_own_times() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut fixed = at_night("Zinc", "1");
    fixed["scheduleTimes"] = json!([{ "timePeriod": "evening", "time": "22:30" }]);
    let own = own(&patient, &[at_night("Aspirin", "1"), fixed]).await;
    let meals = json!({ "nightMeal": "7-8PM" });
    patient.client.put("/onboarding/meal-times", &meals).await.ok();
    let moved = doses(&app, &own).await;
    assert_eq!(&moved[..2], ["2026-03-06 20:00 DUE", "2026-03-06 22:30 DUE"]);
    assert_eq!(moved.len(), 60);
}

#[tokio::test]
async fn around_midnight_the_day_is_that_of_phnom_penh() {
    let app = TestApp::start().await;
    app.clock.set(datetime!(2026-03-06 23:59:59 +7));
    let patient = app.patient().await;
    let late = own(&patient, &[aspirin()]).await;
    // The day is nearly over, and all of its times are.
    assert_eq!(late["startDate"], "2026-03-07");
    let first = doses(&app, &late).await;
    assert_eq!((first[0].as_str(), first.len()), ("2026-03-07 07:00 DUE", 87));
    app.clock.set(datetime!(2026-03-07 00:00 +7));
    let early = own(&patient, &[aspirin()]).await;
    assert_eq!(early["startDate"], "2026-03-07");
    let first = doses(&app, &early).await;
    assert_eq!((first[0].as_str(), first.len()), ("2026-03-07 07:00 DUE", 90));
    // A dose whose time is this very moment is over.
    app.clock.set(datetime!(2026-03-07 07:00 +7));
    let patient = app.patient().await;
    let sharp = own(&patient, &[aspirin()]).await;
    assert_eq!(doses(&app, &sharp).await[0], "2026-03-07 12:00 DUE");
}

#[tokio::test]
async fn a_course_has_its_days_and_no_others() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut short = at_night("Amoxicillin", "1");
    short["firstDay"] = json!("2026-03-04");
    short["durationDays"] = json!(5);
    let mut later = at_night("Zinc", "1");
    later["firstDay"] = json!("2026-04-03");
    let own = own(&patient, &[short, later]).await;
    assert_eq!(
        (&own["startDate"], &own["endDate"]),
        (&json!("2026-03-04"), &json!(null))
    );
    let made = doses(&app, &own).await;
    assert_eq!(
        made,
        [
            "2026-03-06 21:00 DUE",
            "2026-03-07 21:00 DUE",
            "2026-03-08 21:00 DUE",
            "2026-04-03 21:00 DUE",
            "2026-04-04 21:00 DUE"
        ]
    );
}

#[tokio::test]
async fn a_course_without_a_first_day_begins_with_the_confirmation() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let mut week = at_night("Amoxicillin", "1");
    week["durationDays"] = json!(7);
    let draft = prescribed(&doctor, &patient, &[week]).await;
    assert_eq!(draft["endDate"], "2026-03-12");
    app.clock.set(datetime!(2026-03-08 10:00 +7));
    let patient = app.sign_in(&patient.account).await;
    let active = act(&patient, &draft, "confirm").await;
    assert_eq!(
        (&active["startDate"], &active["endDate"]),
        (&json!("2026-03-08"), &json!("2026-03-14"))
    );
    assert_eq!(active["medications"][0]["id"], draft["medications"][0]["id"]);
    assert_eq!(doses(&app, &active).await.len(), 7);
}

#[tokio::test]
async fn resuming_makes_only_the_days_that_remain() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut course = at_night("Amoxicillin", "1");
    course["durationDays"] = json!(6);
    let own = own(&patient, &[course]).await;
    act(&patient, &own, "pause").await;
    app.clock.set(datetime!(2026-03-09 22:00 +7));
    let patient = app.sign_in(&patient.account).await;
    act(&patient, &own, "resume").await;
    assert_eq!(
        doses(&app, &own).await,
        ["2026-03-10 21:00 DUE", "2026-03-11 21:00 DUE"]
    );
}

/// A whole hospital of rows: 1,000 doses and more in one statement.
#[tokio::test]
async fn a_thousand_doses_are_made_at_once() {
    let app = TestApp::start_with(|config| config.application.schedule.horizon_days = 30).await;
    let patient = app.patient().await;
    let rows: Vec<_> = (0..12)
        .map(|n| {
            let mut row = aspirin();
            row["medicineName"] = json!(format!("Medicine {n}"));
            row["medicineNameKhmer"] = json!("");
            row
        })
        .collect();
    let started = Instant::now();
    let own = own(&patient, &rows).await;
    let took = started.elapsed();
    assert_eq!(doses(&app, &own).await.len(), 12 * 89);
    // Well under 100 ms on an idle machine; this only tells a loop from one statement on a busy one.
    assert!(took.as_millis() < 2_000, "{took:?}");
    let statements = "SELECT count(DISTINCT xmin::text) AS n FROM dose_events";
    assert_eq!(app.rows(statements, []).await[0]["n"], 1);
}

#[tokio::test]
async fn a_time_that_moves_from_after_now_to_before_it_leaves_the_day_its_dose() {
    let app = TestApp::start().await;
    app.clock.set(datetime!(2026-03-06 07:31 +7));
    let patient = app.patient().await;
    let meals = json!({ "morningMeal": "7-8AM", "afternoonMeal": "12-1PM", "nightMeal": "6-7PM" });
    patient.client.put("/onboarding/meal-times", &meals).await.ok();
    let in_the_morning = |before_meal: bool| {
        json!({
            "medicineName": "Losartan",
            "morningDosage": { "amount": "1", "beforeMeal": before_meal },
        })
    };
    let own = own(&patient, &[in_the_morning(false)]).await;
    assert_eq!(
        &doses(&app, &own).await[..2],
        ["2026-03-06 08:00 DUE", "2026-03-07 08:00 DUE"]
    );
    let change = json!({ "medications": [in_the_morning(true)], "changeReason": "x" });
    let changed = patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(
        &doses(&app, &own).await[..2],
        ["2026-03-06 08:00 DUE", "2026-03-07 07:00 DUE"]
    );
    let day = patient.client.get("/doses/schedule").await.ok();
    assert_eq!(day["doses"][0]["medicationId"], changed["medications"][0]["id"]);
    let graces = "missed_after <> scheduled_time + interval '30 minutes'";
    assert_eq!(app.count("dose_events", graces, []).await, 0);
}

#[tokio::test]
async fn each_dose_says_how_its_own_cell_stands_to_the_meal() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let row = |timing: &str| {
        json!({
            "medicineName": "Metformin", "timing": timing,
            "daytimeDosage": { "amount": "1", "beforeMeal": true },
            "nightDosage": { "amount": "2", "beforeMeal": false },
        })
    };
    let timings = async || {
        let day = patient.client.get("/doses/schedule").await.ok();
        let doses = day["doses"].as_array().unwrap().iter();
        doses
            .map(|dose| dose["timing"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let own = own(&patient, &[row("")]).await;
    assert_eq!(timings().await, ["មុនអាហារ", "បន្ទាប់ពីអាហារ"]);
    let change = json!({ "medications": [row("ជាមួយទឹក")], "changeReason": "x" });
    patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(timings().await, ["ជាមួយទឹក", "ជាមួយទឹក"]);
}
