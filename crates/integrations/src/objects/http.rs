//! How the store's library speaks HTTP: with our client, and with failures that keep what was answered.

use std::time::Duration;

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Client, StatusCode};

use crate::calls::Failure;
use crate::http::unsuccessful;

/// Everything but objects, such as a list of keys, is smaller than this, in bytes.
const LARGEST_OTHER: u64 = 4 << 20;

/// Lends our client to the library.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    pub(super) client: Client,
    /// The largest answer that is read, in bytes.
    pub(super) largest: u64,
}

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("HTTP {}", status.as_u16())]
pub(super) struct Unsuccessful {
    status: StatusCode,
    headers: HeaderMap,
}

impl Unsuccessful {
    pub(super) fn failure(&self) -> Failure {
        unsuccessful(self.status, &self.headers)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the answer is too large")]
pub(super) struct TooLarge;

#[async_trait]
impl HttpService for Connector {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.client.call(request).await?;
        let status = response.status();
        if !status.is_success() && status != StatusCode::NOT_FOUND {
            let headers = response.headers().clone();
            return Err(HttpError::new(HttpErrorKind::Unknown, Unsuccessful { status, headers }));
        }
        let length = response.headers().get(CONTENT_LENGTH);
        let length: Option<u64> = length.and_then(|length| length.to_str().ok()?.parse().ok());
        if length.is_some_and(|length| length > self.largest.max(LARGEST_OTHER)) {
            return Err(HttpError::new(HttpErrorKind::Decode, TooLarge));
        }
        Ok(response)
    }
}

/// How long the library may repeat by itself: not at all, since that is done for all providers in one place.
pub(super) fn no_repetition() -> object_store::RetryConfig {
    object_store::RetryConfig {
        max_retries: 0,
        retry_timeout: Duration::ZERO,
        ..object_store::RetryConfig::default()
    }
}
