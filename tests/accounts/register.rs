use futures_util::future::join_all;
use serde_json::{Value, json};
use time::Duration;

use super::{EMAIL, PASSWORD, PHONE, app, confirmed, login, patient, register, verify};
use crate::support::TestApp;

#[tokio::test]
async fn a_patient_registers_confirms_and_is_signed_in() {
    let app = TestApp::start().await;
    let answer = register(&app, json!({})).await.expect(201);
    assert_eq!(answer["requiresOTP"], true);
    assert!(!answer["message"].as_str().unwrap().is_empty());
    login(&app, PHONE, PASSWORD).await.refused(403, "ACCOUNT_UNCONFIRMED");
    login(&app, PHONE, "wrong").await.refused(401, "INVALID_CREDENTIALS");

    let code = app.outbox.code(PHONE).await;
    let session = verify(&app, PHONE, &code).await.ok();
    let user = &session["user"];
    assert_eq!(
        (&user["role"], &user["accountStatus"]),
        (&json!("PATIENT"), &json!("ACTIVE"))
    );
    assert_eq!(user["subscriptionTier"], "FREEMIUM");
    let client = app.client.with_token(session["accessToken"].as_str().unwrap());
    assert_eq!(client.get("/auth/me").await.ok(), *user);
    login(&app, PHONE, PASSWORD).await.ok();
    assert_eq!(app.count("subscriptions", "tier = 'FREEMIUM'", []).await, 1);
    let trail = app
        .rows("SELECT details->>'change' AS change FROM audit_logs ORDER BY id", [])
        .await;
    assert_eq!(
        trail,
        [
            json!({ "change": "REGISTERED" }),
            json!({ "change": "CONTACT_CONFIRMED" })
        ]
    );
}

#[tokio::test]
async fn a_family_member_registers_as_one() {
    let app = TestApp::start().await;
    let body = patient(&json!({ "phoneNumber": null, "email": EMAIL }));
    app.client.post("/auth/register/family", &body).await.expect(201);
    let code = app.outbox.code(EMAIL).await;
    let user = verify(&app, &EMAIL.to_uppercase(), &code).await.ok()["user"].clone();
    assert_eq!(
        (&user["role"], &user["email"]),
        (&json!("FAMILY_MEMBER"), &json!(EMAIL))
    );
}

#[tokio::test]
async fn khmer_names_come_back_as_they_were_written() {
    let app = TestApp::start().await;
    let (first, last) = ("ស្រីព\u{17c5}\u{200b}វ", "អ៊ុក");
    let session = confirmed(&app, json!({ "firstName": format!(" {first} "), "lastName": last })).await;
    let user = &session["user"];
    assert_eq!((&user["firstName"], &user["lastName"]), (&json!(first), &json!(last)));
    assert_eq!(
        (&user["dateOfBirth"], &user["gender"]),
        (&json!("1961-04-14"), &json!("MALE"))
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let app = app().await;
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(field, code)| ((*field).to_owned(), (*code).to_owned()))
            .collect()
    };
    let nothing = app.client.post("/auth/register/patient", &json!({})).await;
    let required = [
        "firstName",
        "lastName",
        "gender",
        "dateOfBirth",
        "email",
        "phoneNumber",
        "password",
    ];
    assert_eq!(
        nothing.invalid_fields(),
        pairs(&required.map(|field| (field, "REQUIRED")))
    );
    let wrong = json!({
        "firstName": " ", "lastName": "a".repeat(101), "gender": "male", "dateOfBirth": "2013-03-07",
        "email": "sok@", "phoneNumber": "+33612345678", "password": "password1", "idCardNumber": "1\u{0}2",
        "pinCode": "12345",
    });
    let expected = [
        ("firstName", "REQUIRED"),
        ("lastName", "TOO_LONG"),
        ("gender", "INVALID"),
        ("dateOfBirth", "TOO_YOUNG"),
        ("email", "INVALID_EMAIL"),
        ("phoneNumber", "INVALID_PHONE"),
        ("password", "COMMON_PASSWORD"),
        ("pinCode", "INVALID_PIN"),
        ("idCardNumber", "INVALID"),
    ];
    assert_eq!(register(&app, wrong).await.invalid_fields(), pairs(&expected));
    for (changes, code) in [
        (json!({ "password": "short" }), "TOO_SHORT"),
        (json!({ "password": "x".repeat(73) }), "TOO_LONG"),
        (json!({ "password": PHONE }), "COMMON_PASSWORD"),
    ] {
        assert_eq!(
            register(&app, changes).await.invalid_fields(),
            pairs(&[("password", code)])
        );
    }
    for (born, code) in [
        ("2026-03-07", "IN_FUTURE"),
        ("1890-01-01", "INVALID"),
        ("1901-02-30", "INVALID"),
    ] {
        let refused = register(&app, json!({ "dateOfBirth": born })).await.invalid_fields();
        assert_eq!(refused.len(), 1, "{born} {code}");
    }
    assert_eq!(app.count("users", "true", []).await, 0);
}

