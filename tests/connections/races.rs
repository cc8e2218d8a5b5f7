use futures_util::future::join_all;
use serde_json::json;
use time::macros::datetime;

use super::{ask, asked, change, code, connected, consume};
use crate::support::TestApp;
use crate::support::client::Answer;
use crate::support::people::Person;

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// A few at once, as each login waits for its turn to hash.
async fn families(app: &TestApp, number: usize) -> Vec<Person> {
    let mut people = Vec::new();
    while people.len() < number {
        let more = (number - people.len()).min(4);
        people.extend(join_all((0..more).map(|_| app.family())).await);
    }
    people
}

#[tokio::test]
async fn sixty_four_who_use_one_code_at_once_make_one_connection() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    app.execute(
        "UPDATE subscriptions SET tier = 'FAMILY_PREMIUM' WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    let others = families(&app, 16).await;
    let token = code(&patient, "ALLOWED").await;
    let answers = join_all((0..64).map(|n| consume(&others[n % 16], &token))).await;
    assert_eq!(count(&answers, 201), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.refused(400, "CODE_USED");
    }
    assert_eq!(app.count("connections", "true", []).await, 1);
    assert_eq!(
        app.count("audit_logs", "action_type = 'CONNECTION_ACCEPT'", []).await,
        1
    );
}

#[tokio::test]
async fn two_who_ask_each_other_at_once_make_one_connection() {
    let app = TestApp::start().await;
    for _ in 0..8 {
        let (patient, daughter) = (app.patient().await, app.family().await);
        let answers = join_all((0..16).map(|n| {
            if n % 2 == 0 {
                ask(&patient, &daughter)
            } else {
                ask(&daughter, &patient)
            }
        }))
        .await;
        assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 15));
        let pair = "initiator_id IN ($1, $2) AND recipient_id IN ($1, $2)";
        assert_eq!(
            app.count("connections", pair, [patient.id.into(), daughter.id.into()])
                .await,
            1
        );
    }
}

#[tokio::test]
async fn accepting_and_declining_at_once_has_one_outcome() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let id = asked(&doctor, &patient).await;
    let empty = json!({});
    let answers =
        join_all((0..64).map(|n| change(&patient, &id, if n % 2 == 0 { "accept" } else { "decline" }, &empty))).await;
    assert_eq!((count(&answers, 200), count(&answers, 409)), (1, 63));
    let steps = "resource_id = $1::uuid AND action_type IN ('CONNECTION_ACCEPT', 'CONNECTION_REVOKE')";
    assert_eq!(app.count("audit_logs", steps, [id.into()]).await, 1);
}

#[tokio::test]
async fn a_hundred_acceptances_at_once_never_pass_a_limit() {
    let app = TestApp::start_with(|config| {
        config.application.limits.general_per_minute = 1_000;
        config.application.limits.auth_per_minute_per_ip = 1_000;
    })
    .await;
    let patient = app.patient().await;
    app.execute(
        "UPDATE subscriptions SET tier = 'PREMIUM' WHERE user_id = $1",
        [patient.id.into()],
    )
    .await;
    let others = families(&app, 100).await;
    let ids = join_all(others.iter().map(|other| asked(other, &patient))).await;
    let empty = json!({});
    let answers = join_all(ids.iter().map(|id| change(&patient, id, "accept", &empty))).await;
    assert_eq!(count(&answers, 200), 5);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(403, "LIMIT_REACHED");
    }
    assert_eq!(app.count("connections", "status = 'ACCEPTED'", []).await, 5);
}

#[tokio::test]
async fn codes_requests_and_acceptances_at_once_share_one_limit() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let others = families(&app, 8).await;
    let tokens = [code(&patient, "ALLOWED").await, code(&patient, "ALLOWED").await];
    let id = asked(&others[2], &patient).await;
    let empty = json!({});
    let (first, second, third) = tokio::join!(
        consume(&others[0], &tokens[0]),
        consume(&others[1], &tokens[1]),
        change(&patient, &id, "accept", &empty),
    );
    let accepted = [first, second, third]
        .iter()
        .filter(|answer| answer.status.is_success())
        .count();
    assert_eq!(accepted, 1);
    assert_eq!(app.count("connections", "status = 'ACCEPTED'", []).await, 1);
}

#[tokio::test]
async fn sixteen_phones_make_no_sixth_code() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let body = json!({ "permissionLevel": "ALLOWED" });
    let answers = join_all((0..16).map(|_| patient.client.post("/connections/tokens/generate", &body))).await;
    assert_eq!((count(&answers, 201), count(&answers, 429)), (5, 11));
}

#[tokio::test]
async fn many_questions_at_once_are_two() {
    let app = TestApp::start().await;
    let (patient, daughter) = (app.patient().await, app.family().await);
    connected(&daughter, &patient, "ALLOWED").await;
    let dose = app.dose(&patient, datetime!(2026-03-06 07:00 +7)).await;
    let body = json!({ "patientId": patient.id, "doseId": dose.id });
    let answers = join_all((0..32).map(|_| daughter.client.post("/connections/nudge", &body))).await;
    assert_eq!((count(&answers, 201), count(&answers, 429)), (2, 30));
    assert_eq!(app.count("notifications", "data->>'change' = 'NUDGED'", []).await, 2);
}

#[tokio::test]
async fn one_key_sent_64_times_at_once_makes_one_code() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let phone = patient.client.with_header("idempotency-key", "one");
    let body = json!({ "permissionLevel": "ALLOWED" });
    let answers = join_all((0..64).map(|_| phone.post("/connections/tokens/generate", &body))).await;
    let tokens: Vec<_> = answers
        .iter()
        .map(|answer| answer.expect(201)["token"].clone())
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(
        app.count("audit_logs", "resource_type = 'ConnectionOffer'", []).await,
        1
    );
}

#[tokio::test]
async fn a_level_and_an_end_at_once_leave_nothing_open() {
    let app = TestApp::start().await;
    for _ in 0..8 {
        let (patient, doctor) = (app.patient().await, app.doctor().await);
        let id = connected(&doctor, &patient, "NOT_ALLOWED").await;
        let (open, empty) = (json!({ "permissionLevel": "ALLOWED" }), json!({}));
        let (set, ended) = tokio::join!(
            change(&patient, &id, "permission", &open),
            change(&doctor, &id, "revoke", &empty)
        );
        ended.ok();
        assert!([200, 409].contains(&set.status.as_u16()), "{}", set.text);
        super::look(&doctor, &patient).await.refused(404, "NOT_FOUND");
    }
}
