use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::ResourceDef;
use actix_web::http::header::HeaderValue;
use das_tern_application::{Error, Resource};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::PathItem;

use crate::error::Failure;

/// The verbs of every path of the document, for requests that met no route.
#[derive(Clone)]
pub(crate) struct Verbs(Arc<[(ResourceDef, HeaderValue)]>);

impl Verbs {
    /// The verbs that the document names, at their short addresses, too, and those of its page.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        let documented = paths.filter_map(|(path, item)| {
            let short = path.strip_prefix("/api/v1").filter(|short| has_short_address(short));
            let addresses: Vec<&str> = [Some(path.as_str()), short].into_iter().flatten().collect();
            Some((ResourceDef::new(addresses), allow(item)?))
        });
        let page = ResourceDef::prefix(vec!["/docs", "/api/v1/docs"]);
        let page = (page, HeaderValue::from_static("GET"));
        Self(documented.chain([page]).collect())
    }

    /// Why a request met the wrong route: its path is a fixed one with other verbs, and only looks like that of a thing.
    pub(crate) fn refuse_fixed(&self, request: &HttpRequest) -> Option<Failure> {
        let path = request.match_info().as_str();
        let is_it = |pattern: &ResourceDef| pattern.pattern() == Some(path);
        let (_, allow) = self.0.iter().find(|(pattern, _)| is_it(pattern))?;
        Some(Failure::wrong_method(allow.clone()))
    }

    /// Why a request met no route: its path has other verbs, or there is no such path.
    pub(crate) fn refuse(&self, request: &HttpRequest) -> Failure {
        let path = request.match_info().as_str();
        match self.0.iter().find(|(pattern, _)| pattern.is_match(path)) {
            Some((_, allow)) => Failure::wrong_method(allow.clone()),
            None => Error::missing(Resource::Route).into(),
        }
    }
}

/// Whether people and machines find it without the prefix, too; see `mount`.
fn has_short_address(path: &str) -> bool {
    path == "/openapi.json" || path == "/health" || path.starts_with("/health/")
}

/// The value of `Allow` for a path.
fn allow(item: &PathItem) -> Option<HeaderValue> {
    let verbs = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let present: Vec<_> = verbs
        .into_iter()
        .filter(|(_, operation)| operation.is_some())
        .map(|(verb, _)| verb)
        .collect();
    HeaderValue::from_str(&present.join(", "))
        .ok()
        .filter(|_| !present.is_empty())
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::header::ALLOW;
    use actix_web::test::TestRequest;

    use super::*;

    fn refused(path: &str) -> (u16, Option<String>) {
        let verbs = Verbs::of(&crate::openapi());
        let answer = verbs
            .refuse(&TestRequest::with_uri(path).to_http_request())
            .error_response();
        let allow = answer
            .headers()
            .get(ALLOW)
            .map(|allow| allow.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allow)
    }

    #[test]
    fn a_known_path_says_what_it_may_be_called_with() {
        assert_eq!(refused("/api/v1/auth/login"), (405, Some("POST".to_owned())));
        assert_eq!(refused("/api/v1/doses/42/taken"), (405, Some("PATCH".to_owned())));
        for path in [
            "/health",
            "/health/ready",
            "/openapi.json",
            "/docs",
            "/api/v1/docs/",
            "/api/v1/docs/index.html",
        ] {
            assert_eq!(refused(path), (405, Some("GET".to_owned())), "{path}");
        }
    }

    #[test]
    fn an_unknown_path_is_not_found() {
        assert_eq!(refused("/api/v1/nowhere"), (404, None));
        assert_eq!(refused("/api/v1/auth/login/more"), (404, None));
        assert_eq!(refused("/auth/login"), (404, None));
        assert_eq!(refused("/docsx"), (404, None));
    }
}