#[tokio::test]
async fn a_phone_of_another_country_registers_where_the_setting_says_so() {
    let app = TestApp::start_with(|config| config.application.accounts.foreign_phones = true).await;
    let foreign = json!({ "phoneNumber": "+33612345678" });
    register(&app, foreign).await.expect(201);
    let national = json!({ "phoneNumber": "+855123" });
    assert_eq!(register(&app, national).await.status, 400);
}

#[tokio::test]
async fn registering_again_before_confirming_starts_anew() {
    let app = TestApp::start().await;
    register(&app, json!({ "firstName": "first", "email": EMAIL }))
        .await
        .expect(201);
    app.outbox.message(PHONE, 1).await;
    app.clock.advance(Duration::minutes(1));
    let again = json!({ "firstName": "second", "password": "another horse" });
    register(&app, again).await.expect(201);
    assert_eq!(app.count("users", "true", []).await, 1);
    let code = app.outbox.message(PHONE, 2).await.code.unwrap();
    let user = verify(&app, PHONE, &code).await.ok()["user"].clone();
    assert_eq!((&user["firstName"], &user["email"]), (&json!("second"), &json!(null)));
    login(&app, PHONE, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    login(&app, PHONE, "another horse").await.ok();
}

/// Whoever registers with a number while its owner does must not be confirmed by the code that the owner waits for.
#[tokio::test]
async fn a_code_confirms_no_registration_that_came_after_it() {
    let app = app().await;
    register(&app, json!({ "email": EMAIL })).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    for stranger in [
        json!({ "password": "another horse" }),
        json!({ "password": "another horse", "email": EMAIL }),
        json!({ "firstName": "stranger", "email": EMAIL }),
    ] {
        let refused = register(&app, stranger).await;
        refused.refused(429, "OTP_COOLDOWN");
        assert_eq!(refused.header("retry-after"), "60");
    }
    verify(&app, PHONE, &code).await.ok();
    login(&app, PHONE, PASSWORD).await.ok();
}

/// The same by way of the other contact, which could not be sent a code of its own.
#[tokio::test]
async fn what_waits_for_its_code_stays_whatever_else_another_registration_names() {
    let app = app().await;
    register(&app, json!({ "phoneNumber": null, "email": EMAIL }))
        .await
        .expect(201);
    let code = app.outbox.code(EMAIL).await;
    let stranger = json!({ "email": EMAIL, "password": "another horse" });
    register(&app, stranger).await.refused(429, "OTP_COOLDOWN");
    verify(&app, EMAIL, &code).await.ok();
    assert_eq!(app.count("users", "phone_number IS NULL", []).await, 1);
}

/// Nor does the code of one contact change when nothing comes of a registration for the sake of the other.
#[tokio::test]
async fn a_registration_that_is_refused_for_one_contact_leaves_the_code_of_the_other() {
    let app = app().await;
    register(&app, json!({})).await.expect(201);
    let code = app.outbox.code(PHONE).await;
    app.clock.advance(Duration::minutes(2));
    register(&app, json!({ "phoneNumber": null, "email": EMAIL }))
        .await
        .expect(201);
    let both = json!({ "email": EMAIL, "password": "another horse" });
    register(&app, both).await.refused(429, "OTP_COOLDOWN");
    verify(&app, PHONE, &code).await.ok();
    let of_mail = app.outbox.code(EMAIL).await;
    verify(&app, EMAIL, &of_mail).await.ok();
}

#[tokio::test]
async fn whoever_taps_twice_has_one_account_and_one_code() {
    let app = app().await;
    let form = json!({ "email": EMAIL, "idCardNumber": "010203", "pinCode": "0420" });
    register(&app, form.clone()).await.expect(201);
    let before = app.rows("SELECT id FROM users", []).await;
    register(&app, form).await.expect(201);
    assert_eq!(app.rows("SELECT id FROM users", []).await, before);
    let code = app.outbox.code(PHONE).await;
    verify(&app, PHONE, &code).await.ok();
    assert_eq!(app.outbox.sent_to(PHONE).len(), 1);
}

#[tokio::test]
async fn what_a_confirmed_account_has_nobody_else_registers_with() {
    let app = app().await;
    let session = confirmed(&app, json!({ "email": EMAIL, "idCardNumber": "010203" })).await;
    let client = app.client.with_token(session["accessToken"].as_str().unwrap());
    let identifier = json!({ "identifier": EMAIL });
    app.clock.advance(Duration::minutes(1));
    client.post("/auth/otp/send", &identifier).await.ok();
    let code = app.outbox.code(EMAIL).await;
    let body = json!({ "identifier": EMAIL, "otp": code });
    client.post("/auth/otp/verify", &body).await.ok();
    let mine = json!({ "phoneNumber": "+85512345679", "email": "other@example.com", "idCardNumber": "040506" });
    let with = |field: &str, value: &str| {
        let mut body = mine.clone();
        body[field] = json!(value);
        body
    };
    for (body, code) in [
        (with("phoneNumber", "012 345 678"), "DUPLICATE_PHONE"),
        (with("email", &EMAIL.to_uppercase()), "DUPLICATE_EMAIL"),
        (with("idCardNumber", "010203"), "DUPLICATE_ID_CARD"),
    ] {
        register(&app, body).await.refused(409, code);
    }
    assert_eq!(app.count("users", "true", []).await, 1);
    assert!(app.outbox.sent_to("+85512345679").is_empty());
    register(&app, mine).await.expect(201);
}

#[tokio::test]
async fn an_unconfirmed_account_keeps_nothing_from_its_owner() {
    let app = app().await;
    let squatter = json!({ "phoneNumber": "+85512345679", "idCardNumber": "010203" });
    register(&app, squatter).await.expect(201);
    confirmed(&app, json!({ "idCardNumber": "010203" })).await;
    assert_eq!(app.count("users", "true", []).await, 1);
}

#[tokio::test]
async fn of_registrations_at_once_one_account_remains() {
    let app = app().await;
    let racing = (0..16).map(|n| {
        let body = json!({ "firstName": format!("racer {n}"), "email": EMAIL, "idCardNumber": "010203" });
        register(&app, body)
    });
    let answers = join_all(racing).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(429)), (1, 15));
    assert_eq!(app.count("users", "true", []).await, 1);
    assert_eq!(app.count("subscriptions", "true", []).await, 1);
    let code = app.outbox.code(PHONE).await;
    verify(&app, PHONE, &code).await.ok();
    assert_eq!(app.outbox.sent_to(PHONE).len(), 1);
}

