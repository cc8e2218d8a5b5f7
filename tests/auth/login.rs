use serde_json::json;

use crate::support::TestApp;
use crate::support::people::PASSWORD;

#[tokio::test]
async fn a_patient_signs_in_with_phone_or_e_mail_and_sees_themselves() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    for identifier in [
        account.phone.clone(),
        account.email.to_uppercase(),
        account.phone.replace("+855", "0"),
    ] {
        let session = app
            .client
            .post(
                "/auth/login",
                &json!({ "identifier": identifier, "password": PASSWORD }),
            )
            .await
            .ok();
        assert_eq!(session["expiresIn"], 900);
        assert_eq!(session["user"]["id"], account.id.to_string());
        assert_eq!(session["user"]["subscriptionTier"], "FREEMIUM");
        assert_eq!(session["user"]["gracePeriodMinutes"], 30);
        let person = app.person(&account, &session);
        assert_eq!(person.client.get("/auth/me").await.ok(), session["user"]);
    }
}

#[tokio::test]
async fn the_user_has_exactly_the_fields_the_app_knows() {
    let app = TestApp::start().await;
    let user = app.patient().await.client.get("/auth/me").await.ok();
    let mut fields: Vec<_> = user.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    let expected = [
        "accountStatus",
        "createdAt",
        "dateOfBirth",
        "email",
        "firstName",
        "fullName",
        "gender",
        "gracePeriodMinutes",
        "hospitalClinic",
        "id",
        "language",
        "lastName",
        "phoneNumber",
        "role",
        "specialty",
        "subscriptionTier",
        "theme",
    ];
    assert_eq!(fields, expected);
    assert_eq!((&user["gender"], &user["firstName"]), (&json!(null), &json!("សុខ")));
}

#[tokio::test]
async fn an_unknown_identifier_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let wrong = app
        .client
        .post(
            "/auth/login",
            &json!({ "identifier": account.phone, "password": "wrong" }),
        )
        .await;
    let unknown = app
        .client
        .post(
            "/auth/login",
            &json!({ "identifier": "+85599999999", "password": PASSWORD }),
        )
        .await;
    let mut wrong = wrong.refused(401, "INVALID_CREDENTIALS");
    let mut unknown = unknown.refused(401, "INVALID_CREDENTIALS");
    wrong["requestId"].take();
    unknown["requestId"].take();
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn all_invalid_fields_are_named_at_once() {
    let app = TestApp::start().await;
    let missing = app.client.post("/auth/login", &json!({})).await.invalid_fields();
    let required = |field: &str| (field.to_owned(), "REQUIRED".to_owned());
    assert_eq!(missing, [required("identifier"), required("password")]);
    let wrong = app
        .client
        .post("/auth/login", &json!({ "identifier": "ឈ្មោះ", "password": "" }))
        .await
        .invalid_fields();
    assert_eq!(
        wrong,
        [
            ("identifier".to_owned(), "INVALID_IDENTIFIER".to_owned()),
            required("password")
        ]
    );
}

