use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{decided, find, list, patient_of};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

async fn details(doctor: &Person, patient: &Person) -> Value {
    let path = format!("/doctor/patients/{}/details", patient.id);
    doctor.client.get(&path).await.ok()
}

fn day<'a>(details: &'a Value, date: &str) -> &'a Value {
    let days = details["adherenceTimeline"].as_array().unwrap();
    days.iter().find(|day| day["date"] == date).unwrap()
}

#[tokio::test]
async fn a_patient_is_shown_with_thirty_days_that_add_up() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let patient = patient_of(&app, &doctor).await;
    let medicine = app.medication(&patient, false).await;
    for (time, status) in [
        (datetime!(2026-02-05 00:00 +7), "TAKEN_ON_TIME"),
        (datetime!(2026-02-04 23:59 +7), "MISSED"),
        (datetime!(2026-03-05 07:00 +7), "TAKEN_ON_TIME"),
        (datetime!(2026-03-05 12:00 +7), "TAKEN_LATE"),
        (datetime!(2026-03-05 23:59 +7), "MISSED"),
        (datetime!(2026-03-06 00:00 +7), "SKIPPED"),
        (datetime!(2026-03-06 21:00 +7), "DUE"),
    ] {
        decided(&app, &patient, medicine, time, status).await;
    }
    let shown = details(&doctor, &patient).await;
    assert_eq!(
        shown["adherence"],
        json!({
            "overallPercentage": 60, "level": "YELLOW", "totalDoses": 5, "takenDoses": 3, "missedDoses": 1, "lateDoses": 1,
        })
    );
    let days = shown["adherenceTimeline"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(
        (&days[0]["date"], &days[29]["date"]),
        (&json!("2026-02-05"), &json!("2026-03-06"))
    );
    let of = |date: &str| {
        let day = day(&shown, date);
        (
            day["percentage"].clone(),
            day["takenDoses"].clone(),
            day["totalDoses"].clone(),
        )
    };
    assert_eq!(of("2026-02-05"), (json!(100), json!(1), json!(1)));
    assert_eq!(of("2026-03-05"), (json!(67), json!(2), json!(3)));
    assert_eq!(of("2026-03-06"), (json!(0), json!(0), json!(1)));
    assert_eq!(of("2026-02-20"), (json!(0), json!(0), json!(0)));
    assert_eq!(shown["notes"], json!([]));
    assert_eq!(shown["patient"], *find(&list(&doctor, "").await, &patient));
    assert_eq!(shown["connectionId"], shown["patient"]["connectionId"]);
}

#[tokio::test]
async fn the_level_decides_who_sees_a_patient() {
    let app = TestApp::start().await;
    let (doctor, stranger) = (app.doctor().await, app.doctor().await);
    let patient = app.patient().await;
    let path = format!("/doctor/patients/{}/details", patient.id);
    stranger.client.get(&path).await.refused(404, "NOT_FOUND");
    let nobody = format!("/doctor/patients/{}/details", uuid::Uuid::now_v7());
    doctor.client.get(&nobody).await.refused(404, "NOT_FOUND");
    doctor
        .client
        .get("/doctor/patients/42/details")
        .await
        .refused(404, "NOT_FOUND");

    let connection = app
        .connect(&doctor, &patient, "ACCEPTED", "NOT_ALLOWED", json!({}))
        .await;
    doctor.client.get(&path).await.refused(403, "FORBIDDEN");
    let set = "UPDATE connections SET permission_level = $2::permission_level, metadata = $3 WHERE id = $1";
    app.execute(set, [connection.into(), "REQUEST".into(), json!({}).into()])
        .await;
    doctor.client.get(&path).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    let grant = json!({ "grant": { "expiresAt": "2026-03-06T09:10:00+07:00" } });
    app.execute(set, [connection.into(), "REQUEST".into(), grant.into()])
        .await;
    doctor.client.get(&path).await.ok();
    app.clock.set(datetime!(2026-03-06 09:10 +7));
    doctor.client.get(&path).await.refused(403, "ACCESS_APPROVAL_REQUIRED");
    app.execute(set, [connection.into(), "ALLOWED".into(), json!({}).into()])
        .await;
    doctor.client.get(&path).await.ok();
    app.execute(
        "UPDATE connections SET status = 'REVOKED', revoked_at = now() WHERE id = $1",
        [connection.into()],
    )
    .await;
    doctor.client.get(&path).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_selection_counts_what_was_selected_and_nothing_else() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let (chosen, other) = (
        app.medication(&patient, false).await,
        app.medication(&patient, false).await,
    );
    decided(&app, &patient, chosen, MORNING - Duration::days(1), "TAKEN_ON_TIME").await;
    decided(&app, &patient, chosen, MORNING - Duration::days(9), "MISSED").await;
    decided(
        &app,
        &patient,
        other,
        MORNING - Duration::days(1) + Duration::HOUR,
        "MISSED",
    )
    .await;
    for (scope, taken, total) in [
        (json!({ "prescriptionIds": [chosen.0] }), 1, 2),
        (json!({ "prescriptionIds": [other.0] }), 0, 1),
        (json!({ "from": "2026-03-05" }), 1, 2),
        (
            json!({ "prescriptionIds": [chosen.0], "from": "2026-03-05", "to": "2026-03-05" }),
            1,
            1,
        ),
        (json!({ "to": "2026-02-01" }), 0, 0),
        (json!({}), 0, 0),
    ] {
        let doctor = app.doctor().await;
        app.connect(&doctor, &patient, "ACCEPTED", "SELECTED", json!({ "scope": scope }))
            .await;
        let shown = details(&doctor, &patient).await;
        let adherence = &shown["adherence"];
        assert_eq!(
            (&adherence["takenDoses"], &adherence["totalDoses"]),
            (&json!(taken), &json!(total)),
            "{scope}"
        );
        let listed = list(&doctor, "").await;
        assert_eq!(
            find(&listed, &patient)["adherencePercentage"],
            adherence["overallPercentage"],
            "{scope}"
        );
    }
}
