use serde_json::{Value, json};

use super::arranging::*;
use crate::support::TestApp;
use crate::support::people::Person;

async fn seen(viewer: &Person, query: &str) -> Vec<String> {
    let list = viewer.client.get(&format!("/prescriptions{query}")).await.ok();
    list.as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn a_patient_lists_their_own_newest_first_by_status_and_in_pages() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = own(&patient, &[aspirin()]).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let paused = own(&patient, &[aspirin()]).await;
    act(&patient, &paused, "pause").await;
    let stranger = app.patient().await;
    own(&stranger, &[aspirin()]).await;
    assert_eq!(seen(&patient, "").await, [id(&paused), id(&draft), id(&active)]);
    assert_eq!(seen(&patient, "?status=DRAFT").await, [id(&draft)]);
    let first = patient.client.get("/prescriptions?limit=2").await;
    let next = first.header("link");
    let next = next.trim_start_matches("</api/v1").split('>').next().unwrap();
    let second = patient.client.get(next).await.ok();
    assert_eq!(
        second.as_array().unwrap().iter().map(id).collect::<Vec<_>>(),
        [id(&active)]
    );
    assert_eq!(stranger.client.get(next).await.status, 400);
    let whole = patient.client.get("/prescriptions?limit=1").await.ok();
    assert_eq!(whole[0], shown(&patient, &paused).await);
    let fields = patient
        .client
        .get("/prescriptions?status=OPEN&limit=x")
        .await
        .invalid_fields();
    assert_eq!(fields.len(), 2);
}

