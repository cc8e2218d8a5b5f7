//! A client of the API: what a phone sends, and what it gets.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::Value;

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: format!("http://{address}/api/v1"),
            token: None,
            headers: Vec::new(),
        }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body.to_string())).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a multipart form, each part with its name, perhaps the name of a file, and its content.
    pub async fn post_form(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        const BOUNDARY: &str = "a-boundary-that-is-in-no-part";
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let mut request = self.http.post(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        let response = request.header("content-type", content_type).body(body).send().await;
        Self::answer(response.unwrap()).await
    }

    /// Asks, and reads no more than the head of the answer.
    pub async fn begin(&self, path: &str) -> reqwest::Response {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap()
    }

    async fn answer(response: reqwest::Response) -> Answer {
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// Sends a body as it is, as JSON unless a header of the client says otherwise.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        Self::answer(request.send().await.unwrap()).await
    }
}

impl Answer {
    /// The body of a success with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// An answer with this status and without a body.
    #[track_caller]
    pub fn expect_empty(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (status, ""));
    }

    #[track_caller]
    pub fn ok(&self) -> Value {
        self.expect(200)
    }

    /// The `error` of a failure with this status and code, in the shape that every failure has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        let error = &body["error"];
        assert_eq!(error["code"], code, "{}", self.text);
        assert_eq!(error["message"], body["message"]);
        for language in ["km", "en"] {
            assert!(
                error["messages"][language]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{}",
                self.text
            );
        }
        assert!(error["details"].is_object(), "{}", self.text);
        assert_eq!(error["requestId"].as_str().unwrap(), self.header("x-request-id"));
        error.clone()
    }

    /// The names of the fields that a 400 finds fault with, with their codes.
    #[track_caller]
    pub fn invalid_fields(&self) -> Vec<(String, String)> {
        let error = self.refused(400, "VALIDATION_ERROR");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let fields = error["details"]["fields"].as_array().unwrap();
        fields
            .iter()
            .map(|field| (text(&field["field"]), text(&field["code"])))
            .collect()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        value.to_str().unwrap().to_owned()
    }
}

/// The object has exactly these fields, in any order.
#[track_caller]
pub fn has_exactly<'a>(answer: &Value, fields: impl IntoIterator<Item = &'a str>) {
    let mut shown: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected: Vec<_> = fields.into_iter().collect();
    shown.sort_unstable();
    expected.sort_unstable();
    assert_eq!(shown, expected);
}
