use rstest::rstest;
use serde_json::json;

use super::{registration, unlimited};
use crate::support::people::PASSWORD;

/// Letters that look like others, or like nothing, are no part of an address: nobody gets one that is mistaken for another.
#[rstest]
#[case::cyrillic("ѕok@example.com")]
#[case::cyrillic_host("sok@exаmple.com")]
#[case::kelvin("so\u{212a}@example.com")]
#[case::dotless_i("s\u{131}k@example.com")]
#[case::fullwidth("ｓｏｋ@example.com")]
#[case::fullwidth_at("sok＠example.com")]
#[case::combining("so\u{301}k@example.com")]
#[case::composed("s\u{f3}k@example.com")]
#[case::zero_width("so\u{200b}k@example.com")]
#[case::joiner("so\u{200d}k@example.com")]
#[case::soft_hyphen("so\u{ad}k@example.com")]
#[case::right_to_left("\u{202e}kos@example.com")]
#[case::byte_order("so\u{feff}k@example.com")]
#[case::no_break_space("so\u{a0}k@example.com")]
#[case::khmer("សុខ@example.com")]
#[case::ideographic_dot("sok@example。com")]
#[case::two("sok@example.com@example.org")]
#[case::display_name("Sok <sok@example.com>")]
#[case::list("sok@example.com,x@example.com")]
#[case::quoted("\"sok\"@example.com")]
#[case::percent_host("sok@example.com%0abcc:x@example.com")]
#[tokio::test]
async fn an_address_that_looks_like_another_is_none(#[case] email: &str) {
    let app = unlimited().await;
    let mut body = registration(1);
    body["email"] = json!(email);
    let refused = app.client.post("/auth/register/patient", &body).await.invalid_fields();
    assert_eq!(refused, [("email".to_owned(), "INVALID_EMAIL".to_owned())]);
    let patient = app.patient().await;
    let refused = patient
        .client
        .patch("/users/me", &json!({ "email": email }))
        .await
        .invalid_fields();
    assert_eq!(refused, [("email".to_owned(), "INVALID_EMAIL".to_owned())]);
    let login = json!({ "identifier": email, "password": PASSWORD });
    let refused = app.client.post("/auth/login", &login).await.invalid_fields();
    assert_eq!(refused, [("identifier".to_owned(), "INVALID_IDENTIFIER".to_owned())]);
}

#[tokio::test]
async fn an_address_is_the_same_one_in_any_case_and_in_spite_of_spaces_around_it() {
    let app = unlimited().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    for email in [
        account.email.to_uppercase(),
        account.email.to_lowercase(),
        format!("  {}\t", account.email),
    ] {
        let mut body = registration(1);
        body["email"] = json!(email);
        app.client
            .post("/auth/register/patient", &body)
            .await
            .refused(409, "DUPLICATE_EMAIL");
        let login = json!({ "identifier": email, "password": PASSWORD });
        app.client.post("/auth/login", &login).await.ok();
    }
}

/// Else one phone would have two accounts.
#[tokio::test]
async fn a_number_is_the_same_one_with_and_without_the_zero_of_the_country() {
    let app = unlimited().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let phone = account.phone.replace("+855", "+855 0");
    let mut body = registration(1);
    body["phoneNumber"] = json!(phone);
    app.client
        .post("/auth/register/patient", &body)
        .await
        .refused(409, "DUPLICATE_PHONE");
    let login = json!({ "identifier": phone, "password": PASSWORD });
    app.client.post("/auth/login", &login).await.ok();
}

#[rstest]
#[case::khmer("+៨៥៥១២៣៤៥៦៧៨")]
#[case::khmer_national("០១២៣៤៥៦៧៨")]
#[case::arabic("+٨٥٥١٢٣٤٥٦٧٨")]
#[case::fullwidth("＋８５５１２３４５６７８")]
#[case::superscript("+8551234567⁸")]
#[case::zero_width("+85512\u{200b}345678")]
#[case::right_to_left("\u{202e}+85512345678")]
#[case::line_break("+85512345678\r\n+85512345679")]
#[case::extension("+85512345678;ext=1")]
#[case::two("+85512345678,+85512345679")]
#[case::letters("+855 12 FLOWER")]
#[case::plus_twice("++85512345678")]
#[case::zero_twice("+855 00 12 345 678")]
#[case::national_zero_twice("0012345678")]
#[tokio::test]
async fn a_number_in_other_digits_is_none(#[case] phone: &str) {
    let app = unlimited().await;
    let mut body = registration(1);
    body["phoneNumber"] = json!(phone);
    let refused = app.client.post("/auth/register/patient", &body).await.invalid_fields();
    assert_eq!(refused, [("phoneNumber".to_owned(), "INVALID_PHONE".to_owned())]);
    let login = json!({ "identifier": phone, "password": PASSWORD });
    let refused = app.client.post("/auth/login", &login).await.invalid_fields();
    assert_eq!(refused, [("identifier".to_owned(), "INVALID_IDENTIFIER".to_owned())]);
}

#[tokio::test]
async fn limits_count_an_identifier_once_however_it_is_written() {
    let app = crate::support::TestApp::start().await;
    let account = app.account("PATIENT", "ACTIVE").await;
    let national = account.phone.replace("+855", "0");
    let spellings = [
        account.phone.clone(),
        national.clone(),
        format!("{} {}", &national[..3], &national[3..]),
        format!("+855 (0) {}", &national[1..]),
    ];
    let mut refused = 0;
    for attempt in 0..9 {
        let body = json!({ "identifier": spellings[attempt % 4], "password": PASSWORD });
        refused += usize::from(app.client.post("/auth/login", &body).await.status == 429);
    }
    assert_eq!(refused, 4, "five of nine are admitted");
}
