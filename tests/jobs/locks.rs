use das_tern_application::{Job, JobOutcome};

use super::{Held, Runs};
use crate::support::TestApp;
use crate::support::redis::eventually;

#[tokio::test]
async fn a_job_that_runs_alone_runs_in_one_process_at_a_time() {
    let app = TestApp::start().await;
    let other = app.instance().await;
    let held = Held::new("held");
    let job = held.job.clone().alone();
    let meanwhile = async {
        held.begun.notified().await;
        let outcome = other.application().perform(&job).await.unwrap();
        held.leave.add_permits(2);
        outcome
    };
    let (first, second) = tokio::join!(app.application.perform(&job), meanwhile);
    assert_eq!((first.unwrap(), second), (JobOutcome::Done(1), JobOutcome::Elsewhere));
    let again = other.application().perform(&job).await.unwrap();
    assert_eq!(again, JobOutcome::Done(1));
}

#[tokio::test]
async fn two_jobs_that_run_alone_are_not_in_each_others_way() {
    let app = TestApp::start().await;
    let other = app.instance().await;
    let held = Held::new("held");
    let job = held.job.clone().alone();
    let runs = Runs::default();
    let another = runs.job("another", 60, || Ok(7)).alone();
    let meanwhile = async {
        held.begun.notified().await;
        let outcome = other.application().perform(&another).await.unwrap();
        held.leave.add_permits(1);
        outcome
    };
    let (first, second) = tokio::join!(app.application.perform(&job), meanwhile);
    assert_eq!((first.unwrap(), second), (JobOutcome::Done(1), JobOutcome::Done(7)));
}

#[tokio::test]
async fn what_a_killed_process_was_at_can_be_taken_up_at_once() {
    let app = TestApp::start().await;
    let other = app.instance().await;
    let held = Held::new("held");
    let job = held.job.clone().alone();
    let meanwhile = async {
        held.begun.notified().await;
        // What the server sees of a process that is killed: its connection ends.
        app.administer(
            "SELECT pg_terminate_backend(pid) FROM pg_locks \
             WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = '{database}')",
        )
        .await;
        held.leave.add_permits(2);
        eventually("the lock is free", async || {
            other.application().perform(&job).await.unwrap() == JobOutcome::Done(1)
        })
        .await;
    };
    let (killed, ()) = tokio::join!(app.application.perform(&job), meanwhile);
    assert!(killed.is_err(), "a run that lost its lock is none that was done");
}

#[tokio::test]
async fn a_lock_that_is_let_go_of_leaves_no_connection_behind() {
    let app = TestApp::start().await;
    let runs = Runs::default();
    let job: Job = runs.job("short", 60, || Ok(0)).alone();
    let held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
    for _ in 0..20 {
        app.application.perform(&job).await.unwrap();
    }
    assert_eq!(runs.count(), 20);
    assert_eq!(app.rows(held, []).await[0]["count"], 0);
    // The server's other databases belong to other tests.
    let own = "locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(app.count("pg_locks", own, []).await, 0);
}
