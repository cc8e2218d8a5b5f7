use std::path::PathBuf;

use rstest::rstest;
use time::macros::datetime;

use super::*;
use crate::fake::{Bucket, HttpServer, Reply, impatient, nobody};
use crate::settings::faults;
use crate::{MemoryObjects, ObjectProvider};

const KEY: &str = "licenses/0199d7a8-7a3c-7b4e-9f50-2d1b0c3e4f5a.jpg";
const BUCKET: &str = "das-tern";

/// A folder that goes when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("das-tern-objects-{:032x}", rand::random::<u128>())))
    }

    /// The files in it, as they are called.
    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.0.join("licenses")).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn settings(provider: ObjectProvider) -> ObjectSettings {
    ObjectSettings {
        provider,
        folder: None,
        bucket: Some(BUCKET.to_owned()),
        region: Some("ap-southeast-1".to_owned()),
        endpoint: None,
        access_key_id: Some("key-id".to_owned()),
        secret_key: Some("the-secret-key-of-the-bucket".into()),
        path_style: true,
        max_bytes: 1000,
        connect_timeout_ms: 500,
        timeout_ms: 400,
    }
}

fn in_folder(folder: &Folder) -> Objects {
    let settings = ObjectSettings {
        folder: Some(folder.0.to_str().unwrap().to_owned()),
        ..settings(ObjectProvider::Folder)
    };
    Objects::in_folder(&settings, &impatient()).unwrap()
}

fn in_bucket(endpoint: &str) -> Objects {
    let settings = ObjectSettings {
        endpoint: Some(endpoint.to_owned()),
        ..settings(ObjectProvider::S3)
    };
    Objects::in_bucket(&settings, &impatient()).unwrap()
}

fn jpeg(bytes: impl Into<Vec<u8>>) -> StoredObject {
    StoredObject {
        bytes: bytes.into(),
        media_type: "image/jpeg".to_owned(),
    }
}

/// What every store does.
async fn assert_keeps_objects(store: &dyn ObjectStore) {
    assert_eq!(store.fetch(KEY).await.unwrap(), None);
    store.remove(KEY).await.unwrap();
    store.put(KEY, jpeg(*b"one")).await.unwrap();
    store.put(KEY, jpeg(*b"another")).await.unwrap();
    assert_eq!(store.fetch(KEY).await.unwrap(), Some(jpeg(*b"another")));
    let document = StoredObject {
        bytes: Vec::new(),
        media_type: "application/pdf".to_owned(),
    };
    store.put("licenses/empty.pdf", document.clone()).await.unwrap();
    assert_eq!(store.fetch("licenses/empty.pdf").await.unwrap(), Some(document.clone()));
    assert!(matches!(store.put(KEY, document).await, Err(Error::Refused(_))));
    for key in ["../a.jpg", "/etc/passwd", "licenses/a", ""] {
        assert!(
            matches!(store.put(key, jpeg(*b"x")).await, Err(Error::Refused(_))),
            "{key}"
        );
        assert!(matches!(store.fetch(key).await, Err(Error::Refused(_))), "{key}");
        assert!(matches!(store.remove(key).await, Err(Error::Refused(_))), "{key}");
    }
    store.remove(KEY).await.unwrap();
    assert_eq!(store.fetch(KEY).await.unwrap(), None);
}

/// Puts seven objects of one folder and one of another, and lists them three at a time.
async fn assert_lists_in_pages(store: &dyn ObjectStore) -> Vec<ObjectEntry> {
    assert_eq!(store.list("medications", None, 3).await.unwrap(), []);
    for number in [5, 3, 0, 6, 1, 4, 2] {
        let key = format!("medications/{number}.jpg");
        store.put(&key, jpeg(vec![0; number])).await.unwrap();
    }
    store.put("medications-other/0.jpg", jpeg(*b"x")).await.unwrap();
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.list("medications", after.as_deref(), 3).await.unwrap();
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        all.extend(page);
    }
    let keys: Vec<_> = all.iter().map(|entry| (entry.key.clone(), entry.bytes)).collect();
    let expected: Vec<_> = (0..7)
        .map(|number| (format!("medications/{number}.jpg"), number))
        .collect();
    assert_eq!(keys, expected);
    assert_eq!(store.list("medications", None, 0).await.unwrap(), []);
    for folder in ["..", "", "/", "medications/"] {
        assert!(
            matches!(store.list(folder, None, 3).await, Err(Error::Refused(_))),
            "{folder}"
        );
    }
    all
}

