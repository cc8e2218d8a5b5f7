//! The HTTP face of Das Tern: routes, shapes, errors and the OpenAPI document.
//!
//! This crate translates between HTTP and `das-tern-application`. It knows no database and no Redis, decides nothing, and
//! has the only status codes. It may depend on the application, the domain and the web framework.
//!
//! The binary and the tests serve it in the same way, and another service can mount more beside it:
//!
//! ```no_run
//! use actix_web::HttpServer;
//! use das_tern_application::Application;
//! use das_tern_http::{Offer, Settings, State};
//!
//! async fn serve(application: Application) -> std::io::Result<()> {
//!     let state = State::new(application, Settings::default(), String::new);
//!     HttpServer::new(move || das_tern_http::app(state.clone(), Offer::Everything)).bind(("127.0.0.1", 8080))?.run().await
//! }
//! ```
//!
//! To add an endpoint: a handler of 5 to 10 lines in `routes/<nouns>/mod.rs`, with its documentation; what it reads in
//! `requests.rs`, where every invalid field is told at once; what it shows in `answers.rs`; a line in `routes::mount_all`.
//! A new code of failure needs no change here: its kind has its status.

mod app;
mod conditions;
mod context;
mod created;
mod error;
mod extract;
mod fields;
mod language;
mod middleware;
mod network;
mod openapi;
mod pages;
mod routes;
mod settings;
mod state;

pub use app::{Offer, app, openapi};
pub use network::{InvalidNetwork, Network};
pub use settings::Settings;
pub use state::State;
