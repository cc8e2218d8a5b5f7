use serde_json::{Value, json};
use time::Duration;

use super::{asked, change, connected, id_of};
use crate::support::TestApp;
use crate::support::people::Person;

async fn ids(person: &Person, path: &str) -> Vec<String> {
    let list = person.client.get(path).await.ok();
    list.as_array().unwrap().iter().map(id_of).collect()
}

#[tokio::test]
async fn a_connection_has_the_documented_shape() {
    let app = TestApp::start().await;
    let (patient, doctor) = (app.patient().await, app.doctor().await);
    let details = "UPDATE users SET specialty = 'CARDIOLOGY', hospital_clinic = 'មន្ទីរពេទ្យកាល់ម៉ែត', gender = 'FEMALE', \
                   date_of_birth = '1980-04-14' WHERE id = $1";
    app.execute(details, [doctor.id.into()]).await;
    app.execute(
        "UPDATE users SET gender = 'MALE', date_of_birth = '1961-04-14' WHERE id = $1",
        [patient.id.into()],
    )
    .await;
    let id = asked(&doctor, &patient).await;
    let path = format!("/connections/{id}");

    let pending = patient.client.get(&path).await.ok();
    let own = json!({
        "id": patient.id.to_string(), "firstName": "សុខ", "lastName": "សំណាង", "fullName": "សុខ សំណាង", "role": "PATIENT",
        "phoneNumber": patient.account.phone, "gender": "MALE", "dateOfBirth": "1961-04-14", "specialty": null,
        "hospitalClinic": null,
    });
    let no_more_than_name_role_and_clinic = json!({
        "id": doctor.id.to_string(), "firstName": "សុខ", "lastName": "សំណាង", "fullName": "សុខ សំណាង", "role": "DOCTOR",
        "phoneNumber": null, "gender": null, "dateOfBirth": null, "specialty": null,
        "hospitalClinic": "មន្ទីរពេទ្យកាល់ម៉ែត",
    });
    let expected = json!({
        "id": id, "initiatorId": doctor.id.to_string(), "recipientId": patient.id.to_string(), "status": "PENDING",
        "permissionLevel": "ALLOWED", "metadata": { "alertsEnabled": true, "scope": null },
        "requestedAt": "2026-03-06T09:00:00.000+07:00", "acceptedAt": null, "revokedAt": null,
        "createdAt": "2026-03-06T09:00:00.000+07:00", "initiator": no_more_than_name_role_and_clinic, "recipient": own,
    });
    assert_eq!(pending, expected);
    let seen_by_doctor = doctor.client.get(&path).await.ok();
    assert_eq!(seen_by_doctor["recipient"]["phoneNumber"], Value::Null);
    assert_eq!(seen_by_doctor["recipient"]["dateOfBirth"], Value::Null);

    let accepted = change(&patient, &id, "accept", &json!({})).await.ok();
    assert_eq!(accepted["initiator"]["phoneNumber"], doctor.account.phone);
    assert_eq!(accepted["initiator"]["specialty"], "CARDIOLOGY");
    assert_eq!(accepted["initiator"]["dateOfBirth"], "1980-04-14");
    let ended = change(&patient, &id, "revoke", &json!({})).await.ok();
    assert_eq!(ended["initiator"]["phoneNumber"], Value::Null);
}

#[tokio::test]
async fn connections_are_listed_by_status_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let patient = app.patient().await;
    let mut made = Vec::new();
    for number in 0..5 {
        app.clock.advance(Duration::minutes(1));
        let doctor = app.doctor().await;
        made.push(if number % 2 == 0 {
            asked(&doctor, &patient).await
        } else {
            asked(&patient, &doctor).await
        });
    }
    made.reverse();
    change(&patient, &made[0], "accept", &json!({})).await.ok();
    change(&patient, &made[1], "revoke", &json!({})).await.ok();
    assert_eq!(ids(&patient, "/connections").await, made);
    assert_eq!(ids(&patient, "/connections?status=ACCEPTED").await, made[..1]);
    assert_eq!(ids(&patient, "/connections/history?filter=REVOKED").await, made[1..2]);
    assert_eq!(ids(&patient, "/connections/history?filter=PENDING").await, made[2..]);
    assert_eq!(ids(&patient, "/connections/history").await, made);

    let mut pages = Vec::new();
    let mut next = Some("/connections?limit=2".to_owned());
    while let Some(path) = next {
        let answer = patient.client.get(&path).await;
        pages.extend(answer.ok().as_array().unwrap().iter().map(id_of));
        let link = answer.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        next = link.map(|link| link.split(['<', '>']).nth(1).unwrap().replace("/api/v1", ""));
    }
    assert_eq!(pages, made);
    let invalid = patient.client.get("/connections?status=GONE&limit=x").await;
    assert_eq!(
        invalid.invalid_fields(),
        [("status".into(), "INVALID".into()), ("limit".into(), "INVALID".into())]
    );
    let foreign = app.patient().await;
    let link = patient.client.get("/connections?limit=2").await.header("link");
    let path = link.split(['<', '>']).nth(1).unwrap().replace("/api/v1", "");
    assert_eq!(
        foreign.client.get(&path).await.invalid_fields(),
        [("cursor".into(), "INVALID".into())]
    );
}

#[tokio::test]
async fn those_who_care_are_initiators_and_patients_are_recipients_whoever_asked() {
    let app = TestApp::start().await;
    let (father, doctor, daughter, wife) = (
        app.patient().await,
        app.doctor().await,
        app.family().await,
        app.patient().await,
    );
    app.execute(
        "UPDATE subscriptions SET tier = 'PREMIUM' WHERE user_id = $1",
        [father.id.into()],
    )
    .await;
    connected(&doctor, &father, "ALLOWED").await;
    app.clock.advance(Duration::minutes(1));
    let with_wife = connected(&wife, &father, "ALLOWED").await;
    app.clock.advance(Duration::minutes(1));
    let with_daughter = asked(&father, &daughter).await;
    change(&daughter, &with_daughter, "accept", &json!({})).await.ok();

    let caregivers = father.client.get("/connections/caregivers").await.ok();
    let ends: Vec<_> = caregivers
        .as_array()
        .unwrap()
        .iter()
        .map(|connection| {
            assert_eq!(connection["initiatorId"], connection["initiator"]["id"]);
            assert_eq!(connection["recipientId"], connection["recipient"]["id"]);
            (
                connection["initiatorId"].as_str().unwrap().to_owned(),
                connection["recipientId"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let by = |carer: &Person| (carer.id.to_string(), father.id.to_string());
    assert_eq!(ends, [by(&daughter), by(&wife)]);
    for carer in [&daughter, &wife, &doctor] {
        let patients = carer.client.get("/connections/patients").await.ok();
        assert_eq!(patients.as_array().unwrap().len(), 1);
        assert_eq!(patients[0]["recipient"]["id"], father.id.to_string());
        assert_eq!(patients[0]["initiator"]["id"], carer.id.to_string());
    }
    assert_eq!(father.client.get("/connections/patients").await.ok(), json!([]));
    assert_eq!(wife.client.get("/connections/caregivers").await.ok(), json!([]));
    daughter
        .client
        .get("/connections/caregivers")
        .await
        .refused(403, "FORBIDDEN");
    change(&father, &with_wife, "revoke", &json!({})).await.ok();
    assert_eq!(wife.client.get("/connections/patients").await.ok(), json!([]));
}
