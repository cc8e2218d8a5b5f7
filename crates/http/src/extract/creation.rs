use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Error, FieldCode, Once};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::json;
use crate::error::Failure;

/// The client's own name for a request that makes something.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest such name, in characters.
const LONGEST_KEY: usize = 255;

/// The header of a request that makes something.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described: the extractor reads the header itself")]
pub(crate) struct CreationParams {
    /// The client's own name for this request, such as a UUID. Sent again with the same body it makes nothing more and
    /// answers what was made, with `Idempotency-Replayed: true`.
    #[param(rename = "Idempotency-Key", required = false, min_length = 1, max_length = 255)]
    idempotency_key: String,
}

/// The JSON object that says what to make, and whether it is to be made once.
pub(crate) struct Creation<T> {
    pub(crate) body: T,
    pub(crate) once: Option<Once>,
}

impl<T: DeserializeOwned> FromRequest for Creation<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = key(request.headers());
        let path = request.path().to_owned();
        let body = json::read(request, payload);
        async move {
            let key = key?;
            let sent = body.await?;
            let body = json::parse(&sent.bytes)?;
            let once = key.map(|key| Once {
                key,
                request: canonical(&path, &sent.bytes),
            });
            Ok(Self { body, once })
        }
        .boxed_local()
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let is_single = headers.get_all(IDEMPOTENCY_KEY).count() == 1;
    match value.to_str().map(str::trim) {
        Ok(key) if is_single && !key.is_empty() && key.len() <= LONGEST_KEY => Ok(Some(key.to_owned())),
        _ => Err(Error::invalid_field("Idempotency-Key", FieldCode::Invalid).into()),
    }
}

/// What is asked, without the accidents of writing it: where it was sent to and the body's values.
fn canonical(path: &str, body: &Bytes) -> Vec<u8> {
    let value = serde_json::from_slice::<serde_json::Value>(body);
    let mut request = format!("{path}\0").into_bytes();
    match value.and_then(|value| serde_json::to_vec(&value)) {
        Ok(values) => request.extend(values),
        Err(_) => request.extend_from_slice(body),
    }
    request
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Anything {}

    async fn once(key: Option<&str>, path: &str, body: &'static str) -> Result<Option<Once>, String> {
        let mut request = TestRequest::post().uri(path).set_payload(body);
        request = request.insert_header(("content-type", "application/json"));
        if let Some(key) = key {
            request = request.insert_header((IDEMPOTENCY_KEY, key));
        }
        let (request, mut payload) = request.to_http_parts();
        let read = Creation::<Anything>::from_request(&request, &mut payload).await;
        read.map(|creation| creation.once)
            .map_err(|failure| failure.to_string())
    }

    async fn asked(path: &str, body: &'static str) -> Vec<u8> {
        once(Some("k"), path, body).await.unwrap().unwrap().request
    }

    #[actix_web::test]
    async fn the_same_values_are_the_same_request_however_they_are_written() {
        let one = asked("/a", r#"{"x":1,"y":"ក"}"#).await;
        assert_eq!(one, asked("/a", "{ \"x\" : 1, \"y\":\"\\u1780\" }").await);
        assert_ne!(one, asked("/a", r#"{"x":2,"y":"ក"}"#).await);
        assert_ne!(one, asked("/b", r#"{"x":1,"y":"ក"}"#).await);
    }

    #[actix_web::test]
    async fn a_key_may_be_absent_but_not_be_nonsense() {
        assert!(once(None, "/a", "{}").await.unwrap().is_none());
        assert_eq!(once(Some(" 7 "), "/a", "{}").await.unwrap().unwrap().key, "7");
        let long = "x".repeat(256);
        for key in ["", "  ", long.as_str()] {
            assert_eq!(once(Some(key), "/a", "{}").await.unwrap_err(), "VALIDATION_ERROR");
        }
    }
}
