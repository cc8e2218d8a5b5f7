use std::sync::Arc;

use actix_web::web::{Bytes, ThinData};
use das_tern_application::Application;

use crate::Settings;
use crate::app::{Offer, described};
use crate::extract::Incoming;
use crate::routes::Verbs;

/// What every worker answers from. Cheap to clone.
#[derive(Clone)]
pub struct State(Arc<Parts>);

struct Parts {
    application: Application,
    settings: Settings,
    document: Bytes,
    verbs: Verbs,
    health_verbs: Verbs,
    incoming: Incoming,
    render_metrics: Box<dyn Fn() -> String + Send + Sync>,
}

/// [`State`] as handlers take it.
pub(crate) type Shared = ThinData<State>;

impl State {
    /// Puts together what every worker answers from. `render_metrics` writes the metrics in Prometheus' format.
    pub fn new(
        application: Application,
        settings: Settings,
        render_metrics: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        let document = crate::openapi();
        Self(Arc::new(Parts {
            application,
            settings,
            document: document.to_json().unwrap_or_default().into(),
            verbs: Verbs::of(&document),
            health_verbs: Verbs::of(&described(Offer::Health)),
            incoming: Incoming::default(),
            render_metrics: Box::new(render_metrics),
        }))
    }

    pub(crate) fn application(&self) -> &Application {
        &self.0.application
    }

    /// What its clients are sending.
    pub(crate) fn incoming(&self) -> &Incoming {
        &self.0.incoming
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The OpenAPI document, serialised.
    pub(crate) fn document(&self) -> Bytes {
        self.0.document.clone()
    }

    /// The verbs of every path that is offered.
    pub(crate) fn verbs(&self, offer: Offer) -> Verbs {
        match offer {
            Offer::Everything => self.0.verbs.clone(),
            Offer::Health => self.0.health_verbs.clone(),
        }
    }

    pub(crate) fn metrics(&self) -> String {
        (self.0.render_metrics)()
    }
}
