use serde_json::{Value, json};
use time::macros::datetime;

use super::arranging::*;
use crate::support::TestApp;
use crate::support::people::Person;

#[tokio::test]
async fn a_doctors_change_of_what_is_followed_waits_for_the_patient() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let before = dose_rows(&app, "true").await;
    let change = json!({ "medications": [at_night("Aspirin", "2")], "changeReason": "ឈាមខាប់" });
    let proposed = doctor.client.patch(&path(&active, ""), &change).await.ok();
    assert_eq!(
        (&proposed["currentVersion"], &proposed["proposedVersion"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(proposed["medications"], active["medications"]);
    assert_eq!(dose_rows(&app, "true").await, before);
    assert_eq!(
        told(&app, &patient).await.last().unwrap(),
        "PRESCRIPTION_UPDATE PROPOSED"
    );

    let declined = act(&patient, &active, "decline-changes").await;
    assert_eq!(
        (&declined["currentVersion"], &declined["proposedVersion"]),
        (&json!(1), &Value::Null)
    );
    let proposed = doctor.client.patch(&path(&active, ""), &change).await.ok();
    assert_eq!(proposed["proposedVersion"], 3);
    let accepted = act(&patient, &active, "accept-changes").await;
    assert_eq!(
        (&accepted["currentVersion"], &accepted["proposedVersion"]),
        (&json!(3), &Value::Null)
    );
    assert_eq!(accepted["medications"][0]["nightDosage"]["amount"], "2");
    assert_eq!(doses(&app, &active).await.len(), 30);
    let versions = patient.client.get(&path(&active, "versions")).await.ok();
    let seen: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|version| {
            (
                &version["versionNumber"],
                &version["changeReason"],
                &version["author"]["id"],
            )
        })
        .collect();
    let reason = json!("ឈាមខាប់");
    let by = json!(doctor.id);
    assert_eq!(
        seen,
        [
            (&json!(3), &reason, &by),
            (&json!(2), &reason, &by),
            (&json!(1), &Value::Null, &by)
        ]
    );
}

#[tokio::test]
async fn an_urgent_change_holds_at_once_and_leaves_past_doses_as_they_were() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[aspirin()]).await;
    app.clock.set(datetime!(2026-03-08 13:00 +7));
    let (doctor, patient) = (app.sign_in(&doctor.account).await, app.sign_in(&patient.account).await);
    let first = doses_of_day(&patient, "2026-03-07").await;
    let taken = patient
        .client
        .patch(&format!("/doses/{}/taken", first[2]), &json!({}))
        .await
        .ok();
    let past = "scheduled_time <= '2026-03-08 13:00+07'";
    let before = dose_rows(&app, past).await;

    let mut change = json!({ "medications": [at_night("Aspirin", "0.5")], "isUrgent": true });
    let fields = doctor.client.patch(&path(&active, ""), &change).await.invalid_fields();
    let names: Vec<_> = fields.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(names, ["urgentReason", "changeReason"]);
    change["urgentReason"] = json!("ហូរឈាម");
    let changed = doctor.client.patch(&path(&active, ""), &change).await.ok();
    assert_eq!(
        (&changed["currentVersion"], &changed["isUrgent"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(changed["urgentReason"], "ហូរឈាម");

    assert_eq!(dose_rows(&app, past).await, before);
    let ahead = doses(&app, &active).await;
    assert_eq!(
        ahead.iter().filter(|dose| dose.as_str() > "2026-03-08 13:00").count(),
        30
    );
    assert_eq!(ahead.last().unwrap(), "2026-04-06 21:00 DUE");
    assert_eq!(
        told(&app, &patient).await.last().unwrap(),
        "URGENT_PRESCRIPTION_CHANGE CHANGED_URGENTLY"
    );
    // A dose that was taken still shows what was taken then.
    let history = patient
        .client
        .get("/doses/history?startDate=2026-03-07&endDate=2026-03-07")
        .await
        .ok();
    let shown = history
        .as_array()
        .unwrap()
        .iter()
        .find(|dose| dose["id"] == taken["dose"]["id"])
        .unwrap();
    assert_eq!(
        (&shown["dosage"], &shown["status"]),
        (&json!("1 គ្រាប់"), &taken["dose"]["status"])
    );
}

async fn doses_of_day(patient: &Person, day: &str) -> Vec<String> {
    let schedule = patient.client.get(&format!("/doses/schedule?date={day}")).await.ok();
    schedule["doses"].as_array().unwrap().iter().map(id).collect()
}

async fn take(patient: &Person, dose: &str) {
    let path = format!("/doses/{dose}/taken");
    patient.client.patch(&path, &json!({})).await.ok();
}

#[tokio::test]
async fn an_urgent_change_wakes_what_was_paused_and_overrules_a_proposal() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let proposal = json!({ "medications": [at_night("Aspirin", "2")], "changeReason": "x" });
    doctor.client.patch(&path(&active, ""), &proposal).await.ok();
    act(&patient, &active, "pause").await;
    let urgent = json!({ "medications": [at_night("Aspirin", "0.5")], "isUrgent": true, "urgentReason": "ហូរឈាម" });
    let changed = doctor.client.patch(&path(&active, ""), &urgent).await.ok();
    assert_eq!(
        (&changed["status"], &changed["currentVersion"]),
        (&json!("ACTIVE"), &json!(3))
    );
    assert_eq!(changed["proposedVersion"], Value::Null);
    assert_eq!(doses(&app, &active).await.len(), 30);
    patient
        .client
        .post(&path(&active, "accept-changes"), &json!({}))
        .await
        .refused(409, "INVALID_STATE");
    act(&patient, &active, "stop").await;
    doctor
        .client
        .patch(&path(&active, ""), &urgent)
        .await
        .refused(409, "INVALID_STATE");
}

#[tokio::test]
async fn a_second_editor_with_a_stale_version_loses_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[at_night("Aspirin", "1")]).await;
    let edit = |notes: &str, version: i32| json!({ "notes": notes, "changeReason": "x", "expectedVersion": version });
    let first = patient.client.patch(&path(&own, ""), &edit("ទីមួយ", 1)).await.ok();
    assert_eq!((&first["currentVersion"], &first["notes"]), (&json!(2), &json!("ទីមួយ")));
    let stale = patient
        .client
        .patch(&path(&own, ""), &edit("ទីពីរ", 1))
        .await
        .refused(412, "STALE_VERSION");
    assert_eq!(stale["details"]["currentVersion"], 2);
    assert_eq!(shown(&patient, &own).await, first);
    assert_eq!(app.count("prescription_versions", "true", []).await, 2);
}

