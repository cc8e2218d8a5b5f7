use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::{decided, encoded, find, list, names, patient_of, rename};
use crate::support::TestApp;
use crate::support::app::MORNING;
use crate::support::people::Person;

#[tokio::test]
async fn a_patient_is_listed_in_the_shape_that_the_app_reads() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let patient = patient_of(&app, &doctor).await;
    app.execute(
        "UPDATE users SET date_of_birth = '1961-03-07', gender = 'FEMALE' WHERE id = $1",
        [patient.id.into()],
    )
    .await;
    let medicine = app.medication(&patient, false).await;
    decided(&app, &patient, medicine, MORNING - Duration::days(2), "TAKEN_LATE").await;
    decided(&app, &patient, medicine, MORNING - Duration::days(1), "MISSED").await;
    let answer = list(&doctor, "").await;
    assert_eq!(answer["total"], 1);
    let keys: BTreeSet<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["patients", "total"]));
    let listed = find(&answer, &patient);
    let connection = app.rows("SELECT id::text FROM connections", []).await[0]["id"].clone();
    assert_eq!(
        listed,
        &json!({
            "id": patient.id,
            "firstName": "សុខ",
            "lastName": "សំណាង",
            "fullName": "សុខ សំណាង",
            // Their birthday is tomorrow.
            "age": 64,
            "gender": "FEMALE",
            "phoneNumber": patient.account.phone,
            "symptoms": "ឈឺក្បាល",
            "activePrescriptions": 1,
            "adherencePercentage": 50,
            "adherenceLevel": "YELLOW",
            "lastActivity": "2026-03-04T09:00:00.000+07:00",
            "connectionId": connection,
        })
    );
}

#[tokio::test]
async fn what_is_not_known_of_a_patient_is_null_and_never_a_missing_key() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let patient = patient_of(&app, &doctor).await;
    let sql =
        "UPDATE users SET first_name = NULL, last_name = NULL, full_name = NULL, phone_number = NULL WHERE id = $1";
    app.execute(sql, [patient.id.into()]).await;
    let answer = list(&doctor, "").await;
    let listed = find(&answer, &patient);
    for field in ["firstName", "lastName", "age", "gender", "phoneNumber", "lastActivity"] {
        assert!(listed.get(field).unwrap().is_null(), "{field}: {listed}");
    }
    assert_eq!((&listed["fullName"], &listed["symptoms"]), (&json!(""), &json!("")));
    assert_eq!(
        (&listed["adherencePercentage"], &listed["adherenceLevel"]),
        (&json!(0), &json!("RED"))
    );
}