#[tokio::test]
async fn a_folder_keeps_objects() {
    let folder = Folder::new();
    assert_keeps_objects(&in_folder(&folder)).await;
    assert_lists_in_pages(&in_folder(&folder)).await;
}

#[tokio::test]
async fn a_bucket_keeps_objects_with_their_types() {
    let bucket = Bucket::start(BUCKET, 2).await;
    let store = in_bucket(&bucket.server.url());
    assert_keeps_objects(&store).await;
    assert_eq!(bucket.stored.lock().unwrap()["licenses/empty.pdf"].1, "application/pdf");
    let entries = assert_lists_in_pages(&store).await;
    assert!(
        entries
            .iter()
            .all(|entry| entry.stored_at == datetime!(2026-03-06 02:00 UTC))
    );
}

#[tokio::test]
async fn the_memory_keeps_objects_as_long_as_it_lasts() {
    let noon = datetime!(2026-03-06 12:00 +7);
    let store = MemoryObjects::by(move || noon);
    assert_keeps_objects(&store).await;
    let entries = assert_lists_in_pages(&store).await;
    assert!(entries.iter().all(|entry| entry.stored_at == noon));
}

#[tokio::test]
async fn what_is_too_large_is_neither_stored_nor_read() {
    let folder = Folder::new();
    let bucket = Bucket::start(BUCKET, 10).await;
    for store in [in_folder(&folder), in_bucket(&bucket.server.url())] {
        store.put(KEY, jpeg(vec![0; 1000])).await.unwrap();
        assert!(matches!(
            store.put(KEY, jpeg(vec![0; 1001])).await,
            Err(Error::Refused(_))
        ));
        assert_eq!(store.fetch(KEY).await.unwrap(), Some(jpeg(vec![0; 1000])));
    }
    std::fs::write(folder.0.join(KEY), vec![0; 1001]).unwrap();
    assert!(matches!(in_folder(&folder).fetch(KEY).await, Err(Error::Refused(_))));
    let huge = (vec![0; 1001], "image/jpeg".to_owned());
    bucket.stored.lock().unwrap().insert(KEY.to_owned(), huge);
    let store = in_bucket(&bucket.server.url());
    assert!(matches!(store.fetch(KEY).await, Err(Error::Refused(_))));
}

#[tokio::test]
async fn a_write_that_was_cut_off_leaves_nothing_to_see() {
    let folder = Folder::new();
    let store = in_folder(&folder);
    store.put(KEY, jpeg(*b"whole")).await.unwrap();
    assert_eq!(folder.files().len(), 1);
    // What a process leaves behind that was killed while it wrote.
    std::fs::write(folder.0.join(format!("{KEY}#1")), b"hal").unwrap();
    assert_eq!(store.fetch(KEY).await.unwrap(), Some(jpeg(*b"whole")));
    assert_eq!(store.list("licenses", None, 10).await.unwrap().len(), 1);
    store.put(KEY, jpeg(*b"new")).await.unwrap();
    assert_eq!(store.fetch(KEY).await.unwrap(), Some(jpeg(*b"new")));
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_of_files_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    in_folder(&folder);
    assert_eq!(
        std::fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_said_to_be_unusable_at_the_start() {
    let folder = Folder::new();
    std::fs::write(&folder.0, b"a file").unwrap();
    let settings = ObjectSettings {
        folder: Some(folder.0.to_str().unwrap().to_owned()),
        ..settings(ObjectProvider::Folder)
    };
    let error = Objects::in_folder(&settings, &impatient()).err().unwrap();
    assert!(error.to_string().contains("cannot be used"), "{error}");
    std::fs::remove_file(&folder.0).unwrap();
}

#[rstest]
#[case::denied(
    Reply::new(403, "<Error><Code>AccessDenied</Code><Key>the-key</Key></Error>"),
    "HTTP 403"
)]
#[case::malformed(Reply::new(400, "<Error/>"), "HTTP 400")]
#[case::elsewhere(Reply::new(301, ""), "HTTP 301")]
#[tokio::test]
async fn a_refusal_of_the_store_is_final(#[case] reply: Reply, #[case] why: &str) {
    let server = HttpServer::replying([reply]).await;
    let store = in_bucket(&server.url());
    let refusals = [
        store.put(KEY, jpeg(*b"x")).await.unwrap_err(),
        store.fetch(KEY).await.unwrap_err(),
        store.remove(KEY).await.unwrap_err(),
        store.list("licenses", None, 10).await.unwrap_err(),
    ];
    for error in refusals {
        assert!(matches!(&error, Error::Refused(text) if text == why), "{error}");
    }
    assert_eq!(server.requests().len(), 4);
}

