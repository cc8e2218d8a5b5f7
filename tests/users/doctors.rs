use serde_json::Value;

use crate::support::TestApp;
use crate::support::people::Person;

async fn doctor(app: &TestApp, status: &str, name: &str, specialty: &str, clinic: &str) -> String {
    let account = app.account("DOCTOR", status).await;
    let sql =
        "UPDATE users SET full_name = $2, specialty = $3, hospital_clinic = $4, license_number = $5 WHERE id = $1";
    let license = format!("KH-{}", &account.phone[4..]);
    let values = [
        account.id.into(),
        name.into(),
        specialty.into(),
        clinic.into(),
        license.into(),
    ];
    app.execute(sql, values).await;
    name.to_owned()
}

async fn found(person: &Person, search: &str) -> Vec<String> {
    let encoded: Vec<_> = search.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let doctors = person
        .client
        .get(&format!("/doctors?search={}", encoded.concat()))
        .await
        .ok();
    let name = |doctor: &Value| doctor["fullName"].as_str().unwrap().to_owned();
    doctors.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn verified_doctors_are_found_by_name_clinic_and_specialty_in_both_languages() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let sophea = doctor(&app, "VERIFIED", "លី សុភា", "CARDIOLOGY", "មន្ទីរពេទ្យកាល់ម៉ែត").await;
    let dara = doctor(&app, "VERIFIED", "Chan Dara", "PEDIATRICS", "Royal 100% Clinic").await;
    doctor(&app, "PENDING_VERIFICATION", "Chan Nobody", "PEDIATRICS", "Royal").await;
    doctor(&app, "REJECTED", "Chan Rejected", "PEDIATRICS", "Royal").await;
    for (search, expected) in [
        ("សុភា", vec![&sophea]),
        ("កាល់ម៉ែត", vec![&sophea]),
        ("cardio", vec![&sophea]),
        ("បេះដូង", vec![&sophea]),
        ("កុមារ", vec![&dara]),
        ("chan", vec![&dara]),
        ("DARA", vec![&dara]),
        ("100%", vec![&dara]),
        ("%", vec![&dara]),
        ("_", vec![]),
        ("\\", vec![]),
        ("'; DROP TABLE users; --", vec![]),
    ] {
        assert_eq!(
            found(&patient, search).await.iter().collect::<Vec<_>>(),
            expected,
            "{search}"
        );
    }
    let licence = "SELECT license_number AS number FROM users WHERE full_name = $1";
    let licence = app.rows(licence, [dara.clone().into()]).await;
    let licence = licence[0]["number"].as_str().unwrap().to_lowercase();
    assert_eq!(found(&patient, &licence).await, [dara]);
    assert_eq!(found(&patient, "").await.len(), 2);
    let colleague = app.doctor().await;
    colleague.client.get("/doctors").await.refused(403, "FORBIDDEN");
}

#[tokio::test]
async fn the_pages_lose_and_repeat_nobody_and_tell_no_contact() {
    let app = TestApp::start().await;
    let family = app.family().await;
    for number in 0..5 {
        doctor(&app, "VERIFIED", &format!("Doctor {}", number / 2), "OTHER", "x").await;
    }
    let mut path = "/doctors?limit=2".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = family.client.get(&path).await;
        for doctor in page.ok().as_array().unwrap() {
            assert!(doctor.get("phoneNumber").is_none() && doctor.get("email").is_none());
            ids.push(doctor["id"].as_str().unwrap().to_owned());
        }
        let Some(link) = page.headers.get("link") else { break };
        let link = link.to_str().unwrap();
        path = link
            .split(['<', '>'])
            .nth(1)
            .unwrap()
            .strip_prefix("/api/v1")
            .unwrap()
            .to_owned();
    }
    assert_eq!(ids.len(), 5);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

/// Finding costs what there are doctors, however many patients there are (docs/decisions/0009-own-account.md).
#[tokio::test]
async fn a_search_walks_the_index_of_verified_doctors_and_nothing_else() {
    let app = TestApp::start().await;
    let people = "INSERT INTO users (role, full_name, hospital_clinic, phone_number, password_hash, account_status, \
                  contact_confirmed_at) SELECT (CASE WHEN n % 10 = 0 THEN 'DOCTOR' ELSE 'PATIENT' END)::user_role, \
                  'វេជ្ជបណ្ឌិត ' || n, 'Clinic ' || n, '+8551' || lpad(n::text, 7, '0'), 'x', \
                  (CASE WHEN n % 10 = 0 THEN 'VERIFIED' ELSE 'ACTIVE' END)::account_status, now() \
                  FROM generate_series(1, 20000) n";
    app.execute(people, []).await;
    app.execute("ANALYZE users", []).await;
    for (text, reads_a_page) in [(None, true), (Some("%វេជ្ជ%"), false), (Some("%clinic 1990%"), false)] {
        let plan = plan(&app, text).await;
        assert!(
            plan.contains("users_verified_doctors_idx") && !plan.contains("Seq Scan"),
            "{plan}"
        );
        assert!(!reads_a_page || !plan.contains("Sort"), "{plan}");
    }
    let patient = app.patient().await;
    assert_eq!(found(&patient, "CLINIC 1990").await, ["វេជ្ជបណ្ឌិត 1990", "វេជ្ជបណ្ឌិត 19900"]);
}

async fn plan(app: &TestApp, text: Option<&str>) -> String {
    let search = das_tern_persistence::doctors::SEARCH;
    let explain = format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT JSON) {search}");
    let values: [sea_orm::Value; 5] = [
        text.into(),
        Vec::<String>::new().into(),
        None::<String>.into(),
        None::<uuid::Uuid>.into(),
        51_u64.into(),
    ];
    app.rows(&explain, values).await[0]["QUERY PLAN"].to_string()
}