#[tokio::test]
async fn every_level_can_be_filtered_by_and_the_total_is_that_of_the_filter() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    // Taken doses of ten: 80 is GREEN, 70 and 50 are YELLOW, 40 is RED.
    let mut expected = Vec::new();
    for (taken, level) in [(8, "GREEN"), (7, "YELLOW"), (5, "YELLOW"), (4, "RED")] {
        let patient = patient_of(&app, &doctor).await;
        let medicine = app.medication(&patient, false).await;
        for number in 0..10 {
            let status = if number < taken { "TAKEN_ON_TIME" } else { "MISSED" };
            let time = MORNING - Duration::days(3) - Duration::hours(number);
            decided(&app, &patient, medicine, time, status).await;
        }
        expected.push((patient, taken * 10, level));
    }
    let all = list(&doctor, "?adherenceFilter=ALL").await;
    assert_eq!(all["total"], 4);
    for (patient, percent, level) in &expected {
        let listed = find(&all, patient);
        assert_eq!(
            (&listed["adherencePercentage"], &listed["adherenceLevel"]),
            (&json!(percent), &json!(level))
        );
    }
    for (level, count) in [("GREEN", 1), ("YELLOW", 2), ("RED", 1)] {
        let filtered = list(&doctor, &format!("?adherenceFilter={level}&limit=1")).await;
        assert_eq!(filtered["total"], count, "{level}");
        assert_eq!(filtered["patients"].as_array().unwrap().len(), 1);
        assert_eq!(filtered["patients"][0]["adherenceLevel"], level);
    }
    let worst = list(&doctor, "?sortBy=adherencePercentage&sortOrder=asc").await;
    let percents = |list: &Value| -> Vec<_> {
        let patients = list["patients"].as_array().unwrap();
        patients
            .iter()
            .map(|one| one["adherencePercentage"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(percents(&worst), [40, 50, 70, 80]);
    let best = list(&doctor, "?sortBy=adherencePercentage&sortOrder=desc").await;
    assert_eq!(percents(&best), [80, 70, 50, 40]);
}

#[tokio::test]
async fn only_decided_doses_of_thirty_days_of_phnom_penh_count_and_as_needed_ones_never() {
    let app = TestApp::start_with(|config| config.application.auth.access_ttl_s = 86_400).await;
    let doctor = app.doctor().await;
    let patient = patient_of(&app, &doctor).await;
    let (medicine, as_needed) = (
        app.medication(&patient, false).await,
        app.medication(&patient, true).await,
    );
    let first = datetime!(2026-02-05 00:00 +7);
    for (time, status) in [
        (first - Duration::MILLISECOND, "MISSED"),
        (first, "TAKEN_ON_TIME"),
        (datetime!(2026-03-05 23:59 +7), "TAKEN_LATE"),
        (datetime!(2026-03-06 08:00 +7), "SKIPPED"),
        (datetime!(2026-03-06 18:00 +7), "DUE"),
    ] {
        decided(&app, &patient, medicine, time, status).await;
    }
    decided(
        &app,
        &patient,
        as_needed,
        datetime!(2026-03-05 10:00 +7),
        "TAKEN_ON_TIME",
    )
    .await;
    let percent = async || find(&list(&doctor, "").await, &patient)["adherencePercentage"].clone();
    assert_eq!(percent().await, 67, "two of three");
    // At midnight the first day goes.
    app.clock.set(datetime!(2026-03-06 23:59:59.999 +7));
    assert_eq!(percent().await, 67);
    app.clock.set(datetime!(2026-03-07 00:00 +7));
    assert_eq!(percent().await, 50, "one of two");
}

#[tokio::test]
async fn names_sort_by_the_khmer_alphabet_and_are_found_in_any_case_and_order() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let mut people = Vec::new();
    for name in ["ហេង ដារ៉ា", "កែវ សុភា", "Chan DARA", "ចាន់ វណ្ណៈ"] {
        let patient = patient_of(&app, &doctor).await;
        rename(&app, &patient, name).await;
        people.push(patient);
    }
    let khmer = ["កែវ សុភា", "ចាន់ វណ្ណៈ", "ហេង ដារ៉ា"];
    let forth = list(&doctor, "?sortBy=name&sortOrder=asc").await;
    let back = list(&doctor, "?sortBy=name&sortOrder=desc").await;
    // Which alphabet comes first is the collation's matter.
    let in_khmer = |list: &Value| -> Vec<String> {
        let names = names(list).into_iter().filter(|name| !name.starts_with("Chan"));
        names.map(str::to_owned).collect()
    };
    assert_eq!(in_khmer(&forth), khmer);
    assert_eq!(in_khmer(&back), khmer.iter().rev().copied().collect::<Vec<_>>());
    assert!(names(&forth).iter().rev().eq(&names(&back)));
    let local = format!("0{}", &people[1].account.phone[4..]);
    for (search, expected) in [
        ("dara", vec!["Chan DARA"]),
        ("ដារ៉ា", vec!["ហេង ដារ៉ា"]),
        // The two names that everybody here has besides the whole one, in either order.
        ("សំណាង សុខ", names(&forth)),
        (people[0].account.phone.as_str(), vec!["ហេង ដារ៉ា"]),
        (local.as_str(), vec!["កែវ សុភា"]),
        ("  dara ", vec!["Chan DARA"]),
        ("%", vec![]),
        ("_", vec![]),
        ("'; DROP TABLE users; --", vec![]),
    ] {
        for sort in ["name", "adherencePercentage"] {
            let found = list(&doctor, &format!("?search={}&sortBy={sort}", encoded(search))).await;
            assert_eq!(names(&found), expected, "{search}");
            assert_eq!(found["total"], expected.len(), "{search}");
        }
    }
}

#[tokio::test]
async fn pages_of_patients_with_the_same_name_and_adherence_lose_and_repeat_nobody() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let mut expected = BTreeSet::new();
    for _ in 0..7 {
        expected.insert(patient_of(&app, &doctor).await.id.to_string());
    }
    for sort in [
        "sortBy=name",
        "sortBy=name&sortOrder=desc",
        "sortBy=adherencePercentage",
        "adherenceFilter=RED",
    ] {
        let mut seen = Vec::new();
        for page in 1..=4 {
            let answer = list(&doctor, &format!("?{sort}&page={page}&limit=3")).await;
            assert_eq!(answer["total"], 7, "{sort}, page {page}");
            let ids = answer["patients"].as_array().unwrap().iter();
            seen.extend(ids.map(|patient| patient["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(seen.len(), 7, "{sort}");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected, "{sort}");
    }
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_refused_with_all_that_is_wrong() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let answer = doctor.client.get("/doctor/patients?page=0&limit=101").await;
    let wrong = |field: &str| (field.to_owned(), "OUT_OF_RANGE".to_owned());
    assert_eq!(answer.invalid_fields(), [wrong("page"), wrong("limit")]);
    let query = "?adherenceFilter=BLUE&sortBy=age&sortOrder=up&page=-1&limit=x&search=%00";
    let answer = doctor.client.get(&format!("/doctor/patients{query}")).await;
    let fields: Vec<_> = answer.invalid_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        ["search", "adherenceFilter", "sortBy", "sortOrder", "page", "limit"]
    );
    let far = list(&doctor, "?page=4294967295&limit=100").await;
    assert_eq!(far, json!({ "patients": [], "total": 0 }));
}

#[tokio::test]
async fn only_accepted_connections_make_a_patient_and_a_revoked_one_is_gone_at_once() {
    let app = TestApp::start().await;
    let doctor = app.doctor().await;
    let (asked, asking, revoked, theirs) = (
        app.patient().await,
        app.patient().await,
        app.patient().await,
        app.patient().await,
    );
    app.connect(&doctor, &asked, "PENDING", "ALLOWED", json!({})).await;
    app.connect(&asking, &doctor, "PENDING", "ALLOWED", json!({})).await;
    app.connect(&doctor, &revoked, "REVOKED", "ALLOWED", json!({})).await;
    app.connect(&app.doctor().await, &theirs, "ACCEPTED", "ALLOWED", json!({}))
        .await;
    let mine = app.patient().await;
    let connection = app.connect(&mine, &doctor, "ACCEPTED", "ALLOWED", json!({})).await;
    let answer = list(&doctor, "").await;
    assert_eq!(answer["total"], 1);
    find(&answer, &mine);
    app.execute(
        "UPDATE connections SET status = 'REVOKED', revoked_at = now() WHERE id = $1",
        [connection.into()],
    )
    .await;
    assert_eq!(list(&doctor, "").await, json!({ "patients": [], "total": 0 }));
}

#[tokio::test]
async fn nobody_but_a_verified_doctor_has_patients() {
    let app = TestApp::start().await;
    let (patient, family) = (app.patient().await, app.family().await);
    let paths = ["/doctor/patients", "/doctor/dashboard"].map(str::to_owned);
    let details = format!("/doctor/patients/{}/details", patient.id);
    for path in paths.iter().chain([&details]) {
        patient.client.get(path).await.refused(403, "FORBIDDEN");
        family.client.get(path).await.refused(403, "FORBIDDEN");
    }
    let doctor = app.doctor().await;
    patient_of(&app, &doctor).await;
    for (status, code) in [
        ("REJECTED", "ACCOUNT_REJECTED"),
        ("PENDING_VERIFICATION", "ACCOUNT_PENDING_VERIFICATION"),
        // No doctor becomes so, and one who did would not count as verified.
        ("ACTIVE", "ACCOUNT_PENDING_VERIFICATION"),
    ] {
        let sql = "UPDATE users SET account_status = $2::account_status WHERE id = $1";
        app.execute(sql, [doctor.id.into(), status.into()]).await;
        for path in paths.iter().chain([&details]) {
            doctor.client.get(path).await.refused(403, code);
        }
    }
}

#[tokio::test]
async fn the_symptoms_are_those_of_the_latest_prescription_that_the_doctor_may_know_of() {
    let app = TestApp::start().await;
    let (doctor, colleague) = (app.doctor().await, app.doctor().await);
    let patient = patient_of(&app, &doctor).await;
    let written = async |by: &Person, symptoms: &str, status: &str| {
        let (prescription, _) = app.medication(&patient, false).await;
        let sql =
            "UPDATE prescriptions SET doctor_id = $2, symptoms = $3, status = $4::prescription_status WHERE id = $1";
        let values = [prescription.into(), by.id.into(), symptoms.into(), status.into()];
        app.execute(sql, values).await;
    };
    let told = async || {
        let listed = list(&doctor, "").await;
        let listed = find(&listed, &patient);
        (listed["symptoms"].clone(), listed["activePrescriptions"].clone())
    };
    written(&colleague, "ក្អក", "ACTIVE").await;
    assert_eq!(told().await, (json!("ក្អក"), json!(1)));
    written(&colleague, "a draft of somebody else's", "DRAFT").await;
    assert_eq!(told().await, (json!("ក្អក"), json!(1)));
    written(&doctor, "ឈឺពោះ", "DRAFT").await;
    assert_eq!(told().await, (json!("ឈឺពោះ"), json!(1)));
}
