use std::sync::{Arc, Mutex};

use das_tern_application::{Integrations, JobOutcome};
use das_tern_integrations::{MemoryObjects, StoredObject};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::support::TestApp;
use crate::support::app::MORNING;

/// An app with a store of its own, which takes the time from the test.
async fn app(now: &Arc<Mutex<OffsetDateTime>>) -> TestApp {
    let clock = now.clone();
    let objects = Arc::new(MemoryObjects::by(move || *clock.lock().unwrap()));
    TestApp::start_among(
        Integrations {
            objects,
            ..Integrations::local()
        },
        |_| (),
    )
    .await
}

async fn store(app: &TestApp) -> String {
    let key = format!("licenses/{}.png", Uuid::now_v7());
    let object = StoredObject {
        bytes: vec![1, 2, 3],
        media_type: "image/png".to_owned(),
    };
    app.objects.put(&key, object).await.unwrap();
    key
}

async fn is_kept(app: &TestApp, key: &str) -> bool {
    app.objects.fetch(key).await.unwrap().is_some()
}

#[tokio::test]
async fn a_picture_of_nobody_goes_after_a_day_and_that_of_a_doctor_stays() {
    let now = Arc::new(Mutex::new(MORNING - Duration::DAY - Duration::SECOND));
    let app = app(&now).await;
    let (old, owned) = (store(&app).await, store(&app).await);
    *now.lock().unwrap() = MORNING - Duration::DAY + Duration::SECOND;
    let young = store(&app).await;
    let doctor = app.account("DOCTOR", "VERIFIED").await;
    app.execute(
        "UPDATE users SET license_photo_url = $2 WHERE id = $1",
        [doctor.id.into(), owned.clone().into()],
    )
    .await;
    assert_eq!(
        app.application.run_job("licence-photos").await.unwrap(),
        JobOutcome::Done(1)
    );
    assert!(!is_kept(&app, &old).await && is_kept(&app, &owned).await && is_kept(&app, &young).await);
    app.clock.advance(Duration::MINUTE);
    assert_eq!(
        app.application.run_job("licence-photos").await.unwrap(),
        JobOutcome::Done(1)
    );
    assert!(is_kept(&app, &owned).await && !is_kept(&app, &young).await);
    assert_eq!(
        app.application.run_job("licence-photos").await.unwrap(),
        JobOutcome::Done(0)
    );
}

#[tokio::test]
async fn more_pictures_than_a_page_has_are_all_looked_at() {
    let now = Arc::new(Mutex::new(MORNING - Duration::days(2)));
    let app = app(&now).await;
    for _ in 0..1_001 {
        store(&app).await;
    }
    assert_eq!(
        app.application.run_job("licence-photos").await.unwrap(),
        JobOutcome::Done(1_001)
    );
}

#[tokio::test]
async fn two_processes_at_once_remove_each_picture_once() {
    let now = Arc::new(Mutex::new(MORNING - Duration::days(2)));
    let app = app(&now).await;
    let other = app.instance().await;
    for _ in 0..20 {
        store(&app).await;
    }
    let (one, two) = tokio::join!(
        app.application.run_job("licence-photos"),
        other.application().run_job("licence-photos"),
    );
    let counted = [one.unwrap(), two.unwrap()].map(|outcome| match outcome {
        JobOutcome::Done(count) => count,
        JobOutcome::Elsewhere => 0,
    });
    assert_eq!(counted.iter().sum::<u64>(), 20, "{counted:?}");
}