#[tokio::test]
async fn a_doctor_who_has_not_seen_the_proposal_cannot_replace_it() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Aspirin", "1")]).await;
    let edit = |amount: &str, version: i32| json!({ "medications": [at_night("Aspirin", amount)], "changeReason": "x", "expectedVersion": version });
    doctor.client.patch(&path(&active, ""), &edit("2", 1)).await.ok();
    doctor
        .client
        .patch(&path(&active, ""), &edit("3", 1))
        .await
        .refused(412, "STALE_VERSION");
    let replaced = doctor.client.patch(&path(&active, ""), &edit("3", 2)).await.ok();
    assert_eq!(replaced["proposedVersion"], 3);
}

#[tokio::test]
async fn a_condition_on_the_etag_is_obeyed_by_every_change() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[aspirin()]).await;
    let first = patient.client.get(&path(&own, "")).await.header("etag");
    let known = patient.client.with_header("if-none-match", &first);
    assert_eq!(known.get(&path(&own, "")).await.status, 304);
    let condition = patient.client.with_header("if-match", &first);
    let change = json!({ "notes": "x", "changeReason": "x" });
    let edited = condition.patch(&path(&own, ""), &change).await;
    edited.ok();
    assert_ne!(edited.header("etag"), first);
    assert_eq!(known.get(&path(&own, "")).await.status, 200);
    condition
        .patch(&path(&own, ""), &change)
        .await
        .refused(412, "STALE_VERSION");
    for action in ["pause", "stop", "medicines"] {
        let body = if action == "medicines" { aspirin() } else { json!({}) };
        condition
            .post(&path(&own, action), &body)
            .await
            .refused(412, "STALE_VERSION");
    }
    condition.delete(&path(&own, "")).await.refused(412, "STALE_VERSION");
    let now = patient.client.with_header("if-match", &edited.header("etag"));
    assert_eq!(
        now.post(&path(&own, "pause"), &json!({})).await.ok()["status"],
        "PAUSED"
    );
}

