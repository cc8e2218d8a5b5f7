use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{HttpServer, Reply, Request};

/// What is stored under a key: the content and its media type.
type Stored = BTreeMap<String, (Vec<u8>, String)>;

/// A store on this machine that speaks as much S3 as we do, for one bucket in the path.
pub(crate) struct Bucket {
    pub(crate) server: HttpServer,
    pub(crate) stored: Arc<Mutex<Stored>>,
}

impl Bucket {
    /// Lists so many keys at a time.
    pub(crate) async fn start(name: &'static str, page: usize) -> Self {
        let stored = Arc::new(Mutex::new(Stored::new()));
        let objects = stored.clone();
        let server = HttpServer::start(move |request| answer(request, name, page, &mut objects.lock().unwrap())).await;
        Self { server, stored }
    }
}

fn answer(request: &Request, bucket: &str, page: usize, stored: &mut Stored) -> Reply {
    let is_signed = request
        .headers
        .get("authorization")
        .is_some_and(|authorization| authorization.starts_with("AWS4-HMAC-SHA256 Credential=key-id/"));
    if !is_signed {
        return Reply::new(403, "<Error><Code>AccessDenied</Code></Error>");
    }
    let path = request.path.split('?').next().unwrap_or_default();
    let Some(rest) = path.strip_prefix(&format!("/{bucket}")) else {
        return Reply::new(404, "<Error><Code>NoSuchBucket</Code></Error>");
    };
    let key = rest.trim_start_matches('/').to_owned();
    match (request.method.as_str(), key.is_empty()) {
        ("GET", true) => list(request, page, stored),
        ("GET", false) => match stored.get(&key) {
            Some((bytes, media_type)) => Reply::new(200, bytes.clone())
                .with("Content-Type", media_type)
                .with("ETag", "\"etag\"")
                .with("Last-Modified", "Fri, 06 Mar 2026 02:00:00 GMT"),
            None => Reply::new(404, "<Error><Code>NoSuchKey</Code></Error>"),
        },
        ("PUT", false) => {
            let media_type = request.headers.get("content-type").cloned().unwrap_or_default();
            stored.insert(key, (request.body.clone(), media_type));
            Reply::new(200, "").with("ETag", "\"etag\"")
        }
        ("DELETE", false) => {
            stored.remove(&key);
            Reply::new(204, "")
        }
        _ => Reply::new(405, ""),
    }
}

fn list(request: &Request, page: usize, stored: &Stored) -> Reply {
    let after = [request.query("start-after"), request.query("continuation-token")];
    let after = after.into_iter().flatten().max().unwrap_or_default();
    let prefix = request.query("prefix").unwrap_or_default();
    let keys: Vec<_> = stored
        .iter()
        .filter(|(key, _)| key.starts_with(&prefix) && **key > after)
        .collect();
    let is_truncated = keys.len() > page;
    let contents = keys.iter().take(page).map(|(key, (bytes, _))| {
        let size = bytes.len();
        format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>2026-03-06T02:00:00.000Z</LastModified>\
             <ETag>\"etag\"</ETag></Contents>"
        )
    });
    let contents = contents.collect::<Vec<_>>().concat();
    let next = keys.get(page - 1).map_or("", |(key, _)| key);
    let xml = format!(
        "<ListBucketResult><IsTruncated>{is_truncated}</IsTruncated>{contents}\
         <NextContinuationToken>{next}</NextContinuationToken></ListBucketResult>"
    );
    Reply::new(200, xml)
}
