//! One's own account: profile, storage, meals and notifications, and the doctors to choose from (rules §2, §5, §9).

mod answers;
mod leaving;
mod requests;

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, get, patch, put};
use das_tern_application::{Application, Code, OwnProfile};

use crate::conditions;
use crate::error::Failure;
use crate::extract::{ApiJson, ApiQuery, Authenticated};
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, SIGNED_IN, STORED, failures};
use crate::pages;
use answers::{FoundDoctorBody, MealTimesBody, PreferencesBody, ProfileBody, StorageBody};
pub(crate) use leaving::{export, leave};
use requests::{DoctorParams, EditProfileRequest, GracePeriodRequest, MealTimesRequest, PreferencesRequest};

failures!(ShowFailures: ALWAYS, STORED, SIGNED_IN);
failures!(
    EditFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY,
    &[Code::StaleVersion, Code::DuplicateEmail, Code::OtpCooldown, Code::OtpLocked],
    &[Code::InvalidCredentials, Code::AccountLocked]
);
failures!(OwnFailures: ALWAYS, STORED, SIGNED_IN, &[Code::Forbidden]);
failures!(ChooseFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY, &[Code::Forbidden]);
failures!(PreferenceFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, BODY);
failures!(SearchFailures: ALWAYS, STORED, SIGNED_IN, FIELDS, &[Code::Forbidden]);

/// Who I am.
///
/// With storage, a greeting, and a patient's progress today. `If-None-Match` with the `ETag` of an earlier answer answers
/// 304 as long as nothing of it has changed; for `If-Match` it counts only what one may change.
#[utoipa::path(
    operation_id = "ownProfile",
    tag = "users",
    security(("accessToken" = [])),
    responses(
        (status = 200, description = "The profile", body = ProfileBody<'static>, headers(("ETag" = String, description = "Its version"))),
        (status = 304, description = "Unchanged"),
        ShowFailures,
    ),
)]
#[get("/users/me")]
pub(crate) async fn me(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
) -> Result<HttpResponse, Failure> {
    let profile = app.own_profile(&caller.actor).await?;
    Ok(conditions::shown(
        &request,
        &profile.version(caller.language),
        body(&app, &profile, &caller),
    ))
}

/// Change my profile.
///
/// What is not named stays. A doctor's licence and specialty change only through verification. Another e-mail address is
/// `pendingEmail` until the code that is sent to it comes back through `POST /auth/otp/verify`, with one's access token; it
/// asks for `currentPassword`. Whoever signs in with Google alone sets a password first, by `POST /auth/forgot-password`. A
/// stale `If-Match` changes nothing.
#[utoipa::path(
    operation_id = "editOwnProfile",
    tag = "users",
    security(("accessToken" = [])),
    request_body = EditProfileRequest,
    responses((status = 200, description = "The profile now", body = ProfileBody<'static>), EditFailures),
)]
#[patch("/users/me")]
pub(crate) async fn edit(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    edit: ApiJson<EditProfileRequest>,
) -> Result<HttpResponse, Failure> {
    let expected = conditions::expected(&request);
    let change = edit.0.parse(app.registration_rules(), expected)?;
    let profile = app.edit_profile(&caller.actor, change).await?;
    Ok(conditions::changed(
        &profile.version(caller.language),
        body(&app, &profile, &caller),
    ))
}

/// Choose my grace period.
///
/// How long after its time a new dose still counts as on time. Doses that exist keep theirs.
#[utoipa::path(
    operation_id = "chooseGracePeriod",
    tag = "users",
    security(("accessToken" = [])),
    request_body = GracePeriodRequest,
    responses((status = 200, description = "The profile now", body = ProfileBody<'static>), ChooseFailures),
)]
#[patch("/users/me/grace-period")]
pub(crate) async fn choose_grace_period(
    app: ThinData<Application>,
    caller: Authenticated,
    chosen: ApiJson<GracePeriodRequest>,
) -> Result<HttpResponse, Failure> {
    let profile = app.choose_grace_period(&caller.actor, chosen.0.parse()?).await?;
    Ok(conditions::changed(
        &profile.version(caller.language),
        body(&app, &profile, &caller),
    ))
}

