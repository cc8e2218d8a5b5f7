use das_tern_application::JobOutcome;
use serde_json::json;
use time::macros::datetime;

use crate::prescriptions::arranging::{aspirin, at_night, doses, own, shown};
use crate::support::TestApp;

#[tokio::test]
async fn each_day_that_comes_gets_its_doses_once_and_an_outage_is_caught_up_with() {
    let app = TestApp::start().await;
    let other = app.instance().await;
    let patient = app.patient().await;
    let open_ended = own(&patient, &[aspirin()]).await;
    let before = doses(&app, &open_ended).await.len();
    app.clock.set(datetime!(2026-03-07 00:00 +7));
    let (one, two) = tokio::join!(
        app.application.run_job("schedules"),
        other.application().run_job("schedules"),
    );
    let made = |outcome| match outcome {
        JobOutcome::Done(doses) => doses,
        JobOutcome::Elsewhere => 0,
    };
    assert_eq!(made(one.unwrap()) + made(two.unwrap()), 3);
    assert_eq!(doses(&app, &open_ended).await.len(), before + 3);
    assert_eq!(app.application.run_job("schedules").await.unwrap(), JobOutcome::Done(0));
    app.clock.set(datetime!(2026-03-10 00:00 +7));
    assert_eq!(app.application.run_job("schedules").await.unwrap(), JobOutcome::Done(9));
}

#[tokio::test]
async fn a_course_that_is_over_ends_by_itself() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut row = at_night("Zinc", "1");
    row["durationDays"] = json!(2);
    let short = own(&patient, &[row]).await;
    assert_eq!(
        app.application.run_job("lapsed-courses").await.unwrap(),
        JobOutcome::Done(0)
    );
    app.clock.set(datetime!(2026-03-09 00:00 +7));
    assert_eq!(
        app.application.run_job("lapsed-courses").await.unwrap(),
        JobOutcome::Done(1)
    );
    let patient = app.sign_in(&patient.account).await;
    assert_eq!(shown(&patient, &short).await["status"], "INACTIVE");
    assert_eq!(
        app.application.run_job("lapsed-courses").await.unwrap(),
        JobOutcome::Done(0)
    );
}
