//! What production needs of the providers.

use super::{assert_names, production};

#[test]
fn production_keeps_files_in_a_bucket_too() {
    let s3 = ("DASTERN__OBJECTS__PROVIDER", "s3");
    let problems = production(&[s3]).unwrap_err();
    for key in [
        "objects.bucket",
        "objects.region",
        "objects.access_key_id",
        "objects.secret_key",
    ] {
        assert_names(&problems, key, Some("config/default.toml"));
    }
    assert_eq!(problems.iter().count(), 4, "{problems}");
    let bucket = [
        s3,
        ("DASTERN__OBJECTS__BUCKET", "das-tern"),
        ("DASTERN__OBJECTS__REGION", "ap-southeast-1"),
        ("DASTERN__OBJECTS__ACCESS_KEY_ID", "key-id"),
        ("DASTERN__OBJECTS__SECRET_KEY", "the-secret-key-of-the-bucket"),
    ];
    let (config, effective) = production(&bucket).unwrap();
    let shown = format!("{effective} {config:?}");
    assert!(!shown.contains("the-secret-key-of-the-bucket"), "{shown}");
}

#[test]
fn without_an_app_google_is_not_set_up_and_with_some_all_of_them_count() {
    assert!(production(&[]).unwrap().0.integrations.google.audiences.is_empty());
    let apps = [("DASTERN__GOOGLE__AUDIENCES", "ios.example,android.example, web.example")];
    let audiences = production(&apps).unwrap().0.integrations.google.audiences;
    assert_eq!(audiences, ["ios.example", "android.example", "web.example"]);
}
