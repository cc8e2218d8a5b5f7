use futures_util::future::join_all;
use serde_json::json;
use time::macros::datetime;

use crate::support::TestApp;
use crate::support::app::MORNING;

#[tokio::test]
async fn two_phones_that_mark_one_dose_leave_one_intake_and_one_entry() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let phones = [app.sign_in(&account).await, app.sign_in(&account).await];
    let dose = app.dose(&phones[0], MORNING).await;
    let path = format!("/doses/{}/taken", dose.id);
    let bodies: Vec<_> = (0..64)
        .map(|second| json!({ "takenAt": format!("2026-03-06T08:59:{:02}", second % 60) }))
        .collect();
    let answers = join_all(
        bodies
            .iter()
            .enumerate()
            .map(|(n, body)| phones[n % 2].client.patch(&path, body)),
    )
    .await;
    let taken_at: Vec<_> = answers
        .iter()
        .map(|answer| answer.ok()["dose"]["takenAt"].clone())
        .collect();
    assert!(taken_at.iter().all(|time| *time == taken_at[0]));
    assert_eq!(app.count("audit_logs", "resource_id = $1", [dose.id.into()]).await, 1);
}

#[tokio::test]
async fn taking_and_skipping_at_once_has_one_outcome() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for _ in 0..8 {
        let dose = app.dose(&patient, MORNING).await;
        let (take, skip) = (
            format!("/doses/{}/taken", dose.id),
            format!("/doses/{}/skipped", dose.id),
        );
        let empty = json!({});
        let (taken, skipped) = tokio::join!(patient.client.patch(&take, &empty), patient.client.patch(&skip, &empty));
        let mut outcomes = [taken.status.as_u16(), skipped.status.as_u16()];
        outcomes.sort_unstable();
        assert_eq!(outcomes, [200, 409]);
        assert_eq!(app.count("audit_logs", "resource_id = $1", [dose.id.into()]).await, 1);
    }
}

#[tokio::test]
async fn a_moved_reminder_and_an_intake_at_once_lose_neither() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    for _ in 0..8 {
        let dose = app.dose(&patient, datetime!(2026-03-06 09:00 +7)).await;
        let (take, remind) = (
            format!("/doses/{}/taken", dose.id),
            format!("/doses/{}/reminder-time", dose.id),
        );
        let (none, clock) = (json!({}), json!({ "reminderTime": "08:50" }));
        let (taken, moved) = tokio::join!(
            patient.client.patch(&take, &none),
            patient.client.patch(&remind, &clock)
        );
        taken.ok();
        let reminder = if moved.status == 200 {
            "reminder_time = '08:50'"
        } else {
            "reminder_time IS NULL"
        };
        let condition = format!("id = $1 AND status = 'TAKEN_ON_TIME' AND {reminder}");
        assert_eq!(app.count("dose_events", &condition, [dose.id.into()]).await, 1);
    }
}
