//! The page that shows the OpenAPI document. It comes with the binary and asks nobody else for anything.

use std::sync::{Arc, LazyLock};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ContentEncoding};
use actix_web::{HttpResponse, web};
use das_tern_application::{Error, Resource};
use utoipa_swagger_ui::Config;

use crate::error::Failure;
use crate::state::Shared;

/// The page's scripts and styles are our own; it styles its parts inline and its pictures are in the styles.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from("/api/v1/openapi.json");
    Arc::new(
        config
            .persist_authorization(true)
            .display_request_duration(true)
            .try_it_out_enabled(true),
    )
});

/// Mounts the page, and the addresses at which people look for it.
pub(super) fn mount(config: &mut web::ServiceConfig) {
    let home = || web::redirect("", "/api/v1/docs/").permanent();
    config
        .service(
            web::scope("/docs")
                .service(home())
                .service(web::redirect("/", "/api/v1/docs/").permanent()),
        )
        .service(
            web::scope("/api/v1/docs")
                .service(home())
                .route("/{file:.*}", web::get().to(page)),
        );
}

async fn page(file: web::Path<String>, state: Shared) -> Result<HttpResponse, Failure> {
    if !state.settings().docs {
        return Err(Error::missing(Resource::Route).into());
    }
    let file =
        utoipa_swagger_ui::serve(&file, Arc::clone(&PAGE)).map_err(|error| Error::internal(error.to_string()))?;
    let file = file.ok_or_else(|| Error::missing(Resource::Route))?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.content_type);
    answer
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "max-age=3600"));
    if file.gzpipped {
        answer.insert_header((CONTENT_ENCODING, ContentEncoding::Gzip));
    }
    Ok(answer.body(file.bytes.into_owned()))
}
