use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, ImageFormat, RgbImage};
use serde_json::json;
use time::Duration;

use super::{EMAIL, PASSWORD, PHONE, app, doctor, login, verify};
use crate::support::TestApp;
use crate::support::client::Answer;

/// A picture of this many pixels.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::new(width, height)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A picture as a phone takes it, with a word beside it about where that was.
fn jpeg(place: &str) -> Vec<u8> {
    let (mut bytes, picture) = (Vec::new(), RgbImage::new(60, 40));
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(place.as_bytes().to_vec()).unwrap();
    encoder.write_image(&picture, 60, 40, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

async fn photo(app: &TestApp) -> String {
    let rows = app.rows("SELECT license_photo_url AS photo FROM users", []).await;
    rows[0]["photo"].as_str().unwrap().to_owned()
}

async fn register_form(app: &TestApp, file: &str, content: &[u8]) -> Answer {
    let parts: [(&str, Option<&str>, &[u8]); 8] = [
        ("fullName", None, "លី សុភា".as_bytes()),
        ("phoneNumber", None, PHONE.as_bytes()),
        ("password", None, PASSWORD.as_bytes()),
        ("specialty", None, b"CARDIOLOGY"),
        ("licenseNumber", None, b"KH-1234"),
        ("role", None, b"PATIENT"),
        ("licensePhoto", Some(file), content),
        ("hospitalClinic", None, "មន្ទីរពេទ្យកាល់ម៉ែត".as_bytes()),
    ];
    app.client.post_form("/auth/register/doctor", &parts).await
}

#[tokio::test]
async fn a_doctor_confirms_and_waits_for_an_administrator() {
    let app = app().await;
    let body = doctor(&json!({ "specialty": "SURGERY", "licenseNumber": "KH-1234", "email": EMAIL }));
    let answer = app.client.post("/auth/register/doctor", &body).await.expect(201);
    assert_eq!(
        (&answer["requiresOTP"], &answer["status"]),
        (&json!(true), &json!("PENDING_VERIFICATION"))
    );
    login(&app, PHONE, PASSWORD).await.refused(403, "ACCOUNT_UNCONFIRMED");
    let code = app.outbox.code(PHONE).await;
    let answer = verify(&app, PHONE, &code).await.ok();
    assert_eq!(answer["status"], "PENDING_VERIFICATION");
    assert!(answer["accessToken"].is_null() && answer["message"].is_string());
    login(&app, PHONE, PASSWORD)
        .await
        .refused(403, "ACCOUNT_PENDING_VERIFICATION");
    let again = doctor(&json!({ "phoneNumber": "+85512345679", "licenseNumber": "KH-1234" }));
    app.client
        .post("/auth/register/doctor", &again)
        .await
        .refused(409, "DUPLICATE_LICENSE");
}

#[tokio::test]
async fn a_doctor_is_verified_at_once_where_the_setting_says_so() {
    let app = TestApp::start_with(|config| config.application.accounts.auto_verify_doctors = true).await;
    app.client
        .post("/auth/register/doctor", &doctor(&json!({})))
        .await
        .expect(201);
    let code = app.outbox.code(PHONE).await;
    let user = verify(&app, PHONE, &code).await.ok()["user"].clone();
    assert_eq!(
        (&user["role"], &user["accountStatus"]),
        (&json!("DOCTOR"), &json!("VERIFIED"))
    );
    assert_eq!(user["fullName"], "លី សុភា");
}

#[tokio::test]
async fn a_form_registers_with_a_picture_of_the_licence() {
    let app = TestApp::start().await;
    let answer = register_form(&app, "licence.exe", &png(60, 40)).await.expect(201);
    assert_eq!(answer["status"], "PENDING_VERIFICATION");
    let sql = "SELECT role::text, full_name AS name, specialty, hospital_clinic AS clinic, license_number AS licence, \
               license_photo_url AS photo FROM users";
    let rows = app.rows(sql, []).await;
    let photo = rows[0]["photo"].as_str().unwrap();
    let name = photo
        .strip_prefix("licenses/")
        .and_then(|name| name.strip_suffix(".png"));
    assert!(name.is_some_and(|name| uuid::Uuid::try_parse(name).is_ok()), "{photo}");
    assert_eq!(
        (&rows[0]["role"], &rows[0]["name"]),
        (&json!("DOCTOR"), &json!("លី សុភា"))
    );
    assert_eq!(
        (&rows[0]["specialty"], &rows[0]["licence"]),
        (&json!("CARDIOLOGY"), &json!("KH-1234"))
    );
    assert_eq!(rows[0]["clinic"], "មន្ទីរពេទ្យកាល់ម៉ែត");
    let stored = app.objects.fetch(photo).await.unwrap().unwrap();
    assert_eq!(stored.media_type, "image/png");
    let shown = image::load_from_memory_with_format(&stored.bytes, ImageFormat::Png).unwrap();
    assert_eq!((shown.width(), shown.height()), (60, 40));
}

#[tokio::test]
async fn a_picture_does_not_tell_where_it_was_taken() {
    let app = app().await;
    let place = "Exif GPS 11.5564 N 104.9282 E";
    let picture = jpeg(place);
    assert!(holds(&picture, place));
    register_form(&app, "licence.png", &picture).await.expect(201);
    let key = photo(&app).await;
    assert!(key.strip_suffix(".jpg").is_some(), "{key}");
    let stored = app.objects.fetch(&key).await.unwrap().unwrap();
    assert_eq!(stored.media_type, "image/jpeg");
    assert!(!holds(&stored.bytes, "GPS") && !holds(&stored.bytes, "Exif"));
    assert!(image::load_from_memory_with_format(&stored.bytes, ImageFormat::Jpeg).is_ok());
}

#[tokio::test]
async fn a_large_picture_is_made_smaller_and_a_document_stays_as_it_is() {
    let app = app().await;
    register_form(&app, "a.png", &png(5000, 100)).await.expect(201);
    let stored = app.objects.fetch(&photo(&app).await).await.unwrap().unwrap();
    let shown = image::load_from_memory(&stored.bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (2560, 51));
    let document = "%PDF-1.7 អាជ្ញាប័ណ្ណ";
    register_form(&app, "a.png", document.as_bytes())
        .await
        .refused(429, "OTP_COOLDOWN");
    app.clock.advance(Duration::minutes(1));
    register_form(&app, "a.png", document.as_bytes()).await.expect(201);
    let stored = app.objects.fetch(&photo(&app).await).await.unwrap().unwrap();
    let kept = (stored.bytes.as_slice(), stored.media_type.as_str());
    assert_eq!(kept, (document.as_bytes(), "application/pdf"));
}

#[tokio::test]
async fn a_picture_that_unpacks_to_too_much_is_refused() {
    let app = app().await;
    let bomb = png(8000, 4001);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    register_form(&app, "a.png", &bomb)
        .await
        .refused(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(app.count("users", "true", []).await, 0);
}

#[tokio::test]
async fn a_picture_goes_with_the_account_that_it_belonged_to() {
    let app = app().await;
    let picture = png(60, 40);
    register_form(&app, "a.png", &picture).await.expect(201);
    let first = photo(&app).await;
    app.outbox.message(PHONE, 1).await;
    // The same again is the same registration, and its picture is one too many.
    register_form(&app, "b.png", &picture).await.expect(201);
    assert_eq!(photo(&app).await, first);
    assert_eq!(app.objects.list("licenses", None, 10).await.unwrap().len(), 1);
    app.clock.advance(Duration::minutes(1));
    register_form(&app, "b.png", &picture).await.expect(201);
    assert_eq!(app.objects.fetch(&first).await.unwrap(), None);
    let code = app.outbox.message(PHONE, 2).await.code.unwrap();
    verify(&app, PHONE, &code).await.ok();
    let kept = photo(&app).await;
    app.clock.advance(Duration::minutes(1));
    register_form(&app, "c.png", &picture)
        .await
        .refused(409, "DUPLICATE_PHONE");
    assert_eq!(photo(&app).await, kept);
    assert!(app.objects.fetch(&kept).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_no_picture_of_a_licence_is_refused() {
    let app = app().await;
    let refused = register_form(&app, "licence.png", b"GIF89a").await.invalid_fields();
    assert_eq!(refused, [("licensePhoto".to_owned(), "UNSUPPORTED_FILE".to_owned())]);
    let mut picture = png(60, 40);
    let refused = register_form(&app, "a.png", &picture[..50]).await.invalid_fields();
    assert_eq!(refused, [("licensePhoto".to_owned(), "UNSUPPORTED_FILE".to_owned())]);
    // What the first bytes say is told with all else; a picture is only unpacked where nothing else is wrong.
    let bomb = png(8000, 4001);
    let needed = ["fullName", "phoneNumber", "password"];
    let all = ["fullName", "phoneNumber", "password", "licensePhoto"];
    for (content, expected) in [(b"GIF89a".as_slice(), all.as_slice()), (&bomb, needed.as_slice())] {
        let parts: [(&str, Option<&str>, &[u8]); 2] =
            [("phoneNumber", None, b"1"), ("licensePhoto", Some("a.png"), content)];
        let refused = app
            .client
            .post_form("/auth/register/doctor", &parts)
            .await
            .invalid_fields();
        let fields: Vec<_> = refused.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, expected);
    }
    picture.resize((5 << 20) + 1, 0);
    register_form(&app, "a.png", &picture)
        .await
        .refused(413, "PAYLOAD_TOO_LARGE");
    let mut document = b"%PDF-1.7".to_vec();
    document.resize(11 << 20, 0);
    register_form(&app, "a.pdf", &document)
        .await
        .refused(413, "PAYLOAD_TOO_LARGE");
    assert_eq!(app.count("users", "true", []).await, 0);
}

/// Unpacking pictures is dear, and whoever registers is nobody yet.
#[tokio::test]
async fn pictures_of_people_who_register_are_counted_by_their_address() {
    let app = TestApp::start_with(|config| config.application.limits.uploads_per_hour = 2).await;
    let bomb = png(8000, 4001);
    for _ in 0..2 {
        register_form(&app, "a.png", &bomb)
            .await
            .refused(413, "PAYLOAD_TOO_LARGE");
    }
    register_form(&app, "a.png", &bomb).await.refused(429, "RATE_LIMITED");
    // A large one is heard out, so that its sender gets to read the answer; one without a picture is no picture.
    register_form(&app, "a.pdf", &vec![b'.'; 9 << 20])
        .await
        .refused(429, "RATE_LIMITED");
    register_form(&app, "a.png", b"").await.expect(201);
    app.client
        .post(
            "/auth/register/doctor",
            &doctor(&json!({ "phoneNumber": "+85512000999" })),
        )
        .await
        .expect(201);
}

#[tokio::test]
async fn a_form_is_held_to_the_same_rules_as_json() {
    let app = app().await;
    let wrong = json!({ "fullName": " ", "phoneNumber": "1", "password": "short", "specialty": "MAGIC" });
    let json = app.client.post("/auth/register/doctor", &wrong).await.invalid_fields();
    let parts: [(&str, Option<&str>, &[u8]); 4] = [
        ("fullName", None, b" "),
        ("phoneNumber", None, b"1"),
        ("password", None, b"short"),
        ("specialty", None, b"MAGIC"),
    ];
    let form = app
        .client
        .post_form("/auth/register/doctor", &parts)
        .await
        .invalid_fields();
    assert_eq!(form, json);
    assert_eq!(form.len(), 4, "{form:?}");
    let broken = app.client.with_header("content-type", "multipart/form-data");
    let answer = broken.post_form("/auth/register/doctor", &[]).await;
    answer.refused(400, "MALFORMED_REQUEST");
}