#[tokio::test]
async fn who_did_not_write_it_does_not_change_it() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let (colleague, daughter) = (app.doctor().await, app.family().await);
    app.connect(&colleague, &patient, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    app.connect(&patient, &daughter, "ACCEPTED", "ALLOWED", json!({})).await;
    let theirs = confirmed(&doctor, &patient, &[aspirin()]).await;
    let own = own(&patient, &[aspirin()]).await;
    let change = json!({ "notes": "x", "changeReason": "x", "patientId": colleague.id, "status": "INACTIVE" });
    for person in [&patient, &colleague, &daughter] {
        person
            .client
            .patch(&path(&theirs, ""), &change)
            .await
            .refused(403, "FORBIDDEN");
    }
    for person in [&doctor, &daughter] {
        person
            .client
            .patch(&path(&own, ""), &change)
            .await
            .refused(403, "FORBIDDEN");
    }
    app.patient()
        .await
        .client
        .patch(&path(&own, ""), &change)
        .await
        .refused(404, "NOT_FOUND");
    app.execute("UPDATE connections SET permission_level = 'SELECTED'", [])
        .await;
    doctor
        .client
        .patch(&path(&theirs, ""), &change)
        .await
        .refused(403, "FORBIDDEN");
    let changed = patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(
        (&changed["status"], &changed["patientId"]),
        (&json!("ACTIVE"), &json!(patient.id))
    );
    assert_eq!(shown(&patient, &theirs).await["currentVersion"], 1);
}

#[tokio::test]
async fn an_edit_needs_a_reason_and_impossible_rows_change_nothing() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[aspirin()]).await;
    let fields = patient
        .client
        .patch(&path(&own, ""), &json!({ "notes": "x" }))
        .await
        .invalid_fields();
    assert_eq!(fields, [("changeReason".to_owned(), "REQUIRED".to_owned())]);
    let mut over = at_night("Zinc", "1");
    over["lastDay"] = json!("2026-03-01");
    let change = json!({ "medications": [over], "changeReason": "x" });
    let fields = patient.client.patch(&path(&own, ""), &change).await.invalid_fields();
    assert_eq!(
        fields,
        [("medications[0].lastDay".to_owned(), "OUT_OF_RANGE".to_owned())]
    );
    assert_eq!(shown(&patient, &own).await["currentVersion"], 1);
}

#[tokio::test]
async fn an_unchanged_row_keeps_its_id_its_doses_and_their_reminders() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[at_night("Aspirin", "1"), at_night("Zinc", "1")]).await;
    let dose = doses_of_day(&patient, "2026-03-09").await.remove(0);
    let clock = json!({ "reminderTime": "20:15" });
    patient
        .client
        .patch(&format!("/doses/{dose}/reminder-time"), &clock)
        .await
        .ok();
    let kept = format!("medication_id = '{}'", own["medications"][0]["id"].as_str().unwrap());
    let before = dose_rows(&app, &kept).await;
    // What is shown is sent back, with the other row changed.
    let mut rows = own["medications"].clone();
    rows[1]["nightDosage"]["amount"] = json!("2");
    let change = json!({ "medications": rows, "changeReason": "x" });
    let after = patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(after["medications"][0]["id"], own["medications"][0]["id"]);
    assert_ne!(after["medications"][1]["id"], own["medications"][1]["id"]);
    assert_eq!(dose_rows(&app, &kept).await, before);
    assert_eq!(doses(&app, &own).await.len(), 60);
}

#[tokio::test]
async fn what_was_taken_early_today_is_not_asked_for_again_after_a_change() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let own = own(&patient, &[at_night("Aspirin", "1")]).await;
    let tonight = doses_of_day(&patient, "2026-03-06").await.remove(0);
    take(&patient, &tonight).await;
    let change = json!({ "medications": [at_night("Aspirin", "2")], "changeReason": "x" });
    patient.client.patch(&path(&own, ""), &change).await.ok();
    let doses = doses(&app, &own).await;
    assert_eq!(&doses[..2], ["2026-03-06 21:00 TAKEN_ON_TIME", "2026-03-07 21:00 DUE"]);
}

