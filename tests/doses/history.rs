use serde_json::Value;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::support::TestApp;
use crate::support::client::{Answer, Client};

fn times(page: &Answer) -> Vec<String> {
    let list = page.ok();
    list.as_array()
        .unwrap()
        .iter()
        .map(|dose| dose["scheduledTime"].as_str().unwrap().to_owned())
        .collect()
}

fn next(page: &Answer) -> Option<String> {
    let link = page.headers.get("link")?.to_str().unwrap();
    let (url, relation) = link.split_once('>').unwrap();
    assert!(relation.contains("rel=\"next\""), "{link}");
    let path = url.trim_start_matches('<');
    Some(path[path.find("/doses").unwrap()..].to_owned())
}

async fn all(client: &Client, first: &str) -> Vec<Vec<String>> {
    let (mut pages, mut path) = (Vec::new(), Some(first.to_owned()));
    while let Some(current) = path {
        let page = client.get(&current).await;
        pages.push(times(&page));
        path = next(&page);
    }
    pages
}

#[tokio::test]
async fn history_is_newest_first_and_both_days_are_included() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (prescription, medication) = app.medication(&patient, false).await;
    for scheduled in [
        datetime!(2026-03-01 00:00 +7),
        datetime!(2026-03-03 23:59 +7),
        datetime!(2026-02-28 23:59 +7),
        datetime!(2026-03-04 00:00 +7),
    ] {
        app.dose_of(&patient, prescription, medication, scheduled).await;
    }
    let page = patient
        .client
        .get("/doses/history?startDate=2026-03-01&endDate=2026-03-03")
        .await;
    assert_eq!(
        times(&page),
        ["2026-03-03T23:59:00.000+07:00", "2026-03-01T00:00:00.000+07:00"]
    );
}

#[tokio::test]
async fn pages_neither_lose_nor_repeat_a_dose_also_among_equal_times() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let first: OffsetDateTime = datetime!(2026-03-01 07:00 +7);
    for _ in 0..3 {
        let (prescription, medication) = app.medication(&patient, false).await;
        for day in 0..4 {
            app.dose_of(&patient, prescription, medication, first + Duration::days(day))
                .await;
        }
    }
    let whole = all(
        &patient.client,
        "/doses/history?startDate=2026-03-01&endDate=2026-03-06",
    )
    .await;
    let paged = all(
        &patient.client,
        "/doses/history?startDate=2026-03-01&endDate=2026-03-06&limit=5",
    )
    .await;
    assert_eq!(paged.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 2]);
    assert_eq!(paged.concat(), whole.concat());
}

#[tokio::test]
async fn history_can_be_asked_for_one_outcome() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let missed = app.dose(&patient, datetime!(2026-03-05 07:00 +7)).await;
    app.dose(&patient, datetime!(2026-03-05 12:00 +7)).await;
    app.miss(missed).await;
    let list = patient.client.get("/doses/history?status=MISSED").await.ok();
    let ids: Vec<_> = list.as_array().unwrap().iter().map(|dose| dose["id"].clone()).collect();
    assert_eq!(ids, [Value::String(missed.id.to_string())]);
}

#[tokio::test]
async fn nonsense_in_the_question_is_named_field_by_field() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let fields = |query: &str| {
        let path = format!("/doses/history?{query}");
        let client = patient.client.clone();
        async move {
            client
                .get(&path)
                .await
                .invalid_fields()
                .into_iter()
                .map(|(field, _)| field)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(
        fields("startDate=x&endDate=y&status=EATEN").await,
        ["startDate", "endDate", "status"]
    );
    assert_eq!(
        fields("startDate=2026-03-02&endDate=2026-03-01").await,
        ["startDate", "endDate"]
    );
    assert_eq!(
        fields("startDate=2020-01-01&endDate=2026-03-01").await,
        ["startDate", "endDate"]
    );
    assert_eq!(fields("limit=0").await, ["limit"]);
    assert_eq!(fields("limit=101&cursor=x").await, ["limit", "cursor"]);
}

#[tokio::test]
async fn a_cursor_of_somebody_else_leads_nowhere() {
    let app = TestApp::start().await;
    let (patient, other) = (app.patient().await, app.patient().await);
    for day in 1..=3 {
        app.dose(&patient, datetime!(2026-03-02 07:00 +7) + Duration::days(day))
            .await;
    }
    let foreign = next(&patient.client.get("/doses/history?limit=1").await).unwrap();
    assert_eq!(
        other.client.get(&foreign).await.invalid_fields(),
        [("cursor".to_owned(), "INVALID".to_owned())]
    );
}
