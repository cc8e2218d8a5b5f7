//! Lists: a bare array, and the way to the next page in `Link`.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use das_tern_application::{Error, PageRequest};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::fields::Fields;

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// How many items.
    #[param(value_type = u32, required = false, minimum = 1, maximum = 100, default = 50)]
    limit: Option<String>,
    /// Where to go on, as `Link` gave it.
    #[param(value_type = String, required = false, min_length = 1)]
    cursor: Option<String>,
}

impl PageParams {
    pub(crate) fn parse(self) -> Result<PageRequest, Error> {
        let mut fields = Fields::default();
        let page = PageRequest {
            limit: fields.limit(self.limit.as_deref()),
            cursor: self.cursor,
        };
        fields.check(page)
    }
}

/// A page of a list, with a link to the next one where there is one.
pub(crate) fn answer(request: &HttpRequest, next: Option<&str>, items: &[impl Serialize]) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(cursor) = next {
        answer.insert_header((LINK, link(request.path(), request.query_string(), cursor)));
    }
    answer.json(items)
}

/// The same path and query with another cursor, relative to the host, which only a proxy may know.
fn link(path: &str, query: &str, cursor: &str) -> String {
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !is_cursor(pair));
    let mut url = format!("<{path}?");
    for pair in kept {
        url.push_str(pair);
        url.push('&');
    }
    url + "cursor=" + cursor + ">; rel=\"next\""
}

/// As the query is read, whatever is escaped in it.
fn is_cursor(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    percent_decode_str(name)
        .decode_utf8()
        .is_ok_and(|name| name == "cursor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_filters_and_replaces_the_cursor() {
        let first = link("/api/v1/doses/history", "status=MISSED&limit=5", "abc");
        assert_eq!(
            first,
            "</api/v1/doses/history?status=MISSED&limit=5&cursor=abc>; rel=\"next\""
        );
        let second = link("/api/v1/doses/history", "%63ursor=abc&limit=5", "def");
        assert_eq!(second, "</api/v1/doses/history?limit=5&cursor=def>; rel=\"next\"");
        assert_eq!(
            link("/api/v1/audit-logs", "", "abc"),
            "</api/v1/audit-logs?cursor=abc>; rel=\"next\""
        );
    }
}
