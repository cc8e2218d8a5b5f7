//! The mobile app's ways, step by step, with every answer exactly as the app knows it.

use futures_util::future::join;
use serde_json::{Value, json};
use time::Duration;

use super::{EMAIL, PASSWORD, PHONE, app, doctor, forgot, login, patient, verify};
use crate::support::TestApp;
use crate::support::client::has_exactly;

const USER: [&str; 17] = [
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

/// The answer, which has exactly these fields.
#[track_caller]
fn exactly(answer: Value, fields: &[&str]) -> Value {
    has_exactly(&answer, fields.iter().copied());
    answer
}

#[track_caller]
fn session(answer: Value) -> Value {
    let session = exactly(answer, &["accessToken", "expiresIn", "refreshToken", "user"]);
    exactly(session["user"].clone(), &USER);
    assert_eq!(session["expiresIn"], 900);
    session
}

async fn refresh(app: &TestApp, session: &Value) -> crate::support::client::Answer {
    let body = json!({ "refreshToken": session["refreshToken"] });
    app.client.post("/auth/refresh", &body).await
}

async fn me(app: &TestApp, session: &Value) -> crate::support::client::Answer {
    let token = session["accessToken"].as_str().unwrap();
    app.client.with_token(token).get("/auth/me").await
}

#[tokio::test]
async fn a_patient_signs_up_stays_signed_in_and_signs_out() {
    let app = app().await;
    // A form sends every field, empty where nothing was entered.
    let form = patient(&json!({ "phoneNumber": "012 345 678", "email": "", "idCardNumber": "", "pinCode": "" }));
    let registered = app.client.post("/auth/register/patient", &form).await.expect(201);
    assert_eq!(exactly(registered, &["message", "requiresOTP"])["requiresOTP"], true);
    let again = json!({ "identifier": "012345678" });
    app.client
        .post("/auth/otp/send", &again)
        .await
        .refused(429, "OTP_COOLDOWN");
    app.clock.advance(Duration::minutes(1));
    let sent = app.client.post("/auth/otp/send", &again).await.ok();
    assert_eq!(exactly(sent, &["expiresIn", "message"])["expiresIn"], 300);
    let code = app.outbox.message(PHONE, 2).await.code.unwrap();
    let signed_up = session(verify(&app, "012345678", &code).await.ok());
    assert_eq!(me(&app, &signed_up).await.ok(), signed_up["user"]);

    let signed_in = session(login(&app, PHONE, PASSWORD).await.ok());
    app.clock.advance(Duration::minutes(15));
    me(&app, &signed_in).await.refused(401, "TOKEN_EXPIRED");
    // Two requests that were refused at once refresh at once.
    let (one, other) = join(refresh(&app, &signed_in), refresh(&app, &signed_in)).await;
    let (one, other) = (session(one.ok()), session(other.ok()));
    assert_eq!(one["refreshToken"], other["refreshToken"]);
    me(&app, &one).await.ok();
    me(&app, &other).await.ok();

    let token = one["accessToken"].as_str().unwrap();
    let body = json!({ "refreshToken": one["refreshToken"] });
    let out = app.client.with_token(token).post("/auth/logout", &body).await.ok();
    exactly(out, &["message"]);
    me(&app, &one).await.refused(401, "TOKEN_REVOKED");
    refresh(&app, &one).await.refused(401, "TOKEN_REVOKED");
    me(&app, &signed_up).await.refused(401, "TOKEN_EXPIRED");
    session(refresh(&app, &signed_up).await.ok());
}

#[tokio::test]
async fn a_doctor_signs_up_and_waits() {
    let app = app().await;
    let form = doctor(&json!({ "specialty": "", "hospitalClinic": "", "licenseNumber": "", "email": "" }));
    let registered = app.client.post("/auth/register/doctor", &form).await.expect(201);
    let registered = exactly(registered, &["message", "requiresOTP", "status"]);
    assert_eq!(
        (&registered["requiresOTP"], &registered["status"]),
        (&json!(true), &json!("PENDING_VERIFICATION"))
    );
    login(&app, PHONE, PASSWORD).await.refused(403, "ACCOUNT_UNCONFIRMED");
    let code = app.outbox.code(PHONE).await;
    let waits = exactly(verify(&app, PHONE, &code).await.ok(), &["message", "status"]);
    assert_eq!(waits["status"], "PENDING_VERIFICATION");
    login(&app, PHONE, PASSWORD)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_every_phone_signs_in_anew() {
    let app = app().await;
    let form = patient(&json!({ "phoneNumber": null, "email": EMAIL }));
    app.client.post("/auth/register/patient", &form).await.expect(201);
    let code = app.outbox.code(EMAIL).await;
    let before = session(verify(&app, EMAIL, &code).await.ok());
    for _ in 0..5 {
        login(&app, EMAIL, "forgotten")
            .await
            .refused(401, "INVALID_CREDENTIALS");
    }
    login(&app, EMAIL, PASSWORD).await.refused(403, "ACCOUNT_LOCKED");
    exactly(forgot(&app, EMAIL).await.ok(), &["message"]);
    let code = app.outbox.message(EMAIL, 2).await.code.unwrap();
    let body = json!({ "identifier": EMAIL, "otp": code, "newPassword": "another horse" });
    let reset = app.client.post("/auth/reset-password-otp", &body).await.ok();
    exactly(reset, &["message"]);
    me(&app, &before).await.refused(401, "TOKEN_REVOKED");
    refresh(&app, &before).await.refused(401, "TOKEN_REVOKED");
    login(&app, EMAIL, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    session(login(&app, EMAIL, "another horse").await.ok());
    let reused = app.client.post("/auth/reset-password-otp", &body).await;
    reused.refused(400, "OTP_INVALID");
}

#[tokio::test]
async fn every_other_answer_of_signing_in_has_its_shape() {
    let app = app().await;
    let person = app.patient().await;
    let client = &person.client;
    let pin = json!({ "pinCode": "0420", "password": PASSWORD });
    exactly(client.put("/auth/pin", &pin).await.ok(), &["message"]);
    let valid = client
        .post("/auth/pin/verify", &json!({ "pinCode": "0420" }))
        .await
        .ok();
    assert_eq!(valid, json!({ "valid": true }));
    let sessions = client.get("/auth/sessions").await.ok();
    let fields = ["createdAt", "current", "device", "id", "lastSeenAt"];
    exactly(sessions[0].clone(), &fields);
    let mut profile = USER.to_vec();
    profile.extend([
        "dailyProgress",
        "greeting",
        "pendingEmail",
        "storagePercentage",
        "storageQuota",
        "storageUsed",
    ]);
    profile.sort_unstable();
    exactly(client.get("/users/me").await.ok(), &profile);
    let storage = exactly(
        client.get("/users/storage").await.ok(),
        &["breakdown", "percentage", "quota", "used"],
    );
    exactly(
        storage["breakdown"].clone(),
        &["auditLogs", "doseEvents", "files", "prescriptions"],
    );
    let change = json!({ "currentPassword": PASSWORD, "newPassword": "another horse" });
    let changed = session(client.post("/auth/change-password", &change).await.ok());
    let client = app.client.with_token(changed["accessToken"].as_str().unwrap());
    exactly(client.post("/auth/logout-all", &json!({})).await.ok(), &["message"]);
}
