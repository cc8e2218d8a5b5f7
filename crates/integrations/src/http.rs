//! HTTP as every provider is asked by it: bounded in time and size, never redirected, and never by a proxy that the
//! environment names.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::{Host, Url};

use crate::SetupError;
use crate::calls::Failure;

/// What a provider answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// How long a provider may take, to take up a connection and altogether.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) connect_ms: u32,
    pub(crate) whole_ms: u32,
}

pub(crate) fn client(patience: Patience) -> Result<Client, SetupError> {
    Client::builder()
        .connect_timeout(Duration::from_millis(patience.connect_ms.into()))
        .timeout(Duration::from_millis(patience.whole_ms.into()))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent("das-tern")
        .build()
        .map_err(|error| SetupError(root_cause(&error)))
}

/// Asks, and reads the whole answer, of at most `largest` bytes. Any status is an answer.
pub(crate) async fn exchange(request: RequestBuilder, largest: usize) -> Result<Answer, Failure> {
    let mut response = request.send().await.map_err(|error| unanswered(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if body.len() + chunk.len() > largest {
            return Err(Failure::unclear("the answer is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body,
    })
}

/// What a request that was not answered has done.
pub(crate) fn unanswered(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::undone(format!("no connection: {}", root_cause(error)))
    } else if error.is_timeout() {
        Failure::unclear("no answer in time")
    } else {
        Failure::unclear(format!("no answer: {}", root_cause(error)))
    }
}

/// What an answer other than a success means.
pub(crate) fn unsuccessful(status: StatusCode, headers: &HeaderMap) -> Failure {
    let why = format!("HTTP {}", status.as_u16());
    let failure = match status {
        StatusCode::TOO_MANY_REQUESTS => Failure::busy(why),
        // What stands between us cannot tell what happened behind it.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Failure::unclear(why),
        status if status.is_server_error() => Failure::undone(why),
        _ => Failure::refused(why),
    };
    failure.after(retry_after(headers))
}

/// How long the provider wants to be left alone: seconds, or an instant, by its own clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let instant = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok();
    (instant(asked)? - instant(text(DATE)?)?).try_into().ok()
}

/// The innermost cause; the outer ones may repeat the URL.
fn root_cause(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else {
        return "of an unknown kind".to_owned();
    };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Whether a URL is good enough for what we send there: HTTPS, or HTTP on this machine, without a password in it.
pub(crate) fn is_safe_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    let is_safe = match url.scheme() {
        "https" => url.has_host(),
        "http" => url.host().is_some_and(|host| is_loopback(&host)),
        _ => false,
    };
    is_bare && is_safe
}

/// Whether a host is this machine.
pub(crate) fn is_loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref().eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://api.twilio.com", true)]
    #[case("http://127.0.0.1:8080/x", true)]
    #[case("http://localhost", true)]
    #[case("http://[::1]:1", true)]
    #[case("http://api.twilio.com", false)]
    #[case("http://127.0.0.1.example.com", false)]
    #[case("https://user:secret@api.twilio.com", false)]
    #[case("https://api.twilio.com?key=secret", false)]
    #[case("ftp://localhost", false)]
    #[case("file:///etc/passwd", false)]
    #[case("api.twilio.com", false)]
    fn what_is_sent_over_a_network_is_encrypted(#[case] url: &str, #[case] is_safe: bool) {
        assert_eq!(is_safe_url(url), is_safe);
    }

    #[rstest]
    #[case(&[("retry-after", "7")], Some(7))]
    #[case(&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")], Some(30))]
    #[case(&[("retry-after", "Wed, 21 Oct 2015 07:27:00 GMT"), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")], None)]
    #[case(&[("retry-after", "Wed, 21 Oct 2015 07:28:30 GMT")], None)]
    #[case(&[("retry-after", "-1")], None)]
    #[case(&[("retry-after", "soon")], None)]
    #[case(&[], None)]
    fn patience_is_asked_for_in_seconds_or_until_an_instant(
        #[case] headers: &[(&'static str, &'static str)],
        #[case] seconds: Option<u64>,
    ) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs));
    }
}
