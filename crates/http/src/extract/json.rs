use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use das_tern_application::{Code, Error};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::body::{self, Body};
use crate::error::Failure;

/// A JSON object. No body at all is an empty one, so that what is needed is told field by field.
pub(crate) struct ApiJson<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for ApiJson<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request, payload);
        async move { parse(&body.await?.bytes).map(Self) }.boxed_local()
    }
}

/// A body that calls itself JSON; none at all is an empty object. A compressed one is not read: what it would unpack to is known only afterwards.
pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Body, Failure>> + use<> {
    let (is_json, is_plain) = (is_json(request), is_plain(request));
    let body = body::read(request, payload);
    async move {
        if !is_plain {
            return Err(Code::UnsupportedMediaType.into());
        }
        let mut body = body.await?;
        if body.bytes.is_empty() {
            body.bytes = Bytes::from_static(b"{}");
            Ok(body)
        } else if is_json {
            Ok(body)
        } else {
            Err(Code::UnsupportedMediaType.into())
        }
    }
}

/// Whether the body calls itself JSON: `application/json`, or a kind of it such as `application/vnd.api+json`.
fn is_json(request: &HttpRequest) -> bool {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let ends_in_json = subtype.len() > 5 && subtype[subtype.len() - 5..].eq_ignore_ascii_case("+json");
    kind.eq_ignore_ascii_case("application") && (subtype.eq_ignore_ascii_case("json") || ends_in_json)
}

/// Whether the body is sent as it is.
fn is_plain(request: &HttpRequest) -> bool {
    let mut encodings = request.headers().get_all(CONTENT_ENCODING);
    encodings.all(|encoding| encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity"))
}

/// Only an object is read: serde would take an array for a struct as well.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(Code::MalformedRequest.into());
    }
    match serde_json::from_slice(bytes) {
        Ok(body) => Ok(body),
        Err(error) => {
            let place = Error::new(Code::MalformedRequest)
                .with("line", error.line())
                .with("column", error.column());
            Err(place.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Body {
        name: Option<String>,
    }

    async fn read(content_type: &str, body: &'static str) -> Result<Option<String>, String> {
        let request = TestRequest::post()
            .insert_header((CONTENT_TYPE, content_type))
            .set_payload(body);
        let (request, mut payload) = request.to_http_parts();
        let read = ApiJson::<Body>::from_request(&request, &mut payload).await;
        read.map(|body| body.0.name).map_err(|failure| failure.to_string())
    }

    #[actix_web::test]
    async fn json_is_read_whatever_its_charset_and_kind() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/vnd.api+json",
        ] {
            assert_eq!(
                read(content_type, r#"{"name":"សុខ","other":1}"#).await,
                Ok(Some("សុខ".to_owned()))
            );
        }
    }

    #[actix_web::test]
    async fn another_type_is_not_read() {
        for content_type in [
            "text/plain",
            "application/x-json",
            "json",
            "text/json",
            "",
            "application/+json",
        ] {
            let refused = Err("UNSUPPORTED_MEDIA_TYPE".to_owned());
            assert_eq!(read(content_type, r#"{"name":"x"}"#).await, refused, "{content_type}");
        }
    }

    #[actix_web::test]
    async fn a_compressed_body_is_not_unpacked() {
        for (encoding, expected) in [
            ("identity", Ok(None)),
            ("gzip", Err("UNSUPPORTED_MEDIA_TYPE".to_owned())),
            ("br", Err("UNSUPPORTED_MEDIA_TYPE".to_owned())),
            ("identity, br", Err("UNSUPPORTED_MEDIA_TYPE".to_owned())),
        ] {
            let request = TestRequest::post()
                .insert_header((CONTENT_TYPE, "application/json"))
                .insert_header((CONTENT_ENCODING, encoding))
                .set_payload("{}");
            let (request, mut payload) = request.to_http_parts();
            let read = ApiJson::<Body>::from_request(&request, &mut payload).await;
            let read = read.map(|body| body.0.name).map_err(|failure| failure.to_string());
            assert_eq!(read, expected, "{encoding}");
        }
    }

    #[actix_web::test]
    async fn no_body_is_an_empty_object_of_any_type() {
        assert_eq!(read("text/plain", "").await, Ok(None));
    }

    #[actix_web::test]
    async fn what_is_no_object_of_the_right_types_is_malformed() {
        for body in [
            "{",
            "[]",
            r#"["x"]"#,
            "null",
            r#"{"name":5}"#,
            r#"{"name":"a","name":"b"}"#,
            "{} {}",
            " ",
        ] {
            assert_eq!(
                read("application/json", body).await,
                Err("MALFORMED_REQUEST".to_owned()),
                "{body}"
            );
        }
    }

    #[actix_web::test]
    async fn a_body_beyond_the_limit_is_not_read() {
        assert!(
            read(
                "application/json",
                Box::leak("x".repeat((1 << 20) + 1).into_boxed_str())
            )
            .await
            .unwrap_err()
            .contains("LARGE")
        );
    }
}