#[tokio::test]
async fn registrations_at_once_with_a_confirmed_phone_are_all_refused() {
    let app = app().await;
    confirmed(&app, json!({})).await;
    let racing = (0..16).map(|_| register(&app, json!({ "email": EMAIL })));
    for answer in join_all(racing).await {
        answer.refused(409, "DUPLICATE_PHONE");
    }
}

#[tokio::test]
async fn nobody_registers_as_more_than_they_are() {
    let app = TestApp::start().await;
    let greedy = json!({
        "role": "DOCTOR", "tier": "PREMIUM", "subscriptionTier": "PREMIUM", "status": "ACTIVE", "accountStatus": "VERIFIED",
        "contactConfirmedAt": "2026-01-01T00:00:00Z", "id": uuid::Uuid::now_v7(), "tokenEpoch": 7,
        "storageQuota": 1, "unknown": { "deep": [1] },
    });
    register(&app, greedy).await.expect(201);
    let sql = "SELECT role::text, account_status::text AS status, contact_confirmed_at AS confirmed, token_epoch AS epoch, \
               tier::text, storage_quota AS quota FROM users u JOIN subscriptions s ON s.user_id = u.id";
    let expected = json!({
        "role": "PATIENT", "status": "PENDING_VERIFICATION", "confirmed": Value::Null, "epoch": 0,
        "tier": "FREEMIUM", "quota": 5_368_709_120_u64,
    });
    assert_eq!(app.rows(sql, []).await, [expected]);
}

#[tokio::test]
async fn a_pin_and_a_password_are_kept_as_hashes() {
    let app = TestApp::start().await;
    confirmed(&app, json!({ "pinCode": "0420" })).await;
    let rows = app.rows("SELECT password_hash, pin_code_hash FROM users", []).await;
    assert!(bcrypt::verify(PASSWORD, rows[0]["password_hash"].as_str().unwrap()).unwrap());
    assert!(bcrypt::verify("0420", rows[0]["pin_code_hash"].as_str().unwrap()).unwrap());
}

#[tokio::test]
async fn a_new_user_reads_the_language_that_they_asked_for() {
    let app = TestApp::start().await;
    let english = app.client.with_header("accept-language", "en");
    english
        .post("/auth/register/patient", &patient(&json!({})))
        .await
        .expect(201);
    let message = app.outbox.message(PHONE, 1).await;
    assert!(message.text.contains("is your Das Tern code"), "{}", message.text);
    let khmer = json!({ "phoneNumber": "+85512345679" });
    register(&app, khmer).await.expect(201);
    let message = app.outbox.message("+85512345679", 1).await;
    assert!(message.text.contains("លេខកូដដាស់តឿន"), "{}", message.text);
}

#[tokio::test]
async fn registrations_are_limited_by_address_and_identifier() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute = 2).await;
    for _ in 0..2 {
        register(&app, json!({})).await.expect(201);
    }
    let refused = register(&app, json!({})).await;
    refused.refused(429, "RATE_LIMITED");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    register(&app, json!({ "phoneNumber": "+85512345679" }))
        .await
        .expect(201);
}
