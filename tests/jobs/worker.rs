use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use das_tern_application::{Code, Error, Job, Worker};

use super::{Held, Runs};
use crate::support::redis::eventually;
use crate::support::{TestApp, log};

#[tokio::test]
async fn a_job_that_fails_or_panics_is_tried_again_and_takes_no_other_along() {
    let app = TestApp::start().await;
    let (fails, panics, works) = (Runs::default(), Runs::default(), Runs::default());
    let jobs = vec![
        fails.job("fails", 3600, || Err(Error::internal("on purpose"))),
        panics.job("panics", 3600, || panic!("on purpose")),
        works.job("works", 3600, || Ok(1)),
    ];
    let mut worker = Worker::start(app.application.clone(), jobs).unwrap();
    app.clock.advance(time::Duration::MINUTE);
    eventually("each has run once", async || {
        (fails.count(), panics.count(), works.count()) == (1, 1, 1)
    })
    .await;
    app.clock.advance(time::Duration::minutes(2));
    eventually("what failed has run again", async || {
        (fails.count(), panics.count()) == (2, 2)
    })
    .await;
    assert_eq!(works.count(), 1, "what was done is not due for an hour");
    app.clock.advance(time::Duration::days(3));
    eventually("what is due is caught up with", async || works.count() == 2).await;
    worker.stop(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn a_job_that_hangs_keeps_no_other_from_running_and_is_broken_off_in_the_end() {
    let app = TestApp::start().await;
    let (held, works) = (Held::new("held"), Runs::default());
    let jobs = vec![held.job.clone(), works.job("works", 1, || Ok(1))];
    let mut worker = Worker::start(app.application.clone(), jobs).unwrap();
    app.clock.advance(time::Duration::MINUTE);
    held.begun.notified().await;
    eventually("the other goes on", async || {
        app.clock.advance(time::Duration::SECOND);
        works.count() >= 2
    })
    .await;
    let told = Instant::now();
    worker.stop(Duration::from_millis(50)).await;
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
    assert_eq!(held.leave.available_permits(), 0, "nobody let it go on");
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_lets_a_run_come_to_its_end() {
    let app = TestApp::start().await;
    let held = Held::new("held");
    let ended = Runs::default();
    let job = {
        let (held, ended) = (held.job.clone(), ended.clone());
        Job::new("ends", 3600, move |app| {
            let (held, ended) = (held.clone(), ended.clone());
            async move {
                app.perform(&held).await?;
                ended.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Ok(1)
            }
        })
    };
    let mut worker = Worker::start(app.application.clone(), vec![job]).unwrap();
    app.clock.advance(time::Duration::MINUTE);
    held.begun.notified().await;
    tokio::join!(worker.stop(Duration::from_secs(10)), async {
        held.leave.add_permits(1);
    });
    assert_eq!(ended.count(), 1);
}

#[tokio::test]
async fn a_failure_is_logged_once_and_says_no_more_than_its_cause() {
    let app = TestApp::start().await;
    let (lines, capture) = log::capture();
    let fails = Runs::default().job("fails", 60, || Err(Error::internal("the cause")));
    app.application.perform(&fails).await.unwrap_err();
    drop(capture);
    let about = lines.with("a job failed");
    assert_eq!(about.len(), 1, "{about:?}");
    assert!(
        about[0].contains("fails") && about[0].contains("the cause"),
        "{about:?}"
    );
}

#[tokio::test]
async fn the_metrics_tell_how_each_job_fares() {
    let app = TestApp::start_with(|config| config.http.metrics_token = Some("a-token-for-the-metrics".into())).await;
    let runs = Runs::default();
    app.application
        .perform(&runs.job("measured", 60, || Ok(1)))
        .await
        .unwrap();
    let fails = runs.job("measured", 60, || Err(Error::internal("on purpose")));
    app.application.perform(&fails).await.unwrap_err();
    let metrics = app
        .client
        .with_token("a-token-for-the-metrics")
        .get("/metrics")
        .await
        .text;
    for line in [
        r#"job_runs_total{job="measured",outcome="done"} 1"#,
        r#"job_runs_total{job="measured",outcome="failed"} 1"#,
        r#"job_duration_seconds_count{job="measured"} 2"#,
        r#"job_last_success_timestamp_seconds{job="measured"} "#,
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}

#[tokio::test]
async fn a_job_that_nobody_wrote_is_a_mistake_of_ours() {
    let app = TestApp::start().await;
    let error = app.application.run_job("surprise").await.unwrap_err();
    assert_eq!(error.code(), Code::Internal);
}

#[tokio::test]
async fn readiness_tells_of_the_worker_where_one_runs() {
    let alone = TestApp::start().await;
    assert!(alone.client.get("/health/ready").await.ok()["worker"].is_null());
    let working = TestApp::start_with(|config| config.application.jobs.in_server = true).await;
    let ready = working.client.get("/health/ready").await.ok();
    assert_eq!(ready["worker"]["healthy"], true);
    assert!(ready["worker"]["ageMs"].is_u64(), "{ready}");
}

#[tokio::test]
async fn a_process_whose_worker_hangs_is_not_ready() {
    let app = TestApp::start_with(|config| config.application.jobs.heartbeat_timeout_s = 2).await;
    let (unblock, blocked) = mpsc::channel::<()>();
    // The first run waits, and no other, however often the moved clock makes it due.
    let blocked = Mutex::new(Some(blocked));
    let blocks = Job::new("blocks", 3600, move |_| {
        if let Some(blocked) = blocked.lock().unwrap().take() {
            blocked.recv().unwrap();
        }
        async { Ok(1) }
    });
    let worker = Worker::start(app.application.clone(), vec![blocks]).unwrap();
    eventually("it is not ready", async || {
        app.clock.advance(time::Duration::MINUTE);
        app.client.get("/health/ready").await.status == 503
    })
    .await;
    let health = app.client.get("/health").await.json();
    assert_eq!(health["worker"]["healthy"], false, "{health}");
    unblock.send(()).unwrap();
    eventually("it is ready again", async || {
        app.client.get("/health/ready").await.status == 200
    })
    .await;
    drop(worker);
}

#[tokio::test]
async fn a_worker_that_is_left_behind_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let (_never, blocked) = mpsc::channel::<()>();
    let (begun, has_begun) = mpsc::channel();
    let blocked = Mutex::new(blocked);
    let blocks = Job::new("blocks", 3600, move |_| {
        begun.send(()).unwrap();
        blocked.lock().unwrap().recv().unwrap_err();
        async { Ok(1) }
    });
    let mut worker = Worker::start(app.application.clone(), vec![blocks]).unwrap();
    eventually("the job holds its thread", async || {
        app.clock.advance(time::Duration::MINUTE);
        has_begun.try_recv().is_ok()
    })
    .await;
    let told = Instant::now();
    worker.stop(Duration::ZERO).await;
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
}
