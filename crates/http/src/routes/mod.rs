//! The routes, by noun. Each handler takes what it needs from the request, makes one call, and presents the answer.

mod accounts;
mod administration;
mod audit_logs;
mod auth;
mod connections;
mod docs;
mod doctor;
mod doses;
mod fallback;
mod health;
mod prescriptions;
mod secrets;
mod system;
mod users;

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig as Described;

pub(crate) use doses::DoseBody;
pub(crate) use fallback::Verbs;

use crate::app::Offer;

/// Where people register, sign in or use a code: limited by address, more strictly than the rest (rules §13). Staying signed in
/// is not among them: it takes a token that we issued, and thousands of phones do it from behind one address.
pub(crate) const SIGN_IN_PATHS: &[&str] = &[
    "/api/v1/auth/login",
    "/api/v1/auth/register/patient",
    "/api/v1/auth/register/family",
    "/api/v1/auth/register/doctor",
    "/api/v1/auth/otp/send",
    "/api/v1/auth/otp/verify",
    "/api/v1/auth/forgot-password",
    "/api/v1/auth/reset-password-otp",
    "/api/v1/auth/google",
];

/// Where administration is: by its key, and without limits for whoever has it (rules §13).
pub(crate) const ADMIN_PREFIX: &str = "/api/v1/admin/";

/// What routes are mounted on: the server, which needs no description of them, or the document, which needs nothing else.
/// A server that described itself would do so in each of its threads.
pub(crate) trait Routes {
    /// Mounts a route.
    fn add<R: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: R) -> &mut Self;
}

impl Routes for web::ServiceConfig {
    fn add<R: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: R) -> &mut Self {
        self.service(route)
    }
}

impl Routes for Described<'_> {
    fn add<R: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, route: R) -> &mut Self {
        self.service(route)
    }
}

/// Mounts every route.
pub(crate) fn mount(config: &mut web::ServiceConfig) {
    // Before the scope, which answers for everything under its prefix.
    docs::mount(config);
    config.service(web::scope("/api/v1").configure(mount_all));
    // The short addresses, for people and for machines that look there first.
    mount_probes(config);
    config.add(system::document);
}

/// Mounts what tells how a process is doing, and nothing else.
pub(crate) fn mount_health(config: &mut web::ServiceConfig) {
    config.service(web::scope("/api/v1").configure(mount_all_health));
    mount_probes(config);
}

/// Describes what is mounted under `/api/v1`.
pub(crate) fn describe(offer: Offer, config: &mut Described<'_>) {
    let scope = scope("/api/v1");
    match offer {
        Offer::Everything => config.service(scope.configure(|routes| mount_all(routes))),
        Offer::Health => config.service(scope.configure(|routes| mount_all_health(routes))),
    };
}

fn mount_all(routes: &mut impl Routes) {
    routes
        .add(auth::log_in)
        .add(auth::refresh)
        .add(auth::log_out)
        .add(auth::me)
        .add(accounts::register_patient)
        .add(accounts::register_family)
        .add(accounts::register_doctor)
        .add(accounts::send_code)
        .add(accounts::confirm_code)
        .add(accounts::forgot_password)
        .add(accounts::reset_password)
        .add(auth::change_password)
        .add(auth::log_out_everywhere)
        .add(auth::list_sessions)
        .add(auth::end_session)
        .add(auth::set_pin)
        .add(auth::verify_pin)
        .add(auth::sign_in_with_google)
        .add(doses::schedule)
        .add(doses::history)
        .add(doses::take)
        .add(doses::skip)
        .add(doses::move_reminder)
        .add(prescriptions::list)
        .add(prescriptions::show)
        .add(prescriptions::prescribe)
        .add(prescriptions::make_own)
        .add(prescriptions::edit)
        .add(prescriptions::confirm)
        .add(prescriptions::reject)
        .add(prescriptions::ask_for_retake)
        .add(prescriptions::accept_changes)
        .add(prescriptions::decline_changes)
        .add(prescriptions::pause)
        .add(prescriptions::resume)
        .add(prescriptions::stop)
        .add(prescriptions::delete)
        .add(prescriptions::list_versions)
        .add(prescriptions::show_version)
        .add(prescriptions::add_medicine)
        .add(prescriptions::record_intake)
        .add(users::me)
        .add(users::edit)
        .add(users::leave)
        .add(users::export)
        .add(users::choose_grace_period)
        .add(users::storage)
        .add(users::meal_times)
        .add(users::tell_meal_times)
        .add(users::preferences)
        .add(users::choose_preferences)
        .add(users::find_doctors);
    mount_connections(routes);
    routes
        .add(doctor::dashboard)
        .add(doctor::patients)
        .add(doctor::details)
        .add(doctor::prescriptions)
        .add(administration::doctors)
        .add(administration::verify)
        .add(administration::reject)
        .add(audit_logs::list)
        .add(system::document);
    mount_all_health(routes);
}

fn mount_all_health(routes: &mut impl Routes) {
    mount_probes(routes);
    routes.add(system::metrics);
}

fn mount_probes(routes: &mut impl Routes) {
    routes.add(health::health).add(health::live).add(health::ready);
}

/// Mounts who is connected with whom, which is a third of the routes.
fn mount_connections(routes: &mut impl Routes) {
    routes
        .add(connections::list)
        .add(connections::ask)
        .add(connections::caregivers)
        .add(connections::patients)
        .add(connections::history)
        .add(connections::make_code)
        .add(connections::check_code)
        .add(connections::use_code)
        .add(connections::invite)
        .add(connections::invitations)
        .add(connections::accept_invitation)
        .add(connections::withdraw_invitation)
        .add(connections::nudge)
        .add(connections::answer_nudge)
        .add(connections::pending_for_doctor)
        .add(connections::accept_as_doctor)
        .add(connections::reject_as_doctor)
        // After the fixed addresses under the same path.
        .add(connections::show)
        .add(connections::accept)
        .add(connections::decline)
        .add(connections::revoke)
        .add(connections::set_permission)
        .add(connections::switch_alerts)
        .add(connections::ask_access)
        .add(connections::list_access_requests)
        .add(connections::approve_access)
        .add(connections::deny_access);
}