/// My storage.
///
/// What it is used for is an estimate and may be five minutes old.
#[utoipa::path(
    operation_id = "ownStorage",
    tag = "users",
    security(("accessToken" = [])),
    responses((status = 200, description = "In bytes", body = StorageBody), ShowFailures),
)]
#[get("/users/storage")]
pub(crate) async fn storage(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let used = app.storage_use(&caller.actor).await?;
    Ok(HttpResponse::Ok().json(StorageBody::from(used)))
}

/// When I eat.
///
/// The usual hours where nothing was told.
#[utoipa::path(
    operation_id = "mealTimes",
    tag = "users",
    security(("accessToken" = [])),
    responses((status = 200, description = "The ranges", body = MealTimesBody), OwnFailures),
)]
#[get("/onboarding/meal-times")]
pub(crate) async fn meal_times(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let told = app.meal_times(&caller.actor).await?;
    Ok(HttpResponse::Ok().json(MealTimesBody::from(told)))
}

/// Tell when I eat.
///
/// Due doses to come move with the meals; past ones never change.
#[utoipa::path(
    operation_id = "tellMealTimes",
    tag = "users",
    security(("accessToken" = [])),
    request_body = MealTimesRequest,
    responses((status = 200, description = "The ranges now", body = MealTimesBody), ChooseFailures),
)]
#[put("/onboarding/meal-times")]
pub(crate) async fn tell_meal_times(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<MealTimesRequest>,
) -> Result<HttpResponse, Failure> {
    let told = app.tell_meal_times(&caller.actor, body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(MealTimesBody::from(told)))
}

/// What I am told.
///
/// Each type of notification, and whether it comes.
#[utoipa::path(
    operation_id = "notificationPreferences",
    tag = "users",
    security(("accessToken" = [])),
    responses((status = 200, description = "Type by type", body = PreferencesBody), ShowFailures),
)]
#[get("/notifications/preferences")]
pub(crate) async fn preferences(app: ThinData<Application>, caller: Authenticated) -> Result<HttpResponse, Failure> {
    let chosen = app.notification_preferences(&caller.actor).await?;
    Ok(HttpResponse::Ok().json(PreferencesBody::from(&chosen)))
}

/// Choose what I am told.
///
/// A type that is not named comes. Urgent changes and safety alerts cannot be switched off.
#[utoipa::path(
    operation_id = "chooseNotifications",
    tag = "users",
    security(("accessToken" = [])),
    request_body = PreferencesRequest,
    responses((status = 200, description = "Type by type", body = PreferencesBody), PreferenceFailures),
)]
#[put("/notifications/preferences")]
pub(crate) async fn choose_preferences(
    app: ThinData<Application>,
    caller: Authenticated,
    body: ApiJson<PreferencesRequest>,
) -> Result<HttpResponse, Failure> {
    let chosen = app.choose_notifications(&caller.actor, body.0.parse()?).await?;
    Ok(HttpResponse::Ok().json(PreferencesBody::from(&chosen)))
}

/// Doctors to choose from.
///
/// Verified ones, by name in the order of the Khmer alphabet, whose name, clinic, specialty or licence has the text in it.
#[utoipa::path(
    operation_id = "findDoctors",
    tag = "users",
    security(("accessToken" = [])),
    params(DoctorParams),
    responses(
        (status = 200, description = "A page", body = [FoundDoctorBody<'static>], headers(("Link" = String, description = "The next page, where there is one"))),
        SearchFailures,
    ),
)]
#[get("/doctors")]
pub(crate) async fn find_doctors(
    app: ThinData<Application>,
    request: HttpRequest,
    caller: Authenticated,
    query: ApiQuery<DoctorParams>,
) -> Result<HttpResponse, Failure> {
    let page = app.find_doctors(&caller.actor, query.0.parse()?).await?;
    let doctors: Vec<_> = page.items.iter().map(FoundDoctorBody::from).collect();
    Ok(pages::answer(&request, page.next.as_deref(), &doctors))
}

fn body<'a>(app: &Application, profile: &'a OwnProfile, caller: &Authenticated) -> ProfileBody<'a> {
    ProfileBody::new(profile, app.texts(), caller.language)
}