#[rstest]
#[case::ill(Reply::new(500, ""))]
#[case::busy(Reply::new(503, "<Error><Code>SlowDown</Code></Error>"))]
#[case::often(Reply::new(429, ""))]
#[case::silent(Reply::Silence)]
#[case::gone(Reply::HangUp)]
#[tokio::test]
async fn a_failure_that_passes_is_not_noticed(#[case] reply: Reply) {
    let content = Reply::new(200, "content")
        .with("ETag", "\"etag\"")
        .with("Last-Modified", "Fri, 06 Mar 2026 02:00:00 GMT");
    let server = HttpServer::replying([reply.clone(), reply.clone(), content.clone()]).await;
    let store = in_bucket(&server.url());
    assert_eq!(store.fetch(KEY).await.unwrap(), Some(jpeg(*b"content")));
    assert_eq!(server.requests().len(), 3);
    let server = HttpServer::replying([reply.clone(), content]).await;
    in_bucket(&server.url()).put(KEY, jpeg(*b"x")).await.unwrap();
    assert_eq!(server.requests().len(), 2);
    let server = HttpServer::replying([reply]).await;
    let outcome = in_bucket(&server.url()).fetch(KEY).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_understood_is_no_list() {
    let server = HttpServer::replying([Reply::new(200, "<html>")]).await;
    let outcome = in_bucket(&server.url()).list("licenses", None, 10).await;
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
}

#[tokio::test]
async fn nobody_there_is_told_without_the_key() {
    let store = in_bucket(&format!("http://{}", nobody().await));
    let error = store.put(KEY, jpeg(*b"x")).await.unwrap_err();
    assert!(
        matches!(&error, Error::Unavailable(why) if why == "no connection"),
        "{error}"
    );
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_named() {
    assert_eq!(faults(&settings(ObjectProvider::S3)), [""; 0]);
    assert_eq!(faults(&settings(ObjectProvider::Memory)), [""; 0]);
    assert_eq!(faults(&settings(ObjectProvider::Folder)), ["folder"]);
    let empty = ObjectSettings {
        bucket: None,
        region: None,
        endpoint: Some("http://s3.example.com".to_owned()),
        access_key_id: None,
        secret_key: None,
        max_bytes: 0,
        connect_timeout_ms: 0,
        timeout_ms: 0,
        ..settings(ObjectProvider::S3)
    };
    let all = [
        "access_key_id",
        "bucket",
        "connect_timeout_ms",
        "endpoint",
        "max_bytes",
        "region",
        "secret_key",
        "timeout_ms",
    ];
    assert_eq!(faults(&empty), all);
    let odd = ObjectSettings {
        bucket: Some("../x".to_owned()),
        ..settings(ObjectProvider::S3)
    };
    assert_eq!(faults(&odd), ["bucket"]);
}