/// The app's form has one amount for all cells, so that another one at night makes a second row, and the same one a single row.
#[tokio::test]
async fn nor_after_its_row_was_taken_apart_or_put_together() {
    let app = TestApp::start().await;
    // Before any of its times, so that all parts begin on one day.
    app.clock.set(datetime!(2026-03-06 05:00 +7));
    let ticked = |morning: bool, night: bool, amount: i32| {
        json!({
            "medicineName": "Metformin", "morning": morning, "night": night, "dosageAmount": amount, "durationDays": 7
        })
    };
    let whole = [ticked(true, true, 1)];
    let parts = [ticked(true, false, 1), ticked(false, true, 2)];
    for (before, after) in [(&whole[..], &parts[..]), (&parts[..], &whole[..])] {
        let patient = app.patient().await;
        let own = own(&patient, before).await;
        let tonight = doses_of_day(&patient, "2026-03-06").await.pop().unwrap();
        take(&patient, &tonight).await;
        let count = doses(&app, &own).await.len();
        let change = json!({ "medications": after, "changeReason": "x" });
        let changed = patient.client.patch(&path(&own, ""), &change).await.ok();
        assert_eq!(changed["endDate"], own["endDate"]);
        let doses = doses(&app, &own).await;
        let tonight: Vec<_> = doses
            .iter()
            .filter(|dose| dose.starts_with("2026-03-06 21:00"))
            .collect();
        assert_eq!(tonight, ["2026-03-06 21:00 TAKEN_ON_TIME"]);
        assert_eq!(doses.len(), count);
    }
}

/// The doses of today of a prescription, each as `HH:MM STATUS`.
async fn today(app: &TestApp, prescription: &Value) -> Vec<String> {
    let doses = doses(app, prescription).await;
    let today = doses.iter().filter_map(|dose| dose.strip_prefix("2026-03-06 "));
    today.map(str::to_owned).collect()
}

fn own_time(mut row: Value, part: &str, time: &str) -> Value {
    row["scheduleTimes"] = json!([{ "timePeriod": part, "time": time }]);
    row
}

#[tokio::test]
async fn what_was_taken_of_one_row_of_a_medicine_takes_nothing_from_another() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let active = confirmed(&doctor, &patient, &[at_night("Zinc", "1"), at_night("Aspirin", "1")]).await;
    let late = own_time(at_night("Zinc", "2"), "evening", "22:30");
    patient
        .client
        .post(&path(&active, "medicines"), &late)
        .await
        .expect(201);
    let zinc = "scheduled_time = '2026-03-06 21:00+07' AND medication_id IN \
                (SELECT id FROM medications WHERE medicine_name = 'Zinc')";
    let sql = format!("SELECT id FROM dose_events WHERE {zinc}");
    let early = app.rows(&sql, []).await.remove(0)["id"].as_str().unwrap().to_owned();
    take(&patient, &early).await;
    // The doctor's row goes; the patient's own of the same medicine is not the one that was taken.
    let urgent = json!({ "medications": [at_night("Aspirin", "1")], "isUrgent": true, "urgentReason": "x" });
    doctor.client.patch(&path(&active, ""), &urgent).await.ok();
    let expected = ["21:00 TAKEN_ON_TIME", "21:00 DUE", "22:30 DUE"];
    let sorted = |mut doses: Vec<String>| {
        doses.sort_by_key(|dose| (dose[..5].to_owned(), dose.ends_with("DUE")));
        doses
    };
    assert_eq!(sorted(today(&app, &active).await), expected);
    act(&patient, &active, "pause").await;
    act(&patient, &active, "resume").await;
    assert_eq!(sorted(today(&app, &active).await), expected);
}

#[tokio::test]
async fn two_rows_of_a_medicine_are_asked_for_apart() {
    let app = TestApp::start().await;
    app.clock.set(datetime!(2026-03-06 05:00 +7));
    let patient = app.patient().await;
    let row = |amounts: [Option<&str>; 3]| {
        let cell = |amount: Option<&str>| amount.map(|amount| json!({ "amount": amount, "beforeMeal": false }));
        let [morning, noon, night] = amounts.map(cell);
        json!({ "medicineName": "Paracetamol", "morningDosage": morning, "daytimeDosage": noon, "nightDosage": night })
    };
    let extra = own_time(row([None, Some("1"), None]), "daytime", "16:00");
    let own = own(&patient, &[row([Some("1"), Some("1"), Some("1")]), extra]).await;
    let noon = doses_of_day(&patient, "2026-03-06").await.remove(1);
    take(&patient, &noon).await;
    let rows = [row([Some("1"), None, Some("1")]), row([None, Some("2"), None])];
    for rows in [rows.clone(), [rows[0].clone(), row([None, Some("3"), None])]] {
        let change = json!({ "medications": rows, "changeReason": "x" });
        patient.client.patch(&path(&own, ""), &change).await.ok();
        let today = today(&app, &own).await;
        assert_eq!(today.len(), 4, "{today:?}");
        assert_eq!(today[2], "16:00 DUE");
    }
}