#[tokio::test]
async fn who_has_no_prescriptions_has_an_empty_list() {
    let app = TestApp::start().await;
    for person in [app.patient().await, app.doctor().await, app.family().await] {
        assert_eq!(seen(&person, "").await, [""; 0]);
        assert_eq!(seen(&person, &format!("?patientId={}", person.id)).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_page_counts_prescriptions_and_shows_each_with_its_whole_grid_in_order() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let named = |names: [&str; 3]| names.map(|name| at_night(name, "1"));
    let older = own(&patient, &named(["c", "a", "b"])).await;
    let newer = own(&patient, &named(["z", "x", "y"])).await;
    let newest = own(&patient, &[aspirin()]).await;
    for (viewer, query) in [
        (&patient, "?limit=3".to_owned()),
        (&doctor, "?limit=3".to_owned()),
        (&doctor, format!("?limit=3&patientId={}", patient.id)),
    ] {
        let page = viewer.client.get(&format!("/prescriptions{query}")).await.ok();
        let grids: Vec<Vec<&str>> = page.as_array().unwrap().iter().map(names_of).collect();
        assert_eq!(grids, [vec!["Aspirin"], vec!["z", "x", "y"], vec!["c", "a", "b"]]);
        for (shown_in_page, made) in page.as_array().unwrap().iter().zip([&newest, &newer, &older]) {
            assert_eq!(*shown_in_page, shown(viewer, made).await);
        }
    }
    assert_eq!(seen(&patient, "?limit=2").await, [id(&newest), id(&newer)]);
}

fn names_of(prescription: &Value) -> Vec<&str> {
    let rows = prescription["medications"].as_array().unwrap().iter();
    rows.map(|row| row["medicineName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_level_the_patient_chose_decides_what_is_seen() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let daughter = app.family().await;
    app.connect(&patient, &daughter, "ACCEPTED", "REQUEST", json!({})).await;
    let own = own(&patient, &[aspirin()]).await;
    let query = format!("?patientId={}", patient.id);
    for viewer in [&doctor, &daughter] {
        assert_eq!(seen(viewer, &query).await, [id(&own)]);
        assert_eq!(seen(viewer, "").await, [id(&own)]);
        assert_eq!(shown(viewer, &own).await["id"], own["id"]);
    }
    let set = async |level: &str, metadata: Value| {
        let sql = "UPDATE connections SET permission_level = $1::permission_level, metadata = $2";
        app.execute(sql, [level.into(), metadata.into()]).await;
    };
    let refused = async |viewer: &Person, status: u16, code: &str| {
        let list = viewer.client.get(&format!("/prescriptions{query}")).await;
        list.refused(status, code);
        for action in ["", "versions", "versions/1"] {
            viewer.client.get(&path(&own, action)).await.refused(status, code);
        }
        assert!(seen(viewer, "").await.is_empty());
    };
    set("NOT_ALLOWED", json!({})).await;
    refused(&doctor, 403, "FORBIDDEN").await;
    refused(&daughter, 403, "FORBIDDEN").await;
    set("REQUEST", json!({})).await;
    refused(&doctor, 403, "ACCESS_APPROVAL_REQUIRED").await;
    set(
        "REQUEST",
        json!({ "grant": { "expiresAt": "2026-03-06T09:10:00+07:00" } }),
    )
    .await;
    assert_eq!(seen(&doctor, &query).await, [id(&own)]);
    let stranger = app.doctor().await;
    refused(&stranger, 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn a_selection_shows_what_was_selected_and_hides_the_rest() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let chosen = own(&patient, &[aspirin()]).await;
    let mut later = at_night("Zinc", "1");
    later["firstDay"] = json!("2026-05-01");
    let other = own(&patient, &[later]).await;
    let query = format!("?patientId={}", patient.id);
    for (scope, expected) in [
        (json!({ "prescriptionIds": [chosen["id"]] }), vec![id(&chosen)]),
        (json!({ "to": "2026-04-30" }), vec![id(&chosen)]),
        (json!({ "from": "2026-05-01" }), vec![id(&other), id(&chosen)]),
        (json!({}), vec![]),
    ] {
        let sql = "UPDATE connections SET permission_level = 'SELECTED', metadata = $1";
        app.execute(sql, [json!({ "scope": scope }).into()]).await;
        assert_eq!(seen(&doctor, &query).await, expected, "{scope}");
        assert_eq!(seen(&doctor, "").await, expected, "{scope}");
        for prescription in [&chosen, &other] {
            let answer = doctor.client.get(&path(prescription, "")).await;
            let status = if expected.contains(&id(prescription)) { 200 } else { 404 };
            assert_eq!(answer.status, status, "{scope}");
            // Whoever sees it may know that it is not theirs to answer.
            let answer = doctor.client.post(&path(prescription, "pause"), &json!({})).await;
            let status = if status == 200 { 403 } else { 404 };
            assert_eq!(answer.status, status, "{scope}");
        }
    }
}

#[tokio::test]
async fn a_draft_is_between_its_writer_and_the_patient() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let (colleague, daughter) = (app.doctor().await, app.family().await);
    app.connect(&colleague, &patient, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    app.connect(&patient, &daughter, "ACCEPTED", "ALLOWED", json!({})).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let query = format!("?patientId={}", patient.id);
    assert_eq!(seen(&doctor, &query).await, [id(&draft)]);
    assert_eq!(shown(&doctor, &draft).await["status"], "DRAFT");
    assert_eq!(shown(&patient, &draft).await["status"], "DRAFT");
    for viewer in [&colleague, &daughter] {
        assert!(seen(viewer, &query).await.is_empty());
        viewer.client.get(&path(&draft, "")).await.refused(404, "NOT_FOUND");
    }
    act(&patient, &draft, "confirm").await;
    assert_eq!(seen(&daughter, &query).await, [id(&draft)]);

    let unwanted = prescribed(&doctor, &patient, &[aspirin()]).await;
    act(&patient, &unwanted, "reject").await;
    for viewer in [&colleague, &daughter] {
        assert_eq!(seen(viewer, &query).await, [id(&draft)]);
        viewer.client.get(&path(&unwanted, "")).await.refused(404, "NOT_FOUND");
        viewer
            .client
            .get(&path(&unwanted, "versions"))
            .await
            .refused(404, "NOT_FOUND");
    }
    assert_eq!(shown(&doctor, &unwanted).await["status"], "INACTIVE");
}

#[tokio::test]
async fn every_look_and_every_refused_look_is_in_the_patients_trail() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let other_patient = app.patient().await;
    app.connect(&doctor, &other_patient, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    let mine = own(&patient, &[aspirin()]).await;
    own(&other_patient, &[aspirin()]).await;
    let stranger = app.doctor().await;
    doctor
        .client
        .get(&format!("/prescriptions?patientId={}", patient.id))
        .await
        .ok();
    doctor.client.get("/prescriptions").await.ok();
    shown(&doctor, &mine).await;
    stranger.client.get(&path(&mine, "")).await.refused(404, "NOT_FOUND");
    shown(&patient, &mine).await;
    patient.client.get("/prescriptions").await.ok();
    let looks = async |person: &Person| {
        let trail = person.client.get("/audit-logs?actionType=DATA_ACCESS").await.ok();
        let looks = trail.as_array().unwrap().iter();
        looks
            .map(|entry| {
                format!(
                    "{} {}",
                    entry["actorId"].as_str().unwrap(),
                    entry["details"]["outcome"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    let shown = format!("{} SHOWN", doctor.id);
    let refused = format!("{} REFUSED", stranger.id);
    assert_eq!(
        looks(&patient).await,
        [refused, shown.clone(), shown.clone(), shown.clone()]
    );
    assert_eq!(looks(&other_patient).await, [shown]);
}

#[tokio::test]
async fn versions_are_complete_and_listed_newest_first() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[at_night("Aspirin", "1")]).await;
    for amount in ["2", "3"] {
        let edit = json!({ "medications": [at_night("Aspirin", amount)], "changeReason": format!("to {amount}") });
        patient.client.patch(&path(&own, ""), &edit).await.ok();
    }
    let versions = patient.client.get(&path(&own, "versions")).await.ok();
    let amounts: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            let row = &version["medications"][0];
            (
                version["versionNumber"].as_i64().unwrap(),
                row["nightDosage"]["amount"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(amounts, [(3, "3"), (2, "2"), (1, "1")]);
    let second = patient.client.get(&path(&own, "versions/2")).await.ok();
    assert_eq!(second, versions[1]);
    assert_eq!(
        (&second["changeReason"], &second["isUrgent"]),
        (&json!("to 2"), &json!(false))
    );
    assert_eq!(second["author"]["id"], json!(patient.id));
    for number in ["0", "4", "x", "99999999999"] {
        let answer = patient.client.get(&path(&own, &format!("versions/{number}"))).await;
        answer.refused(404, "NOT_FOUND");
    }
    let page = patient.client.get(&format!("{}?limit=2", path(&own, "versions"))).await;
    let link = page.header("link");
    let next = link.trim_start_matches("</api/v1").split('>').next().unwrap();
    assert_eq!(patient.client.get(next).await.ok(), json!([versions[2]]));
}

#[tokio::test]
async fn another_name_is_shown_and_keeps_nobody_from_answering() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let draft = prescribed(&doctor, &patient, &[aspirin()]).await;
    let first = patient.client.get(&path(&draft, "")).await;
    let etag = first.header("etag").clone();
    let known = patient.client.with_header("if-none-match", &etag);
    assert_eq!(known.get(&path(&draft, "")).await.status, 304);
    app.execute(
        "UPDATE users SET hospital_clinic = 'មន្ទីរពេទ្យកាល់ម៉ែត' WHERE id = $1",
        [doctor.id.into()],
    )
    .await;
    let moved = known.get(&path(&draft, "")).await.ok();
    assert_eq!(moved["doctor"]["hospitalClinic"], "មន្ទីរពេទ្យកាល់ម៉ែត");
    let seen = patient.client.with_header("if-match", &etag);
    seen.post(&path(&draft, "confirm"), &json!({})).await.ok();
    seen.post(&path(&draft, "pause"), &json!({}))
        .await
        .refused(412, "STALE_VERSION");
}
