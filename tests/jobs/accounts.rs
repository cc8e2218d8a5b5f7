use das_tern_application::JobOutcome;
use time::Duration;

use crate::support::TestApp;

#[tokio::test]
async fn an_account_goes_when_its_wait_is_over() {
    let app = TestApp::start().await;
    let (leaves, stays) = (app.patient().await, app.patient().await);
    leaves.client.delete("/users/me").await.ok();
    let run = async || app.application.run_job("accounts-to-delete").await.unwrap();
    assert_eq!(run().await, JobOutcome::Done(0));
    app.clock.advance(Duration::days(30));
    assert_eq!(run().await, JobOutcome::Done(1));
    let ids = [leaves.id.into(), stays.id.into()];
    assert_eq!(app.count("users", "id IN ($1, $2)", ids).await, 1);
    assert_eq!(run().await, JobOutcome::Done(0));
}
