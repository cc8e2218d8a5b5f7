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

use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use doses::DoseBody;
pub(crate) use fallback::Verbs;

/// Where people register, sign in or stay signed in: limited by address, more strictly than the rest (rules §13).
pub(crate) const SIGN_IN_PATHS: &[&str] = &[
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
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

/// Mounts every route.
pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    // Before the scope, which answers for everything under its prefix.
    config.map(docs::mount);
    config.service(
        scope("/api/v1")
            .service(auth::log_in)
            .service(auth::refresh)
            .service(auth::log_out)
            .service(auth::me)
            .service(accounts::register_patient)
            .service(accounts::register_family)
            .service(accounts::register_doctor)
            .service(accounts::send_code)
            .service(accounts::confirm_code)
            .service(accounts::forgot_password)
            .service(accounts::reset_password)
            .service(auth::change_password)
            .service(auth::log_out_everywhere)
            .service(auth::list_sessions)
            .service(auth::end_session)
            .service(auth::set_pin)
            .service(auth::verify_pin)
            .service(auth::sign_in_with_google)
            .service(doses::schedule)
            .service(doses::history)
            .service(doses::take)
            .service(doses::skip)
            .service(doses::move_reminder)
            .service(prescriptions::list)
            .service(prescriptions::show)
            .service(prescriptions::prescribe)
            .service(prescriptions::make_own)
            .service(prescriptions::edit)
            .service(prescriptions::confirm)
            .service(prescriptions::reject)
            .service(prescriptions::ask_for_retake)
            .service(prescriptions::accept_changes)
            .service(prescriptions::decline_changes)
            .service(prescriptions::pause)
            .service(prescriptions::resume)
            .service(prescriptions::stop)
            .service(prescriptions::delete)
            .service(prescriptions::list_versions)
            .service(prescriptions::show_version)
            .service(prescriptions::add_medicine)
            .service(prescriptions::record_intake)
            .service(users::me)
            .service(users::edit)
            .service(users::leave)
            .service(users::export)
            .service(users::choose_grace_period)
            .service(users::storage)
            .service(users::meal_times)
            .service(users::tell_meal_times)
            .service(users::preferences)
            .service(users::choose_preferences)
            .service(users::find_doctors)
            .configure(mount_connections)
            .service(doctor::dashboard)
            .service(doctor::patients)
            .service(doctor::details)
            .service(doctor::prescriptions)
            .service(administration::doctors)
            .service(administration::verify)
            .service(administration::reject)
            .service(audit_logs::list)
            .service(health::health)
            .service(health::live)
            .service(health::ready)
            .service(system::metrics)
            .service(system::document),
    );
    // The short addresses, for people and for machines that look there first.
    config.map(|config| {
        config
            .service(health::health)
            .service(health::live)
            .service(health::ready)
            .service(system::document)
    });
}

/// Mounts who is connected with whom, which is a third of the routes.
fn mount_connections(config: &mut ServiceConfig<'_>) {
    config
        .service(connections::list)
        .service(connections::ask)
        .service(connections::caregivers)
        .service(connections::patients)
        .service(connections::history)
        .service(connections::make_code)
        .service(connections::check_code)
        .service(connections::use_code)
        .service(connections::invite)
        .service(connections::invitations)
        .service(connections::accept_invitation)
        .service(connections::withdraw_invitation)
        .service(connections::nudge)
        .service(connections::answer_nudge)
        .service(connections::pending_for_doctor)
        .service(connections::accept_as_doctor)
        .service(connections::reject_as_doctor)
        // After the fixed addresses under the same path.
        .service(connections::show)
        .service(connections::accept)
        .service(connections::decline)
        .service(connections::revoke)
        .service(connections::set_permission)
        .service(connections::switch_alerts)
        .service(connections::ask_access)
        .service(connections::list_access_requests)
        .service(connections::approve_access)
        .service(connections::deny_access);
}

/// Mounts what tells how a process is doing, and nothing else.
pub(crate) fn mount_health(config: &mut ServiceConfig<'_>) {
    config.service(
        scope("/api/v1")
            .service(health::health)
            .service(health::live)
            .service(health::ready)
            .service(system::metrics),
    );
    config.map(|config| {
        config
            .service(health::health)
            .service(health::live)
            .service(health::ready)
    });
}