/// What was given to another row stays there, also when that row is edited, paused and gone on with.
#[tokio::test]
async fn a_cell_that_was_split_off_keeps_its_place_and_its_time() {
    let app = TestApp::start().await;
    app.clock.set(datetime!(2026-03-06 05:00 +7));
    let patient = app.patient().await;
    let row = |morning: bool, night: bool, amount: i32| json!({ "medicineName": "Metformin", "morning": morning, "night": night, "dosageAmount": amount });
    let own = own(&patient, &[own_time(row(true, true, 1), "evening", "22:30")]).await;
    let tonight = doses_of_day(&patient, "2026-03-06").await.pop().unwrap();
    take(&patient, &tonight).await;
    let before = today(&app, &own).await;
    assert_eq!(before[1], "22:30 TAKEN_ON_TIME");
    for night in [2, 3] {
        let rows = [row(true, false, 1), row(false, true, night)];
        let change = json!({ "medications": rows, "changeReason": "x" });
        patient.client.patch(&path(&own, ""), &change).await.ok();
        assert_eq!(today(&app, &own).await, before);
        act(&patient, &own, "pause").await;
        act(&patient, &own, "resume").await;
        assert_eq!(today(&app, &own).await, before);
    }
    let doses = doses(&app, &own).await;
    let nights = doses.iter().filter(|dose| dose.ends_with("22:30 DUE"));
    assert_eq!(nights.count(), 29);
    assert!(!shown(&patient, &own).await.to_string().contains("cellSeries"));
}

#[tokio::test]
async fn own_times_are_shown_and_outlive_an_edit_of_something_else() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut row = at_night("Aspirin", "1");
    row["scheduleTimes"] = json!([{ "timePeriod": "evening", "time": "19:45" }]);
    let own = own(&patient, &[row.clone(), as_needed("Salbutamol")]).await;
    let times = |of: &Value, n: usize| of["medications"][n]["scheduleTimes"].clone();
    assert_eq!(times(&own, 0), row["scheduleTimes"]);
    assert_eq!(times(&own, 1), json!([]));
    let rows = [at_night("Aspirin", "2"), as_needed("Salbutamol")];
    let change = json!({ "medications": rows, "changeReason": "x" });
    let after = patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(times(&after, 0), row["scheduleTimes"]);
    assert!(doses(&app, &own).await.iter().all(|dose| dose.ends_with("19:45 DUE")));
    // What is shown, `duration` beside `durationDays` among it, may be sent back.
    let mut shown = after["medications"].clone();
    shown[0]["scheduleTimes"] = json!([]);
    shown[0]["durationDays"] = json!(3);
    let change = json!({ "medications": shown, "changeReason": "x" });
    let cleared = patient.client.patch(&path(&own, ""), &change).await.ok();
    assert_eq!(times(&cleared, 0), json!([]));
    assert_eq!(cleared["medications"][0]["duration"], 3);
    assert_eq!(doses(&app, &own).await.len(), 3);
}

#[tokio::test]
async fn an_empty_day_is_none() {
    let app = TestApp::start().await;
    let (doctor, patient) = couple(&app).await;
    let mut body = prescription_for(&patient, &[at_night("Aspirin", "1")]);
    body["followUpDate"] = json!("2026-04-01");
    body["medications"][0]["lastDay"] = json!("2026-03-20");
    let draft = doctor.client.post("/prescriptions", &body).await.expect(201);
    assert_eq!(
        (&draft["followUpDate"], &draft["endDate"]),
        (&json!("2026-04-01"), &json!("2026-03-20"))
    );
    let mut open = at_night("Aspirin", "1");
    open["lastDay"] = json!("");
    let change = json!({ "followUpDate": "", "medications": [open], "changeReason": "x" });
    let after = doctor.client.patch(&path(&draft, ""), &change).await.ok();
    assert_eq!(
        (&after["followUpDate"], &after["endDate"]),
        (&Value::Null, &Value::Null)
    );
}
