//! Registering, one-time codes, and new passwords for forgotten ones (rules §2).

mod answers;
mod doctor_form;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, post};
use das_tern_application::{Application, Code, Confirmation, LicenceFile};
use das_tern_domain::{AccountStatus, Language};

use super::auth::{MessageBody, device};
use crate::context::RequestContext;
use crate::error::Failure;
use crate::extract::{ApiJson, Caller};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, STORED, failures};
use answers::{ConfirmationBody, RegisteredBody, RegisteredDoctorBody, SentCodeBody, WaitingDoctorBody};
use doctor_form::{DoctorForm, DoctorFormBody};
use requests::{
    CodeRequest, DoctorRegistrationRequest, IdentifierRequest, PersonRegistrationRequest, ResetPasswordRequest,
};
pub(super) use requests::{birth, email, line, needed_line};

/// What only one account has.
const DUPLICATE: &[Code] = &[Code::DuplicatePhone, Code::DuplicateEmail];
/// Why no code is sent.
const UNSENT: &[Code] = &[Code::OtpCooldown, Code::OtpLocked];
/// Why a code is of no use.
const UNUSABLE: &[Code] = &[Code::OtpInvalid, Code::OtpExpired, Code::OtpLocked];

failures!(PersonFailures: ALWAYS, STORED, FIELDS, BODY, DUPLICATE, UNSENT, &[Code::DuplicateIdCard]);
failures!(DoctorFailures: ALWAYS, STORED, FIELDS, BODY, DUPLICATE, UNSENT, &[Code::DuplicateLicense]);
failures!(SendFailures: ALWAYS, STORED, FIELDS, BODY, UNSENT, &[Code::TokenExpired]);
failures!(ForgotFailures: ALWAYS, STORED, FIELDS, BODY, UNSENT);
failures!(
    ConfirmFailures: ALWAYS, STORED, FIELDS, BODY, UNUSABLE,
    &[Code::AccountRejected, Code::DuplicateEmail, Code::TokenExpired]
);
failures!(ResetFailures: ALWAYS, STORED, FIELDS, BODY, UNUSABLE);

/// Register as a patient.
///
/// A code goes to the phone, or to the e-mail address; the account can be used once it is confirmed. Registering again
/// before that starts anew, a minute later; the same again is the same. Where both were told and the code went to the phone,
/// the address is `pendingEmail` until a code of its own confirms it.
#[utoipa::path(
    operation_id = "registerPatient",
    tag = "auth",
    request_body = PersonRegistrationRequest,
    responses((status = 201, description = "Registered", body = RegisteredBody), PersonFailures),
)]
#[post("/auth/register/patient")]
pub(crate) async fn register_patient(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<PersonRegistrationRequest>,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    let patient = body.0.parse(app.registration_rules(), own_language(&context))?;
    app.register_patient(patient, context.ip).await?;
    Ok(registered(&app, context.language()))
}

/// Register as a family member.
///
/// As a patient does.
#[utoipa::path(
    operation_id = "registerFamily",
    tag = "auth",
    request_body = PersonRegistrationRequest,
    responses((status = 201, description = "Registered", body = RegisteredBody), PersonFailures),
)]
#[post("/auth/register/family")]
pub(crate) async fn register_family(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<PersonRegistrationRequest>,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    let member = body.0.parse(app.registration_rules(), own_language(&context))?;
    app.register_family(member, context.ip).await?;
    Ok(registered(&app, context.language()))
}

/// Register as a doctor.
///
/// As JSON, or as a form with a picture of the licence. After the code is confirmed, an administrator verifies the doctor.
#[utoipa::path(
    operation_id = "registerDoctor",
    tag = "auth",
    request_body(content(
        (DoctorRegistrationRequest = "application/json"),
        (DoctorFormBody = "multipart/form-data"),
    )),
    responses((status = 201, description = "Registered", body = RegisteredDoctorBody), DoctorFailures),
)]
#[post("/auth/register/doctor")]
pub(crate) async fn register_doctor(
    app: ThinData<Application>,
    request: HttpRequest,
    form: DoctorForm,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    let rules = app.registration_rules();
    let photo = form.photo.map(LicenceFile::of).transpose();
    let doctor = form.request.parse(photo, rules, own_language(&context))?;
    app.register_doctor(doctor, context.ip).await?;
    Ok(HttpResponse::Created().json(RegisteredDoctorBody {
        message: app.texts().sentence(context.language(), "doctor-registered", &[]),
        requires_otp: true,
        status: AccountStatus::PendingVerification,
    }))
}

