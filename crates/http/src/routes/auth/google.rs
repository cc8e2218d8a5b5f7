//! Signing in with Google.

use actix_web::web::ThinData;
use actix_web::{HttpRequest, HttpResponse, post};
use das_tern_application::{Application, Code, Error, GoogleSignIn};
use das_tern_domain::RequestedRole;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answers::SessionBody;
use super::{ACCOUNT, device};
use crate::context::RequestContext;
use crate::error::Failure;
use crate::extract::ApiJson;
use crate::fields::Fields;
use crate::openapi::failures::{ALWAYS, BODY, FIELDS, STORED, failures};
use crate::routes::secrets::required_secret;

failures!(
    GoogleFailures: ALWAYS, STORED, FIELDS, BODY, ACCOUNT,
    &[Code::Unauthenticated, Code::AccountLocked, Code::DuplicateEmail]
);

/// Who signs in, as Google says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GoogleRequest {
    /// The ID token that Google gave the app.
    #[schema(value_type = String, required = true, min_length = 1)]
    id_token: Option<SecretString>,
    /// What a new account shall be; nothing to one that exists. A doctor then waits for verification.
    #[schema(pattern = "^(PATIENT|DOCTOR)$", example = "PATIENT")]
    user_role: Option<String>,
}

impl GoogleRequest {
    fn parse(self, device: Option<String>) -> Result<GoogleSignIn, Error> {
        let mut fields = Fields::default();
        let id_token = required_secret(&mut fields, "idToken", self.id_token);
        let role = fields.read(
            "userRole",
            Some(self.user_role.as_deref().unwrap_or("PATIENT")),
            requested_role,
        );
        match (id_token, role) {
            (Some(id_token), Some(role)) => Ok(GoogleSignIn { id_token, role, device }),
            _ => Err(fields.into_error()),
        }
    }
}

fn requested_role(label: &str) -> Result<RequestedRole, ()> {
    match label {
        "PATIENT" => Ok(RequestedRole::Patient),
        "DOCTOR" => Ok(RequestedRole::Doctor),
        _ => Err(()),
    }
}

/// Sign in with Google.
///
/// An unknown address gets an account, a known one is linked with the Google account.
#[utoipa::path(
    operation_id = "signInWithGoogle",
    tag = "auth",
    request_body = GoogleRequest,
    responses((status = 200, description = "Signed in", body = SessionBody<'static>), GoogleFailures),
)]
#[post("/auth/google")]
pub(crate) async fn sign_in_with_google(
    app: ThinData<Application>,
    request: HttpRequest,
    body: ApiJson<GoogleRequest>,
) -> Result<HttpResponse, Failure> {
    let ip = RequestContext::of(&request)?.ip;
    let session = app.sign_in_with_google(body.0.parse(device(&request))?, ip).await?;
    Ok(HttpResponse::Ok().json(SessionBody::from(&session)))
}