#[tokio::test]
async fn a_password_beyond_what_bcrypt_reads_is_nobodys() {
    let app = TestApp::start().await;
    let long = "x".repeat(72);
    let account = app.account("PATIENT", "ACTIVE").await;
    let hash = bcrypt::hash(&long, 10).unwrap();
    app.execute(
        "UPDATE users SET password_hash = $2 WHERE id = $1",
        [account.id.into(), hash.into()],
    )
    .await;
    let login = |password: String| {
        let body = json!({ "identifier": account.phone, "password": password });
        async { app.client.post("/auth/login", &{ body }).await }
    };
    login(long.clone()).await.ok();
    login(format!("{long}y")).await.refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn an_account_that_may_not_be_used_says_why_to_its_owner_only() {
    let app = TestApp::start().await;
    let cases = [
        ("PATIENT", "PENDING_VERIFICATION", "ACCOUNT_UNCONFIRMED"),
        ("FAMILY_MEMBER", "PENDING_VERIFICATION", "ACCOUNT_UNCONFIRMED"),
        ("DOCTOR", "PENDING_VERIFICATION", "ACCOUNT_PENDING_VERIFICATION"),
        ("DOCTOR", "REJECTED", "ACCOUNT_REJECTED"),
    ];
    for (role, status, code) in cases {
        let account = app.account(role, status).await;
        let login = |password: &str| json!({ "identifier": account.phone, "password": password });
        app.client
            .post("/auth/login", &login(PASSWORD))
            .await
            .refused(403, code);
        app.client
            .post("/auth/login", &login("wrong"))
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn errors_speak_the_callers_language() {
    let app = TestApp::start().await;
    let answer = |client: crate::support::client::Client| async move {
        client.post("/auth/login", &json!({})).await.json()["message"].clone()
    };
    let english = answer(app.client.with_header("accept-language", "fr, en-GB;q=0.8, km;q=0.5")).await;
    let khmer = answer(app.client.with_header("accept-language", "en;q=0.1, km-KH")).await;
    assert_eq!(
        english,
        "Some of the data is invalid. Please correct the marked fields."
    );
    assert_eq!(khmer, answer(app.client.clone()).await);
    assert_ne!(khmer, english);
}

#[tokio::test]
async fn what_a_body_must_not_bind_changes_nothing() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let body = json!({
        "identifier": account.phone, "password": PASSWORD, "role": "DOCTOR", "tier": "PREMIUM", "status": "VERIFIED",
        "id": uuid::Uuid::now_v7(), "unknown": { "deep": [1, 2, 3] },
    });
    let user = app.client.post("/auth/login", &body).await.ok()["user"].clone();
    assert_eq!(
        (&user["role"], &user["subscriptionTier"]),
        (&json!("PATIENT"), &json!("FREEMIUM"))
    );
}

#[tokio::test]
async fn logins_are_limited_by_address_and_identifier() {
    let app = TestApp::start_with(|config| config.application.limits.auth_per_minute = 3).await;
    let (one, other) = (
        app.account("PATIENT", "ACTIVE").await,
        app.account("PATIENT", "ACTIVE").await,
    );
    let login = |phone: &str| json!({ "identifier": phone, "password": PASSWORD });
    for _ in 0..3 {
        app.client.post("/auth/login", &login(&one.phone)).await.ok();
    }
    let refused = app.client.post("/auth/login", &login(&one.phone)).await;
    refused.refused(429, "RATE_LIMITED");
    assert!((1..=60).contains(&refused.header("retry-after").parse::<u64>().unwrap()));
    app.client.post("/auth/login", &login(&other.phone)).await.ok();
}

#[tokio::test]
async fn who_began_to_sign_in_before_every_session_was_ended_is_not_signed_in_after() {
    let app = TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let change = format!(
        "UPDATE users SET token_epoch = token_epoch + 1 WHERE id = '{}'",
        account.id
    );
    let mut change = app.hold(&change).await;
    let login = json!({ "identifier": account.phone, "password": PASSWORD });
    let release = async {
        app.until_waiting(1).await;
        change.commit().await;
    };
    let (answer, ()) = tokio::join!(app.client.post("/auth/login", &login), release);
    answer.refused(401, "INVALID_CREDENTIALS");
    let counted = app.count("users", "id = $1 AND failed_login_attempts > 0", [account.id.into()]);
    assert_eq!(counted.await, 0, "the password was right");
    app.client.post("/auth/login", &login).await.ok();
}

#[tokio::test]
async fn a_refusal_tells_the_limit_that_refused() {
    let app = TestApp::start().await;
    let login = json!({ "identifier": "+85512000111", "password": "wrong password" });
    for _ in 0..5 {
        app.client
            .post("/auth/login", &login)
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    let refused = app.client.post("/auth/login", &login).await;
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(
        (
            refused.header("x-ratelimit-limit"),
            refused.header("x-ratelimit-remaining")
        ),
        ("5".to_owned(), "0".to_owned())
    );
    let seconds = |name: &str| refused.header(name).parse::<u64>().unwrap();
    assert!(seconds("retry-after") <= seconds("x-ratelimit-reset"));
}
