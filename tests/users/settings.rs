use serde_json::{Value, json};
use time::Duration;

use crate::support::TestApp;
use crate::support::app::MORNING;

#[tokio::test]
async fn a_grace_period_is_chosen_for_new_doses() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let dose = app.dose(&patient, MORNING).await;
    let missed_after = "SELECT missed_after::text FROM dose_events WHERE id = $1";
    let before = app.rows(missed_after, [dose.id.into()]).await;
    let chosen = json!({ "gracePeriodMinutes": 60 });
    let me = patient.client.patch("/users/me/grace-period", &chosen).await.ok();
    assert_eq!(me["gracePeriodMinutes"], 60);
    assert_eq!(app.rows(missed_after, [dose.id.into()]).await, before);

    for (minutes, code) in [
        (json!(15), "OUT_OF_RANGE"),
        (json!(-10), "OUT_OF_RANGE"),
        (Value::Null, "REQUIRED"),
    ] {
        let answer = patient
            .client
            .patch("/users/me/grace-period", &json!({ "gracePeriodMinutes": minutes }))
            .await;
        assert_eq!(
            answer.invalid_fields(),
            [("gracePeriodMinutes".to_owned(), code.to_owned())]
        );
    }
    let doctor = app.doctor().await;
    doctor
        .client
        .patch("/users/me/grace-period", &chosen)
        .await
        .refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn meal_times_move_due_doses_to_come_and_no_others() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let shown = patient.client.get("/onboarding/meal-times").await.ok();
    assert_eq!(
        shown,
        json!({ "morningMeal": "7-8AM", "afternoonMeal": "12-1PM", "nightMeal": "9-10PM" })
    );
    // Yesterday's, today's (already past), and tomorrow's morning doses, after the meal.
    let seven = MORNING - Duration::hours(2);
    let past = app.dose(&patient, seven - Duration::DAY).await;
    let today = app.dose(&patient, seven).await;
    let tomorrow = app.dose(&patient, seven + Duration::DAY).await;
    let taken = app.dose(&patient, seven + Duration::days(2)).await;
    let sql = "UPDATE dose_events SET status = 'SKIPPED', recorded_at = now() WHERE id = $1";
    app.execute(sql, [taken.id.into()]).await;
    let clock = async |dose: uuid::Uuid| {
        let sql = "SELECT to_char(scheduled_time, 'HH24:MI') AS clock FROM dose_events WHERE id = $1";
        app.rows(sql, [dose.into()]).await[0]["clock"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let tomorrows_day = format!("/doses/schedule?date={}", "2026-03-07");
    patient.client.get(&tomorrows_day).await.ok();

    let told = json!({ "morningMeal": "6-7AM", "afternoonMeal": "1-2PM" });
    let now = patient.client.put("/onboarding/meal-times", &told).await.ok();

    assert_eq!(now["morningMeal"], "6-7AM");
    assert_eq!(patient.client.get("/onboarding/meal-times").await.ok(), now);
    // The middle of 6-7AM, and half an hour later, as it is after the meal.
    assert_eq!(clock(tomorrow.id).await, "07:00");
    let told = json!({ "morningMeal": "8-9AM" });
    patient.client.put("/onboarding/meal-times", &told).await.ok();
    assert_eq!(clock(tomorrow.id).await, "09:00");
    for dose in [past, today, taken] {
        assert_eq!(clock(dose.id).await, "07:00");
    }
    let day = patient.client.get(&tomorrows_day).await.ok();
    assert!(
        day["doses"][0]["scheduledTime"].as_str().unwrap().contains("T09:00"),
        "{day}"
    );
}

#[tokio::test]
async fn a_range_that_is_none_changes_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let told = json!({ "morningMeal": "5-6AM", "afternoonMeal": "11-12AM", "nightMeal": "soon" });
    let fields = patient
        .client
        .put("/onboarding/meal-times", &told)
        .await
        .invalid_fields();
    let names: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["morningMeal", "afternoonMeal", "nightMeal"]);
    assert_eq!(app.count("meal_time_preferences", "true", []).await, 0);
    let family = app.family().await;
    family
        .client
        .get("/onboarding/meal-times")
        .await
        .refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn notifications_can_be_switched_off_unless_somebody_depends_on_them() {
    let app = TestApp::start().await;
    let family = app.family().await;
    let all = family.client.get("/notifications/preferences").await.ok();
    assert!(all.as_object().unwrap().values().all(|comes| comes == true));
    assert_eq!(all.as_object().unwrap().len(), 5);

    let quiet = json!({ "CONNECTION_REQUEST": false, "SOMETHING_ELSE": false });
    let chosen = family.client.put("/notifications/preferences", &quiet).await.ok();
    assert_eq!(
        (&chosen["CONNECTION_REQUEST"], &chosen["PRESCRIPTION_UPDATE"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(family.client.get("/notifications/preferences").await.ok(), chosen);

    let reckless = json!({ "FAMILY_ALERT": false, "MISSED_DOSE_ALERT": false, "URGENT_PRESCRIPTION_CHANGE": false });
    let fields = family
        .client
        .put("/notifications/preferences", &reckless)
        .await
        .invalid_fields();
    assert_eq!(fields.len(), 3);
    assert!(fields.iter().all(|(_, code)| code == "CANNOT_BE_OFF"));
    assert_eq!(family.client.get("/notifications/preferences").await.ok(), chosen);
}
