use std::cell::Cell;
use std::net::{IpAddr, Ipv4Addr};

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, X_FORWARDED_FOR,
};
use das_tern_application::LimitClass;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::headers::X_REQUEST_ID;
use crate::context::{Bearer, RequestContext};
use crate::network::client_address;
use crate::{State, language, routes};

/// Where the administrator's key stands.
const X_ADMIN_KEY: HeaderName = HeaderName::from_static("x-admin-key");

/// The longest request id that is taken over from a client.
const LONGEST_REQUEST_ID: usize = 64;

/// Finds out who asks from where, and counts the request.
pub(super) async fn receive(state: &State, request: &mut ServiceRequest) -> RequestContext {
    soften_encodings(request.headers_mut());
    let headers = request.headers();
    let ip = client_of(state, request);
    let bearer = bearer_of(state, headers);
    // The path as the router reads it: one that is written with %-escapes is limited like the plain one.
    let path = request.match_info().as_str();
    let is_administrator = path.starts_with(routes::ADMIN_PREFIX)
        && text(headers, &X_ADMIN_KEY).is_some_and(|key| state.application().is_administrator(key));
    let (class, claims) = match &bearer {
        _ if is_administrator => (LimitClass::Administrator, None),
        _ if path.starts_with(routes::ADMIN_PREFIX) => (LimitClass::Auth, None),
        Bearer::Verified(claims) if routes::SIGN_IN_PATHS.contains(&path) => (LimitClass::Auth, Some(claims)),
        _ if routes::SIGN_IN_PATHS.contains(&path) => (LimitClass::Auth, None),
        Bearer::Verified(claims) => (LimitClass::General, Some(claims)),
        Bearer::Absent | Bearer::Unusable(_) => (LimitClass::Anonymous, None),
    };
    let admission = state.application().admit(class, ip, claims).await;
    RequestContext {
        request_id: request_id(headers),
        ip,
        admission,
        asked_language: text(headers, &ACCEPT_LANGUAGE).and_then(language::asked_for),
        relies_on_token: Cell::new(false),
        own_language: Cell::new(None),
        bearer,
        is_administrator,
    }
}

/// A client that refuses some encodings (`q=0`) gets plain bytes, which nobody can refuse sensibly, instead of 406.
fn soften_encodings(headers: &mut HeaderMap) {
    let refuses = |entry: &str| {
        entry
            .split_once(';')
            .is_some_and(|(_, parameters)| language::quality(parameters) == 0.0)
    };
    if text(headers, &ACCEPT_ENCODING).is_some_and(|accepted| accepted.split(',').any(refuses)) {
        headers.remove(ACCEPT_ENCODING);
    }
}

fn client_of(state: &State, request: &ServiceRequest) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let trusted = &state.settings().trusted_proxies;
    if trusted.is_empty() {
        return peer.to_canonical();
    }
    let lines: Vec<_> = request
        .headers()
        .get_all(X_FORWARDED_FOR)
        .filter_map(|line| line.to_str().ok())
        .collect();
    client_address(peer, lines.into_iter(), trusted)
}

fn bearer_of(state: &State, headers: &HeaderMap) -> Bearer {
    match text(headers, &AUTHORIZATION).and_then(bearer_token) {
        None => Bearer::Absent,
        Some(token) => match state.application().read_access_token(token) {
            Ok(claims) => Bearer::Verified(claims),
            Err(why) => Bearer::Unusable(why),
        },
    }
}

/// The token of an `Authorization: Bearer …`.
pub(crate) fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The given request id, when it is harmless, or a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(&X_REQUEST_ID).filter(|id| is_harmless(id.as_bytes()));
    given.cloned().unwrap_or_else(new_request_id)
}

fn is_harmless(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_REQUEST_ID).contains(&id.len()) && id.iter().all(plain)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a request's id is nothing that a test holds still"
)]
fn new_request_id() -> HeaderValue {
    let mut text = [0; Hyphenated::LENGTH];
    let id = Uuid::now_v7().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_harmless_request_id_is_taken_over() {
        assert!(is_harmless(b"phone-42_A") && is_harmless(&[b'x'; 64]));
        assert!(
            ![&b""[..], b"a b", b"<script>", b"a\r\nb", &[b'x'; 65]]
                .into_iter()
                .any(is_harmless)
        );
    }

    #[test]
    fn a_new_request_id_is_harmless_too() {
        assert!(is_harmless(new_request_id().as_bytes()));
    }

    #[test]
    fn a_token_follows_its_scheme() {
        assert_eq!(bearer_token("Bearer abc"), Some("abc"));
        assert_eq!(bearer_token("bearer  abc"), Some("abc"));
        for header in ["Bearer", "Bearer ", "Basic abc", "abc", ""] {
            assert_eq!(bearer_token(header), None, "{header}");
        }
    }
}