/// Ask for another code.
///
/// For an account that is not confirmed yet, or, with one's access token, for the e-mail address that one is changing to.
/// Whether there is such an account, the answer does not tell. Once a minute, three times an hour.
#[utoipa::path(
    operation_id = "sendCode",
    tag = "auth",
    security((), ("accessToken" = [])),
    request_body = IdentifierRequest,
    responses((status = 200, description = "Sent, if there is such an account", body = SentCodeBody), SendFailures),
)]
#[post("/auth/otp/send")]
pub(crate) async fn send_code(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Caller,
    body: ApiJson<IdentifierRequest>,
) -> Result<HttpResponse, Failure> {
    let language = RequestContext::of(&request)?.language();
    let expires_in = app.send_code(body.0.parse()?, caller.0.as_ref()).await?;
    let message = app.texts().sentence(language, "code-sent", &[]);
    Ok(HttpResponse::Ok().json(SentCodeBody { message, expires_in }))
}

/// Confirm an account, or another e-mail address.
///
/// With the code that was sent. Answers a session, or, for a doctor who is not verified, where the account stands. For the
/// e-mail address that one is changing to, one's access token must come with it, and goes on. Five wrong codes lock the codes of the
/// identifier for 15 minutes.
#[utoipa::path(
    operation_id = "confirmCode",
    tag = "auth",
    security((), ("accessToken" = [])),
    request_body = CodeRequest,
    responses((status = 200, description = "Confirmed", body = ConfirmationBody<'static>), ConfirmFailures),
)]
#[post("/auth/otp/verify")]
pub(crate) async fn confirm_code(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Caller,
    body: ApiJson<CodeRequest>,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    let (identifier, code) = body.0.parse()?;
    let confirmation = app
        .confirm_code(&identifier, code, caller.0.as_ref(), device(&request), context.ip)
        .await?;
    Ok(HttpResponse::Ok().json(match &confirmation {
        Confirmation::SignedIn(session) => ConfirmationBody::from(&**session),
        Confirmation::Waiting(status) => ConfirmationBody::Waiting(WaitingDoctorBody {
            message: app.texts().sentence(context.language(), "doctor-confirmed", &[]),
            status: *status,
        }),
        Confirmation::EmailChanged => ConfirmationBody::Changed(MessageBody {
            message: app.texts().sentence(context.language(), "email-confirmed", &[]),
        }),
    }))
}

/// Ask for a code to set a new password.
///
/// Whether there is such an account, the answer does not tell.
#[utoipa::path(
    operation_id = "forgotPassword",
    tag = "auth",
    request_body = IdentifierRequest,
    responses((status = 200, description = "Sent, if there is such an account", body = MessageBody), ForgotFailures),
)]
#[post("/auth/forgot-password")]
pub(crate) async fn forgot_password(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<IdentifierRequest>,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    app.forgot_password(body.0.parse()?, context.ip).await?;
    let message = app.texts().sentence(context.language(), "reset-code-sent", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// Set a new password.
///
/// With the code that was sent for it. A lock ends, and so do all sessions.
#[utoipa::path(
    operation_id = "resetPassword",
    tag = "auth",
    request_body = ResetPasswordRequest,
    responses((status = 200, description = "Set", body = MessageBody), ResetFailures),
)]
#[post("/auth/reset-password-otp")]
pub(crate) async fn reset_password(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<ResetPasswordRequest>,
) -> Result<HttpResponse, Failure> {
    let context = RequestContext::of(&request)?;
    let (identifier, code, password) = body.0.parse()?;
    app.reset_password(&identifier, code, password, context.ip).await?;
    let message = app.texts().sentence(context.language(), "password-reset", &[]);
    Ok(HttpResponse::Ok().json(MessageBody { message }))
}

/// The language that somebody without an account reads: the one that they ask for, else Khmer.
fn own_language(context: &RequestContext) -> Language {
    context.asked_language.unwrap_or(Language::Khmer)
}

fn registered(app: &Application, language: Language) -> HttpResponse {
    HttpResponse::Created().json(RegisteredBody {
        message: app.texts().sentence(language, "registered", &[]),
        requires_otp: true,
    })
}
