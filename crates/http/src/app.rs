use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::Compress;
use actix_web::web::{self, ThinData};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

use crate::middleware::{Envelope, cors, gate};
use crate::openapi::{Frame, polish};
use crate::routes;
use crate::state::State;

/// What a process answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// All of it.
    Everything,
    /// Health and metrics, of a process whose work is something else.
    Health,
}

/// Everything under `/api/v1`, or its health alone, with the middleware around it: what a thread of the server answers
/// with. Another service can mount more beside it.
pub fn app(
    state: State,
    offer: Offer,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let cors = cors(state.settings());
    let mount = match offer {
        Offer::Everything => routes::mount,
        Offer::Health => routes::mount_health,
    };
    let verbs = state.verbs(offer);
    App::new()
        .app_data(ThinData(state.application().clone()))
        .app_data(ThinData(state.clone()))
        .configure(mount)
        .default_service(web::to(move |request: actix_web::HttpRequest| {
            let refused = verbs.refuse(&request);
            async move { Err::<actix_web::HttpResponse, _>(refused) }
        }))
        .wrap_fn(gate)
        .wrap(Compress::default())
        .wrap(cors)
        .wrap(Envelope::new(state))
}

/// The document that describes the API, in OpenAPI 3.1.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = described(Offer::Everything);
    polish(&mut document);
    document
}

/// The document of what is offered, as the handlers describe it.
pub(crate) fn described(offer: Offer) -> utoipa::openapi::OpenApi {
    let app = App::new().into_utoipa_app().openapi(Frame::openapi());
    app.configure(|config| routes::describe(offer, config))
        .split_for_parts()
        .1
}
